from datetime import timedelta

from odoo.tests import tagged

from .shop_http_common import ShopHttpCase

PASSWORD = "ws_shop_1"
VICTIM = "victim@customer.example"


@tagged("post_install", "-at_install")
class TestCheckout(ShopHttpCase):
    """Whose an order is: what is typed at the checkout is no proof, to pay or to log in
    is."""

    def setUp(self):
        super().setUp()
        for event_type, value in (
            ("cart_add", 15),
            ("cart_abandoned", -5),
            ("purchase", 100),
        ):
            self.make_rule(value=value, rule_type="event", event_type=event_type)
        self.victim = self.make_lead(email_from=VICTIM)

    def make_shopper(self):
        return self.make_user(
            "ws_victim",
            "base.group_portal",
            password=PASSWORD,
            email=VICTIM,
            phone="+32 2 290 34 90",
            street="Street 1",
            city="Town",
            zip="1000",
            country_id=self.country_belgium.id,
        )

    def leave(self, cart):
        """Have it be a day later."""
        self.env.flush_all()
        date = self.env.cr.now() - timedelta(hours=25)
        self.env.cr.execute(
            "UPDATE sale_order_line SET write_date = %s WHERE order_id = %s",
            (date, cart.id),
        )
        # Core compares it with the second of a purchase, which may be the same.
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = %s WHERE id = %s", (date, cart.id)
        )
        self.env.cr.execute("UPDATE website_crm_score_progress SET events_date = NULL")
        self.env.invalidate_all()

    def test_somebody_else_s_address_gives_that_lead_nothing(self):
        cart = self.add_to_cart(self.tool)
        self.submit_address(email=VICTIM)
        self.assertEqual(cart.partner_id.email, VICTIM)
        self.run_job()
        self.assertScores(self.victim, [0])
        self.leave(cart)
        self.run_job()
        self.assertScores(self.victim, [0])
        # A salesperson takes the contact for the lead's.
        self.victim.partner_id = cart.partner_id
        self.run_job()
        self.assertScores(self.victim, [0])

    def test_somebody_else_s_address_gives_that_lead_nothing_for_what_is_free(self):
        order = self.add_to_cart(self.gift)
        self.submit_address(email=VICTIM)
        self.visit("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.run_job()
        self.assertScores(self.victim, [0])

    def test_the_contact_that_the_checkout_made_has_its_points(self):
        self.make_rule(
            value=7, apply_to="partner", rule_type="event", event_type="cart_add"
        )
        known = self.make_shopper().partner_id
        cart = self.add_to_cart(self.tool)
        self.submit_address(email=VICTIM)
        self.run_job("ir_cron_score_contacts")
        self.assertEqual((cart.partner_id + known).mapped("score"), [7, 0])

    def test_who_pays_is_whose_address_it_is(self):
        order = self.add_to_cart(self.tool)
        self.submit_address(email=VICTIM)
        self.run_job()
        self.assertScores(self.victim, [0])
        self.pay(order)
        self.run_job()
        self.assertScores(self.victim, [115])

    def test_who_logs_in_is_whose_address_it_is(self):
        self.make_shopper()
        self.add_to_cart(self.tool)
        self.run_job()
        self.assertScores(self.victim, [0])
        self.log_in("ws_victim", PASSWORD)
        self.visit("/shop/cart")
        self.run_job()
        self.assertScores(self.victim, [15])

    def test_the_visitor_of_a_lead_needs_no_other_proof(self):
        lead = self.send_form()
        self.add_to_cart(self.tool)
        self.submit_address(email=VICTIM)
        self.run_job()
        self.assertScores(lead + self.victim, [15, 0])

    def test_a_cart_is_not_abandoned_by_whoever_buys_with_another(self):
        self.make_shopper()
        self.log_in("ws_victim", PASSWORD)
        left = self.add_to_cart(self.tool)
        self.leave(left)
        self.run_job()
        self.assertScores(self.victim, [15 - 5])
        self.authenticate(None, None)  # another browser
        bought = self.add_to_cart(self.tool)
        self.log_in("ws_victim", PASSWORD)
        self.visit("/shop/cart")
        self.pay(bought)
        self.assertEqual((left + bought).mapped("state"), ["draft", "sale"])
        self.assertEqual(left.partner_id, bought.partner_id)
        self.assertFalse(left._filter_can_send_abandoned_cart_mail())
        self.run_job()
        self.assertScores(self.victim, [2 * 15 + 100])
