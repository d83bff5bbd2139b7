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
    def _get_negative_rules(self):
        rules = (
            (self.env._("Unsubscribed from newsletters"), -20, "mail_unsubscribe"),
            (self.env._("A newsletter bounced"), -10, "mail_bounce"),
        )
        return super()._get_negative_rules() + [
            {
                "name": name,
                "value": value,
                "rule_type": "event",
                "event_type": type_,
                "max_count": 1,
            }
            for name, value, type_ in rules
        ]

    @api.model
    def _get_recency_rules(self):
        return super()._get_recency_rules() + [
            {
                "name": self.env._("Opened a newsletter lately"),
                "value": 5,
                "rule_type": "event",
                "event_type": "mail_open",
                "max_count": 3,
                "valid_days": 30,
                "is_fading": True,
            }
        ]

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
