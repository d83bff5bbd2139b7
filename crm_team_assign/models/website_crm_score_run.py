from odoo import models

from ..execution.at_once import call_job


class WebsiteCrmScoreRun(models.Model):
    """A run that wrote leads has those assigned that teams want at once."""

    _inherit = "website.crm.score.run"

    def _end(self):
        result = super()._end()
        if self.apply_to == "lead" and self.lead_count:
            call_job(self.env)
        return result
