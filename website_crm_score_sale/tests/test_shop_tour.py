from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .shop_common import ProductCase


@tagged("post_install", "-at_install")
class TestShopTour(ProductCase, HttpCase):
    """What marketers do with rules on carts and purchases, in a browser."""

    def test_a_marketer_adjusts_a_template_and_switches_it_on(self):
        groups = "sales_team.group_sale_manager,crm.group_use_lead"
        self.make_user("ws_marketer", groups)
        self.Rule.with_context(active_test=False).search([]).unlink()
        tools = self.env["product.public.category"].create({"name": "WS Tools"})
        tool = self.make_product("Tool", 100, public_categ_ids=tools.ids)
        nail = self.make_product("Nail", 1, public_categ_ids=tools.ids)
        toy = self.make_product("Toy", 100)
        customer = self.make_user("ws_carla", "base.group_portal").partner_id
        lead = self.make_lead("Carla", partner_id=customer.id)
        self.make_tracks(self.make_visitor(lead), "/prices")
        self.make_order(customer, tool + nail + toy)
        self.start_tour(
            "/odoo",
            "website_crm_score_sale.marketer_uses_template",
            login="ws_marketer",
        )
        self.env.invalidate_all()
        self.run_rules()
        # Of the three products one is a tool that costs enough.
        self.assertScores(lead, [1 + 15 + 100])

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
