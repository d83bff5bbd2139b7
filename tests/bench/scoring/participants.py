"""The participants that run in Odoo: ours, core's predictive scoring, and the loop.

Each function is a worker's, see :mod:`workers`. Our jobs are run as the scheduler runs
them, with its lock and its transaction around them, so that batches are committed and
time runs out as in production.
"""

from collections import defaultdict
from contextlib import contextmanager

from measure import Meter

from .workload import RULES

OURS = "website_crm_score.ir_cron_assign_scores"
LOOP_FIELD = "x_score"
# After so many calls by the scheduler a job is taken for one that never ends.
MAX_ROUNDS = 200


class JobError(Exception):
    """A scheduled action that failed, or that never ends."""


def run_job(env, cron):
    """Run a scheduled action until it has nothing left to do.

    A job that asks to be called again is called at once, as the scheduler does.
    """
    for _round in range(MAX_ROUNDS):
        problem = cron.method_direct_trigger()
        env.cr.commit()
        if problem is not True:
            raise JobError(problem["params"]["data"]["message"])
        # A job that has more to do has asked to be called again.
        due = [("cron_id", "=", cron.id), ("call_at", "<=", env.cr.now())]
        if not env["ir.cron.trigger"].search_count(due):
            return
    raise JobError(f"{cron.name} does not come to an end")


def score(env):
    """Our hourly job, measured."""
    return measure_job(env, env.ref(OURS))


def predict(env):
    """Core's predictive scoring, measured.

    Called outside of its scheduled action, which suits it: the scheduler's transaction
    around a job keeps dead rows from being reused while the job runs.
    """
    with Meter() as meter:
        env["crm.lead"]._cron_update_automated_probabilities()
        env.cr.commit()
    return meter.result


def derive_pages(env):
    """Our derivation of page views alone, measured, in a job made for it."""
    with job(env, "website.crm.pageview", "model._sync_recent()") as cron:
        return measure_job(env, cron)


def measure_job(env, cron):
    """Return the measures of a scheduled action that is run until it is done."""
    # The triggers of what made the database would have it run again.
    env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
    env.cr.commit()
    with Meter() as meter:
        run_job(env, cron)
    return meter.result


@contextmanager
def job(env, model, code):
    """A scheduled action that runs ``code``, gone afterwards."""
    values = {"name": code, "code": code, "state": "code"}
    values["model_id"] = env["ir.model"]._get_id(model)
    cron = env["ir.cron"].create(values)
    env.cr.commit()
    yield cron
    cron.unlink()
    env.cr.commit()


def make_rules(env, event_based):
    """Make the ten rules, in a database that has none.

    :param bool event_based: of the rules on visited pages
    """
    env["website.crm.score"].create(
        [
            {
                "name": rule.name,
                "value": rule.points,
                "domain": repr(rule.domain),
                "event_based": bool(rule.page) and event_based,
            }
            for rule in RULES
        ]
    )
    env.cr.commit()


def set_event_based(env, event_based):
    """Make all rules event-based, or none of them."""
    env["website.crm.score"].search([]).write({"event_based": event_based})
    env.cr.commit()


def make_loop_field(env):
    """Add the field that the loop writes: one that anybody could add."""
    env["ir.model.fields"].create(
        {
            "name": LOOP_FIELD,
            "field_description": "Score",
            "model_id": env["ir.model"]._get_id("crm.lead"),
            "ttype": "float",
        }
    )
    env.cr.commit()


def loop(env):
    """The usual loop in plain Odoo, measured: search per rule, write per lead.

    It has no page views and looks at the visitors' tracks.
    """
    with Meter() as meter:
        leads = env["crm.lead"]
        scores = defaultdict(float)
        for rule in RULES:
            is_open = [("won_status", "=", "pending")]
            for lead in leads.search(rule.domain_of_tracks() + is_open):
                scores[lead] += rule.points
        for lead, points in scores.items():
            if lead[LOOP_FIELD] != points:
                lead.write({LOOP_FIELD: points})
        env.cr.commit()
    return meter.result
