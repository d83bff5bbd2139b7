from odoo import api, models


class LinkTracker(models.Model):
    """Links are found by where they lead to, and can be shown so."""

    _inherit = "link.tracker"
    _rec_names_search = ["url", "title", "label"]  # the short address is not stored

    @api.depends("short_url", "url", "title", "label", "campaign_id.title")
    @api.depends_context("website_crm_score_show_url")
    def _compute_display_name(self):
        if not self.env.context.get("website_crm_score_show_url"):
            super()._compute_display_name()
            return
        for link in self:
            names = (link.url, link.label or link.title, link.campaign_id.title)
            link.display_name = " – ".join(dict.fromkeys(filter(None, names)))
