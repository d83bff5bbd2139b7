from odoo import api, models
from odoo.fields import Domain


class WebsiteCrmFirstSteps(models.AbstractModel):
    """Goes on with what is to be set up before leads are assigned."""

    _inherit = "website.crm.first.steps"

    @api.model
    def _list_steps(self):
        teams, plans = self.env["crm.team"], self.env["crm.assignment.plan"]
        has_minimum = Domain("min_for_assign", ">", 0) & self._is_of_company()
        is_made = Domain("team_ids", "any", self._is_of_company())
        return [
            *super()._list_steps(),
            {
                "title": self.env._("Set a Minimum"),
                "description": self.env._("The score that a team asks of its leads."),
                "is_done": bool(teams.search_count(has_minimum, limit=1)),
                "action": "crm_team_assign.crm_team_action_assign",
            },
            {
                "title": self.env._("Try a Dry Run"),
                "description": self.env._("See who would get which lead, and why."),
                "is_done": bool(plans.search_count(is_made, limit=1)),
                "action": "crm_team_assign.action_plan_first_assignment",
            },
        ]
