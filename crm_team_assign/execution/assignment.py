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
        jobs = teams.env["ir.cron"]
        self.draft = make_draft(teams, free, waiting, self.force_quota, rivals, overdue)
        errors = list(self.draft.errors.items())
        list(jobs._in_batches(teams._note_assignment_errors, errors))
        if self.draft.list_assigned():
            plan = jobs._transact(partial(self._keep, teams))
            self.done = set(plan._carry_out())

    def _keep(self, teams):
        """Return a plan, of who assigns, of what is to be done."""
        env = teams.env
        usual = "job" if env["ir.cron"]._is_job() else "button"
        values = {"origin": self.origin or usual, "confirm_uid": env.uid}
        plans = env["crm.assignment.plan"]
        plan = plans._create_for(teams, state="confirmed", **values)
        plan._fill(self.draft, self.draft.list_assigned())
        return plan.with_env(env)
