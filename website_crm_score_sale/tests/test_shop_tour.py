from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .shop_common import ProductCase


@tagged("post_install", "-at_install")
class TestShopTour(ProductCase, HttpCase):
    """What marketers do with rules on carts and purchases, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_user("ws_marketer", "sales_team.group_sale_manager,crm.group_use_lead")
        cls.Rule.with_context(active_test=False).search([]).unlink()

    def test_a_marketer_adjusts_a_template_and_switches_it_on(self):
        tools = self.env["product.public.category"].create({"name": "WS Tools"})
        tool = self.make_product("Tool", 100, public_categ_ids=tools.ids)
        nail = self.make_product("Nail", 1, public_categ_ids=tools.ids)
        toy = self.make_product("Toy", 100)
        customer = self.make_user("ws_carla", "base.group_portal").partner_id
        lead = self.make_lead("Carla", partner_id=customer.id)
        self.make_tracks(self.make_visitor(lead), "/prices")
        self.make_order(customer, tool + nail + toy)
        self.start("marketer_uses_template")
        self.run_rules()
        # Of the three products one is a tool that costs enough.
        self.assertScores(lead, [1 + 15 + 100])

    def test_a_marketer_reads_which_orders_of_a_lead_count_and_which_do_not(self):
        customer = self.make_user("ws_carla", "base.group_portal").partner_id
        lead = self.make_lead("Carla", partner_id=customer.id)
        tool = self.make_product("Tool", 100)
        self.make_order(customer, tool)
        self.make_order(customer, self.make_product("Nail", 1))
        self.make_order(customer, tool).website_id = False
        self.make_rule(
            value=100,
            name="Bought for 50",
            rule_type="event",
            event_type="purchase",
            min_amount=50,
        )
        self.run_rules()
        self.assertScores(lead, [100])
        self.start("marketer_tests_rule_on_lead")

    def test_a_marketer_reads_which_products_the_leads_bought_and_none_before(self):
        customer = self.make_user("ws_carla", "base.group_portal").partner_id
        self.make_lead("Carla", partner_id=customer.id)
        self.start("marketer_reads_empty_report")
        self.make_order(customer, self.make_product("Tool", 100))
        self.start("marketer_reads_report")

    def test_a_marketer_reads_which_products_the_leads_bought_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        report = "/odoo/scoring-products-report"
        customer = self.make_user("ws_carla", "base.group_portal").partner_id
        self.make_lead("Carla", partner_id=customer.id)
        self.start("marketer_reads_empty_report_on_phone", report)
        self.make_order(customer, self.make_product("Tool", 100))
        self.start("marketer_reads_report_on_phone", report)

    def start(self, tour, url="/odoo"):
        self.start_tour(url, f"website_crm_score_sale.{tour}", login="ws_marketer")
        self.env.invalidate_all()

    def make_order(self, customer, products):
        # sudo: customers fill their carts so, too
        orders = self.env["sale.order"].with_user(self.website.user_id).sudo()
        order = orders.create(
            {
                "website_id": self.website.id,
                "partner_id": customer.id,
                "order_line": [
                    Command.create({"product_id": product.id}) for product in products
                ],
            }
        )
        order.action_confirm()
        self.env.flush_all()
        return order
