from unittest.mock import patch

from ..models import crm_assignment_plan
from .common import AssignmentCase


class PlanCase(AssignmentCase):
    """Dry runs as managers make and confirm them."""

    def rehearse(self, teams=None, leads=None):
        """Bring scores up to date, then plan as the buttons do; return the plan."""
        self.Rule.assign_scores_to_leads()
        self.env.flush_all()
        if leads is not None:
            action = leads.with_user(self.manager).action_plan_assignment()
        else:
            teams = self.Team if teams is None else teams
            action = teams.with_user(self.manager).action_plan_assignment()
        return self.env[action["res_model"]].browse(action["res_id"])

    def get_line(self, plan, lead):
        return plan.line_ids.filtered(lambda line: line.lead_id == lead)

    def get_lines(self, plan, *outcomes):
        return plan.line_ids.filtered(lambda line: line.outcome in outcomes)

    def explain(self, plan, lead):
        return self.get_line(plan, lead).explanation

    def confirm(self, plan):
        """Press *Confirm*; return what the notification says."""
        action = plan.with_user(self.manager).action_confirm()
        self.env.invalidate_all()
        return action["params"]

    def confirm_large(self, *plans):
        """Confirm plans as if each had too many leads to be carried out at once."""
        with patch.object(crm_assignment_plan, "DIRECT_SIZE", 0):
            for plan in plans:
                self.confirm(plan)

    def carry_out_by_job(self):
        """Have the scheduled action carry out what is confirmed."""
        with self.enter_registry_test_mode():
            self.env.ref(
                "crm_team_assign.ir_cron_carry_out_plans"
            ).method_direct_trigger()
        self.env.invalidate_all()
