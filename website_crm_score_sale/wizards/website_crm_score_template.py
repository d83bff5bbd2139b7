from odoo import api, models


class WebsiteCrmScoreTemplate(models.TransientModel):
    """Rules on the shop to begin with."""

    _inherit = "website.crm.score.template"

    @api.model
    def _get_website_rules(self):
        filled = self.env._("Put a product into the cart")
        return super()._get_website_rules() + [
            self._make_event_rule(filled, 15, "cart_add"),
            self._make_event_rule(self.env._("Bought something"), 100, "purchase"),
        ]

    @api.model
    def _get_recency_rules(self):
        name = self.env._("Bought something lately")
        limits = {"valid_days": 90, "is_fading": True}
        rule = self._make_event_rule(name, 50, "purchase", **limits)
        return [*super()._get_recency_rules(), rule]
