"""An assignment by the button or the daily job: what is planned is done at once."""

from dataclasses import dataclass
from functools import partial

from odoo.addons.website_crm_score.tools.own_context import HandedDown

from ..planning.facts import Draft
from .planner import make_draft


@dataclass(eq=False)
class Assignment(HandedDown):
    """Both stages of an assignment, which core calls one after the other: they are
    planned and carried out in the first, as one plan.

    It is handed down, as core's methods have no argument for it.
    """

    context_key = "assignment"

    force_quota: bool = False  # see ``crm.team.member._get_assignment_quota``
    origin: str = None  # see ``crm.assignment.plan``
    draft: Draft = None
    done: set = frozenset()  # ids of the leads that teams or members were given

    def carry_out(self, teams, free=None, waiting=None, rivals=None, overdue=None):
        """Plan for teams, and carry out what changes leads; see ``make_draft``."""
        jobs, plans = teams.env["ir.cron"], teams.env["crm.assignment.plan"]
        self.draft = make_draft(teams, free, waiting, self.force_quota, rivals, overdue)
        errors = list(self.draft.errors.items())
        list(jobs._in_batches(teams._note_assignment_errors, errors))
        if self.draft.list_assigned():
            keep = partial(plans._keep, teams, self.draft, self.origin)
            plan = jobs._transact(keep)
            self.done = set(plan._carry_out())
