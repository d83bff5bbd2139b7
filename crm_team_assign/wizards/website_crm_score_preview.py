from odoo import api, models


class WebsiteCrmScorePreview(models.TransientModel):
    """Leads reach the minimum scores of teams."""

    _inherit = "website.crm.score.preview"

    @api.model
    def _get_levels(self, owners):
        levels = super()._get_levels(owners)
        if owners._name != "crm.lead":
            return levels
        teams = self.env["crm.team"].search([("min_for_assign", "!=", 0)])
        return levels + [
            {
                "name": team.name,
                "minimum": team.min_for_assign,
                "company_id": team.company_id.id,
            }
            for team in teams.sorted("min_for_assign", reverse=True)
        ]
