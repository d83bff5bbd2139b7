from odoo import api, models


class WebsiteCrmScoreBand(models.Model):
    """Bands of scores show where the minimums of teams are."""

    _inherit = "website.crm.score.band"

    @api.model
    def _get_minimums(self):
        teams = self.env["crm.team"].search([("min_for_assign", "!=", 0)])
        own = [(team.name, team.min_for_assign) for team in teams]
        return super()._get_minimums() + own
