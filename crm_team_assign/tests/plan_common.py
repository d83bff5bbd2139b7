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
