"""``setup/test --core``: core's own suites, with the addons and without.

Some of core's tests fail on a finished database of plain Odoo, whatever is added to
it. So both are measured in the same run: a failure counts only if plain Odoo does not
show it here, and shows twice: a browser tour may fail for want of time.

Rule-based assignment is on in both, as installing ``crm_team_assign`` has it: with that
setting two of core's tests fail that expect it to be off.
"""

import os

import suites
from layout import addons
from results import FAILED, PASSED, SKIPPED

PLAIN = ["website_crm"]
# With the shop, tests of core that make a company fail for want of its payment
# providers, which are not loaded yet when those of CRM run; whatever is ours.
LEFT_OUT = {"website_crm_score_sale"}
# Of the website, what tracks visitors: each hit of a page passes through the addons.
TAGS = "/crm,/sales_team,/website_crm,/website:WebsiteVisitorTests"
# Odoo's own runner tests CRM as soon as that is loaded, when no addon of ours is. So
# what ours change most is tested once more by pytest, which has all of them loaded.
ASSIGNMENT = "crm/tests/test_crm_lead_assignment.py"
ASSIGNING = "crm_team_assign"
SETTINGS = """
env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
env.ref("crm.ir_cron_crm_lead_assign").active = True
env.cr.commit()
"""


def run(environment, results, keep):
    """Add to ``results`` the tests of core that fail only with the addons."""
    plain = _measure(environment, "plain Odoo", PLAIN, set(), keep)
    known = set(plain.failed())
    names = [*PLAIN, *sorted(set(addons()) - LEFT_OUT)]
    ours = _measure(environment, "the addons", names, known, keep)
    _compare(known, set(ours.failed()))
    for test, outcome in ours.outcomes.items():
        if outcome == FAILED and test in known:
            outcome = SKIPPED
        results.add("core", test, outcome, ours.seconds.get(test, 0.0))
    _run_assignment(environment, results, keep)
    lost = set(plain.outcomes) - set(ours.outcomes)
    verdict = FAILED if lost else PASSED
    results.add("core", "all tests of plain Odoo ran", verdict)
    for test in sorted(lost):
        print(f"ran in plain Odoo only: {test}")


def _run_assignment(environment, results, keep):
    """Core's tests of the assignment of leads, with all of our code loaded."""
    if ASSIGNING not in addons():
        return
    name = f"lead_scoring_core_{ASSIGNING}_{os.getpid()}"
    with suites.database(environment, name, keep):
        install = ["-d", name, "-i", ASSIGNING]
        title = f"installing {ASSIGNING} alone"
        suites.run_odoo(environment, title, f"core-{ASSIGNING}", *install)
        odoo = environment.odoo
        folders = [odoo.python_path / "odoo/addons", *odoo.addons]
        paths = [folder / ASSIGNMENT for folder in folders]
        tests = [path for path in paths if path.exists()]
        suites.core_by_pytest(environment, name, tests, results)


def _measure(environment, title, names, known, keep):
    """Core's suites on a finished database with these addons.

    :param known: failures that need no second look
    """
    slug = title.split()[-1].lower()
    name = f"lead_scoring_core_{slug}_{os.getpid()}"
    with suites.database(environment, name, keep):
        install = ["-d", name, "-i", ",".join(names)]
        suites.run_odoo(environment, f"installing {title}", f"core-{slug}", *install)
        suites.run_shell(environment, name, SETTINGS)
        test = ["-d", name, "--test-tags"]
        text = f"running core's tests on {title}"
        log = suites.run_odoo(environment, text, f"core-{slug}-test", *test, TAGS)
        doubtful = sorted(set(log.failed()) - known)
        if doubtful:
            tags = ",".join(f"/{test.removesuffix('.setUpClass')}" for test in doubtful)
            text = f"running what failed on {title} once more"
            again = suites.run_odoo(
                environment, text, f"core-{slug}-again", *test, tags
            )
            log.outcomes.update(again.outcomes)
    return log


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
