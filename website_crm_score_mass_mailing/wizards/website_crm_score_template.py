from odoo import api, models


class WebsiteCrmScoreTemplate(models.TransientModel):
    """Rules on newsletters to begin with."""

    _inherit = "website.crm.score.template"

    @api.model
    def _get_templates(self):
        templates = super()._get_templates()
        templates["newsletter"]["rules"] += self._get_newsletter_rules()
        return templates

    @api.model
    def _get_newsletter_rules(self):
        rules = (
            (self.env._("Opened a newsletter"), 3, {"event_type": "mail_open"}),
            (
                self.env._("Did not open a newsletter in 30 days"),
                -2,
                {"event_type": "mail_ignored", "ignored_days": 30},
            ),
            (
                self.env._("Clicked a link to our solution"),
                3,
                {
                    "event_type": "mail_click",
                    "link_match": "contains",
                    "link_url": "/solution",
                },
            ),
            (
                self.env._("Clicked a link to packages and prices"),
                5,
                {
                    "event_type": "mail_click",
                    "link_match": "contains",
                    "link_url": "/pricing",
                },
            ),
        )
        return [
            {"name": name, "value": value, "rule_type": "event", **filters}
            for name, value, filters in rules
        ]
