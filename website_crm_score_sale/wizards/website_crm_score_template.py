from odoo import api, models


class WebsiteCrmScoreTemplate(models.TransientModel):
    """Rules on the shop to begin with."""

    _inherit = "website.crm.score.template"

    @api.model
    def _get_website_rules(self):
        rules = [
            (self.env._("Put a product into the cart"), "cart_add", 15),
            (self.env._("Bought something"), "purchase", 100),
        ]
        return super()._get_website_rules() + [
            {"name": name, "value": value, "rule_type": "event", "event_type": type_}
            for name, type_, value in rules
        ]

    @api.model
    def _get_recency_rules(self):
        return super()._get_recency_rules() + [
            {
                "name": self.env._("Bought something lately"),
                "value": 50,
                "rule_type": "event",
                "event_type": "purchase",
                "valid_days": 90,
                "is_fading": True,
            }
        ]
