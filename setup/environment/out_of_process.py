"""The out-of-process tests: they start servers of their own, by ``setup/odoo``.

They run beside the installation of the database of all tests and the tests of the
addons; those that need the addons wait for the former, and take copies of it.
"""

import os
from contextlib import contextmanager

from console import step, write_atomically
from layout import LOG
from pytest_run import PytestRun, get_workers

SUITE = "out-of-process"
OUTPUT = LOG / f"{SUITE}.log"
# What tests/installed.py reads.
INSTALLED, FAILED = "installed", "failed"


def run(environment, paths, results):
    """Run the tests alone, with their output on the terminal."""
    _make_run(paths, get_workers("loadgroup")).run(environment.variables, results)


@contextmanager
def beside(environment, paths, results, shared):
    """Run the tests beside what is done meanwhile.

    :param str shared: the database that is going to have all addons, if there is one
    """
    tests = Beside(environment, paths, results, shared)
    try:
        yield tests
    finally:
        tests.stop()


class Beside:
    """A run of the tests in the background; without any, it is over at once."""

    def __init__(self, environment, paths, results, shared):
        self.results = results
        # The tests of the addons get the other half of the processors.
        workers = get_workers("loadgroup", share=0.5)
        self.run = _make_run(paths, workers) if paths else None
        self.state = LOG / f"shared-{os.getpid()}"
        self.state.unlink(missing_ok=True)
        variables = {**environment.variables}
        if shared:
            variables["LEAD_SCORING_SHARED"] = shared
            variables["LEAD_SCORING_SHARED_STATE"] = str(self.state)
        if self.run:
            OUTPUT.parent.mkdir(parents=True, exist_ok=True)
            with OUTPUT.open("w") as output:
                self.run.start(variables, output)

    def let_copy(self, is_installed):
        """Let the tests take copies of the database, or install what they need."""
        write_atomically(self.state, INSTALLED if is_installed else FAILED)

    def finish(self):
        """Wait for the end of the tests."""
        if not self.run:
            return
        with step(self.run.title):
            self.run.finish(self.results)
        self.run = None
        print(OUTPUT.read_text(errors="replace"), end="", flush=True)

    def stop(self):
        """End the tests, if something went wrong meanwhile."""
        if self.run:
            self.run.stop()
        self.state.unlink(missing_ok=True)


def _make_run(paths, workers):
    title = "running the out-of-process tests"
    # In the order of tests/conftest.py: what waits for the database comes last.
    options = ["-p", "no:odoo", *workers, "--no-loadscope-reorder"]
    return PytestRun(title, SUITE, 0, [*options, *paths])
