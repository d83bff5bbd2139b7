from odoo.tests import tagged

from .shop_common import ShopCase


@tagged("post_install", "-at_install")
class TestShopEvidence(ShopCase):
    """The reason for an order opens the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")

    def open(self, lead, rule):
        self.run_rules()
        action = lead.with_user(self.seller).action_open_score_reason(rule.id)
        self.assertEqual(action["res_model"], "sale.order")
        return self.env["sale.order"].with_user(self.seller).search(action["domain"])

    def test_a_purchase_opens_the_orders_of_the_products(self):
        lead = self.make_customer_lead()
        order = self.make_order(self.tool)
        self.make_order(self.toy)
        self.make_cart(self.tool, partner=self.customer)
        rule = self.make_event_rule(
            "purchase", product_tmpl_ids=self.tool.product_tmpl_id
        )
        self.assertEqual(self.open(lead, rule), order)

    def test_a_cart_opens_the_cart(self):
        lead = self.make_customer_lead()
        cart = self.make_cart(self.tool, partner=self.customer)
        rule = self.make_event_rule("cart_add")
        self.assertEqual(self.open(lead, rule), cart)
        self.assertEqual(self.open(self.customer, self.make_partner_rule()), cart)

    def make_partner_rule(self):
        return self.make_event_rule("cart_add", apply_to="partner")
