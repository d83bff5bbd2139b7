from odoo import api, models


class LinkTracker(models.Model):
    """Links are found by where they lead to, and can be shown so."""

    _inherit = "link.tracker"
    _rec_names_search = ["url", "title", "label"]  # the short address is not stored

    @api.depends("short_url", "url", "title", "label", "campaign_id.title")
    @api.depends_context("website_crm_score_show_url")
    def _compute_display_name(self):
        if not self.env.context.get("website_crm_score_show_url"):
            return super()._compute_display_name()
        for link in self:
            names = (link.url, link.label or link.title, link.campaign_id.title)
            link.display_name = " – ".join(dict.fromkeys(filter(None, names)))

    def _get_versions(self):
        """Return these links with the same ones of other versions of the newsletter.

        Each version has links of its own, to the same address and with the same label.
        """
        self.ensure_one()
        link = self.sudo()  # sudo: rules count all versions, whoever runs them
        others = link.mass_mailing_id._get_versions() - link.mass_mailing_id
        return self | link.search(
            [
                ("mass_mailing_id", "in", others.ids),
                ("url", "=", self.url),
                ("label", "=", self.label),
            ]
        )
