"""``setup/test --core``: core's own suites, with the addons and without.

Some of core's tests fail on a finished database of plain Odoo, whatever is added to
it. So both are measured in the same run: a failure counts only if plain Odoo does not
show it here.
"""

import os

import suites
from layout import addons
from results import FAILED, PASSED, SKIPPED

PLAIN = ["website_crm"]
TAGS = "/crm,/sales_team,/website_crm"


def run(environment, results, keep):
    """Add to ``results`` the tests of core that fail only with the addons."""
    plain = _measure(environment, "plain Odoo", PLAIN, keep)
    ours = _measure(environment, "the addons", PLAIN + addons(), keep)
    known = set(plain.failed())
    _compare(known, set(ours.failed()))
    for test, outcome in ours.outcomes.items():
        if outcome == FAILED and test in known:
            outcome = SKIPPED
        results.add("core", test, outcome, ours.seconds.get(test, 0.0))
    lost = set(plain.outcomes) - set(ours.outcomes)
    verdict = FAILED if lost else PASSED
    results.add("core", "all tests of plain Odoo ran", verdict)
    for test in sorted(lost):
        print(f"ran in plain Odoo only: {test}")


def _measure(environment, title, names, keep):
    """Core's suites on a finished database with these addons."""
    slug = title.split()[-1].lower()
    name = f"lead_scoring_core_{slug}_{os.getpid()}"
    with suites.database(environment, name, keep):
        install = ["-d", name, "-i", ",".join(names)]
        suites.run_odoo(environment, f"installing {title}", f"core-{slug}", *install)
        test = ["-d", name, "--test-tags", TAGS]
        text = f"running core's tests on {title}"
        return suites.run_odoo(environment, text, f"core-{slug}-test", *test)


def _compare(known, found):
    counts = f"{len(known)} in plain Odoo, {len(found)} with the addons"
    print(f"\nCore's failures: {counts}")
    for title, tests in (
        ("in both", known & found),
        ("only with the addons", found - known),
        ("only in plain Odoo", known - found),
    ):
        for test in sorted(tests):
            print(f"  {title}: {test}")
