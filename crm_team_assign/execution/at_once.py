"""New leads are assigned at once to teams that want it: by the planner and the executor
of all assignments, of what is left of the day.

All teams are planned for, so that a team gets at once what the daily assignment would
give it; what another team would take waits for that.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain

from . import lock
from .assignment import Assignment
from .merging import merge_duplicates

JOB = "crm_team_assign.ir_cron_assign_at_once"
LATER = timedelta(minutes=1)
# What was scored before is up to the daily assignment.
NEW_SINCE = timedelta(days=1)


def call_job(env, at=None):
    """Have new leads assigned in a moment, or later, if a team wants it."""
    job = env.ref(JOB, raise_if_not_found=False)
    if job and _find_teams(env):
        job.sudo()._trigger(at)  # sudo: whoever has leads scored has them assigned


def assign_at_once(teams):
    """Assign new leads; in a minute, if leads are being assigned at the moment."""
    with lock.hold(teams.env) as is_free:
        if is_free:
            _assign(_find_teams(teams.env))
        else:
            call_job(teams.env, fields.Datetime.now() + LATER)
        teams.env["ir.cron"]._commit_batch(0, 0)


def _find_teams(env):
    """Return the teams that want new leads at once."""
    teams = env["crm.team"]._get_takers().filtered("assignment_at_once")
    return teams.filtered("assignment_enabled")


def _assign(teams):
    if not teams:
        return
    leads = teams.env["crm.lead"]
    free, new = leads._get_allocation_domain(), _get_new_domain(teams.env)
    # Duplicates whose scores are too low may reach a minimum as one.
    merged = merge_duplicates(teams, free & new)
    new |= Domain("id", "in", [head_id for head_id, _gone, _team in merged.groups])
    new &= Domain("score", ">=", min(teams.mapped("min_for_assign")))
    free &= new & Domain("id", "not in", merged.busy)
    waiting = teams._get_lead_to_assign_domain() & new
    if leads.search_count(free | waiting, limit=1):
        rivals = teams._get_takers() - teams
        Assignment(origin="at_once").carry_out(teams, free, waiting, rivals)


def _get_new_domain(env):
    """Return the domain of leads that got their score on the last day; without rules,
    of those that came.

    By their dates, not by a mark: who assigns them can be stopped at any moment.
    """
    has_rules = env["website.crm.score"]._find_active("lead")
    name = "score_date" if has_rules else "create_date"
    return Domain(name, ">=", env.cr.now() - NEW_SINCE)
