from odoo.tests import tagged

from odoo.addons.website_crm_score_sale.hooks import uninstall_hook

from .shop_common import ShopCase

TYPES = ("cart_add", "cart_abandoned", "purchase")


@tagged("post_install", "-at_install")
class TestUninstall(ShopCase):
    def test_scores_are_consistent_without_this_addon(self):
        lead = self.make_customer_lead()
        self.make_order()
        rules = self.Rule
        for apply_to in ("lead", "partner"):
            self.make_rule(value=7, apply_to=apply_to)
            for event_type in TYPES:
                rules += self.make_event_rule(event_type, apply_to=apply_to)
        self.run_rules()
        self.assertScores(lead, [27])
        self.assertEqual(self.customer.score, 27)
        uninstall_hook(self.env)
        self.assertFalse(rules.exists())
        self.assertScores(lead, [7])
        self.assertEqual(self.customer.score, 7)
        self.assertEqual(self.customer.score_line_ids.mapped("points"), [7])
