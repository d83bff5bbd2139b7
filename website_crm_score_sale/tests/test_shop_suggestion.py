from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.suggestion_common import SuggestionCase

from .shop_common import ShopCase


@tagged("post_install", "-at_install")
class TestShopSuggestion(ShopCase, SuggestionCase):
    """What customers did in the shop before their leads were closed is learnt from."""

    def fill_carts(self, leads, days):
        """Have each of the leads have put something into a cart so many days ago."""
        for lead in leads:
            self.make_cart(self.tool, visitor=self.make_visitor(lead))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET create_date = %s, write_date = %s",
            [self.now - timedelta(days=days)] * 2,
        )
        self.env.invalidate_all()

    def test_carts_before_the_end_are_suggested_and_later_ones_are_not(self):
        won, lost = self.make_closed(60, 60)
        self.fill_carts(won[:30] + lost[:3], days=120)
        suggestion = self.suggest()
        self.assertTrue(
            {"Put something into the cart", "Left a cart"}
            & set(self.get_names(suggestion))
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET create_date = %s, write_date = %s",
            [self.now - timedelta(days=5)] * 2,
        )
        self.assertEqual(self.suggest().state, "empty")

    def date_orders(self, orders, days):
        """Have the orders be of so many days ago; their carts were filled lately."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET date_order = %s WHERE id IN %s",
            [self.now - timedelta(days=days), orders._ids],
        )
        self.env.cr.execute(
            "UPDATE sale_order_line SET create_date = %s, write_date = %s",
            [self.now - timedelta(days=5)] * 2,
        )
        self.env.invalidate_all()

    def test_purchases_before_the_end_are_suggested_and_later_ones_are_not(self):
        won, lost = self.make_closed(60, 60)
        orders = self.env["sale.order"].union(
            *(
                self.make_order(self.tool, visitor=self.make_visitor(lead))
                for lead in won[:30] + lost[:3]
            )
        )
        self.date_orders(orders, days=120)
        self.assertEqual(self.get_names(self.suggest()), ["Bought something"])
        self.date_orders(orders, days=5)
        self.assertEqual(self.suggest().state, "empty")
