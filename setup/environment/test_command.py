"""``setup/test``: all tests, or the ones that the arguments name.

website_crm_score                        the tests of one addon
/website_crm_score:TestScore             one class (Odoo's test tags)
/website_crm_score:TestScore.test_sum    one test
tests/test_wheels.py                     out-of-process tests (pytest arguments)
"""

import argparse
import os
import re
import signal
from dataclasses import dataclass, field

import core_suites
import out_of_process
import suites
from console import SetupError
from layout import REPO, addons
from provision import provision
from results import Results

TAG = re.compile(r"^/?(?P<addon>\w+)(?P<file>/[\w/]+\.py)?(:(?P<name>[\w.]+))?$")


@dataclass
class Selection:
    """Which tests are to run, in the words of each runner."""

    addons: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    pytest: list = field(default_factory=list)
    outside: list = field(default_factory=list)

    @classmethod
    def of(cls, selectors):
        """What the arguments select: without any, everything."""
        selection = cls()
        for selector in selectors or [*addons(), "tests"]:
            if selector.split("/")[0] == "tests":
                selection._add_outside(selector)
            else:
                selection._add_addon(selector)
        return selection

    def is_narrowed(self):
        """Whether some of the addons' tests are left out."""
        return any(keyword for _path, keyword in self.pytest)

    def _add_outside(self, selector):
        path = REPO / selector.split("::")[0]
        if path.exists():
            self.outside.append(selector)
        elif selector != "tests":
            raise SetupError(f"no such tests: {selector}")

    def _add_addon(self, selector):
        found = TAG.match(selector)
        if not found or found["addon"] not in addons():
            names = ", ".join(addons()) or "none"
            raise SetupError(f"no addon for {selector!r}; there are: {names}")
        addon, name = found["addon"], found["name"]
        if addon not in self.addons:
            self.addons.append(addon)
        self.tags.append(f"/{selector.lstrip('/')}")
        path = REPO / addon / (found["file"] or "tests").lstrip("/")
        keyword = " and ".join(filter(None, name.split("."))) if name else ""
        if path.exists():
            self.pytest.append((path, keyword))


def main(arguments):
    """Run the tests; the exit code tells whether all passed."""
    options = _parse(arguments)
    selection = Selection.of(options.selectors)
    # End as on Ctrl-C, so that databases are dropped and servers stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    environment = provision(with_browser=True)
    _save_time(environment.variables)
    results = Results()
    if options.core:
        core_suites.run(environment, results, options.keep)
    else:
        _run(environment, selection, results, options)
    return results.show()


def _save_time(variables):
    """On the few rows of tests, PostgreSQL compiles a query longer than it runs."""
    options = [variables.get("PGOPTIONS"), "-c jit=off"]
    variables["PGOPTIONS"] = " ".join(filter(None, options))


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/test",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("selectors", nargs="*", metavar="TEST", help="see above")
    parser.add_argument(
        "--core",
        action="store_true",
        help="run core's own suites instead, with the addons and without, and compare",
    )
    parser.add_argument(
        "--odoo-runner",
        action="store_true",
        help="run the addons' tests with Odoo's own runner instead of pytest-odoo",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep the databases for a look at them"
    )
    return parser.parse_args(arguments)


def _run(environment, selection, results, options):
    if not selection.addons:
        out_of_process.run(environment, selection.outside, results)
        return
    name = f"lead_scoring_test_{os.getpid()}"
    base = f"lead_scoring_base_{os.getpid()}"
    is_whole = set(selection.addons) == set(addons())
    shared = [base, name] if is_whole else []
    with (
        suites.database(environment, base),
        suites.database(environment, name, options.keep),
        out_of_process.beside(environment, selection.outside, results, shared) as tests,
    ):
        if is_whole:
            suites.install_base(environment, base, results)
            suites.copy(environment, base, name)
            tests.let_copy(base, is_installed=not results.failed())
        suites.install(environment, name, selection.addons, results)
        suites.prepare(environment, name)
        tests.let_copy(name, is_installed=not results.failed())
        if options.odoo_runner or selection.is_narrowed():
            tests.finish()  # the others use the database itself, and no copies of it
        if options.odoo_runner:
            suites.odoo_runner(environment, name, selection.tags, results)
        else:
            suites.pytest_odoo(environment, name, selection.pytest, results)
        tests.finish()
