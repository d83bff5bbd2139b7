from odoo import api, models

from ..execution.at_once import call_job


class WebsiteCrmScore(models.Model):
    """Without a rule, no new lead waits for its score to be assigned."""

    _inherit = "website.crm.score"

    @api.model
    def _score_stale_leads(self, rules):
        result = super()._score_stale_leads(rules)
        if not rules:
            call_job(self.env)
        return result
