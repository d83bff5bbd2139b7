from odoo import api, models


class WebsiteCrmScoreTemplate(models.TransientModel):
    """Rules on newsletters to begin with."""

    _inherit = "website.crm.score.template"

    @api.model
    def _get_templates(self):
        templates, rule = super()._get_templates(), self._make_event_rule
        ignored = self.env._("Did not open a newsletter in 30 days")
        solution = self.env._("Clicked a link to our solution")
        prices = self.env._("Clicked a link to packages and prices")
        has = {"link_match": "contains"}
        templates["newsletter"]["rules"] += [
            rule(self.env._("Opened a newsletter"), 3, "mail_open"),
            rule(ignored, -2, "mail_ignored", ignored_days=30),
            rule(solution, 3, "mail_click", **has, link_url="/solution"),
            rule(prices, 5, "mail_click", **has, link_url="/pricing"),
        ]
        return templates

    @api.model
    def _get_negative_rules(self):
        rule, once = self._make_event_rule, {"max_count": 1}
        unsubscribed = self.env._("Unsubscribed from newsletters")
        bounced = self.env._("A newsletter bounced")
        return super()._get_negative_rules() + [
            rule(unsubscribed, -20, "mail_unsubscribe", **once),
            rule(bounced, -10, "mail_bounce", **once),
        ]

    @api.model
    def _get_recency_rules(self):
        name = self.env._("Opened a newsletter lately")
        limits = {"max_count": 3, "valid_days": 30, "is_fading": True}
        rule = self._make_event_rule(name, 5, "mail_open", **limits)
        return [*super()._get_recency_rules(), rule]
