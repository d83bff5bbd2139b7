import random

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.preview_common import PreviewCase

from .shop_common import ShopCase

EVENTS = ("cart_add", "cart_abandoned", "purchase")


@tagged("post_install", "-at_install")
class TestShopPreview(PreviewCase, ShopCase):
    """What is previewed of rules on the shop is what then happens."""

    def make_history(self, lead, number):
        """Have a lead leave carts, and buy something."""
        visitor = self.make_visitor(lead)
        for hours in range(number):
            self.make_cart(self.tool, self.toy, visitor=visitor, hours=30 * hours)
        if number % 2:
            self.make_order(self.toy, partner=lead.partner_id, hours=10)

    def test_what_is_previewed_of_random_rules_comes_true(self):
        random.seed(16)
        leads = self.make_customer_lead()
        for number in (2, 3):
            partner = self.env["res.partner"].create({"name": f"Customer {number}"})
            leads += self.make_lead(partner_id=partner.id)
        for number, lead in enumerate(leads, 1):
            self.make_history(lead, number)
        self.env.flush_all()
        self.run_rules()
        scores = set()
        for number in range(12):
            products = random.choice([[], self.tool.product_tmpl_id.ids])
            values = {
                "rule_type": "event",
                "event_type": EVENTS[number % len(EVENTS)],
                "value": random.choice([-2, 3.5, 10]),
                "category": "engagement",
                "max_points": random.choice([0, 15]),
                "amount_unit": random.choice([0, 50]),
                "product_tmpl_ids": [Command.set(products)],
            }
            rule = self.assertComesTrue(leads, **values)
            toy = [Command.link(self.toy.product_tmpl_id.id)]
            self.assertComesTrue(leads, rule, value=1, product_tmpl_ids=toy)
            scores.update(leads.mapped("score"))
        self.assertGreater(len(scores), 10)
