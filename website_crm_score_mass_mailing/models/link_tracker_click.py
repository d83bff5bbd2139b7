from odoo import api, models

from odoo.addons.website_crm_score.tools.own_context import OURS


class LinkTrackerClick(models.Model):
    """Clicks are found by their date, and those of machines are none."""

    _inherit = "link.tracker.click"

    # Of ranges: clicks are stored in the order of their dates.
    _score_date_idx = models.Index("USING brin (create_date)")

    @api.model
    def add_click(self, code, **route_values):
        if self.env.context.get("website_crm_score_machine") is OURS:
            return self.browse()
        return super().add_click(code, **route_values)
