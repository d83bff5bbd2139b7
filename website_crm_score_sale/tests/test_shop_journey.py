from odoo.tests import Form, tagged

from .shop_http_common import ShopHttpCase

PASSWORD = "ws_shop_1"
# What the template gives: to a lead for its form, to all for visits and the shop.
FORM, VISIT, CART, PURCHASE = 20, 1, 15, 100


@tagged("post_install", "-at_install")
class TestShopJourney(ShopHttpCase):
    """A marketer begins with a template; from then on visits, carts and purchases of
    customers make them a segment, again and again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.module.module"]._get("payment_demo").state == "installed":
            cls.provider = cls._prepare_provider("demo")
            cls.payment_method_id = cls.provider.payment_method_ids[:1].id
        cls.marketer = cls.make_user("ws_marketer", "sales_team.group_sale_manager")
        cls.shopper = cls.make_user(
            "ws_shopper",
            "base.group_portal",
            password=PASSWORD,
            email="carla@customer.example",
        )
        cls.customer = cls.shopper.partner_id
        cls.customer.write(
            {
                "phone": "+32 2 290 34 90",
                "street": "Street 1",
                "city": "Town",
                "zip": "1000",
                "country_id": cls.country_belgium.id,
            }
        )
        for apply_to in ("lead", "partner"):
            cls.switch_on_template(apply_to)

    @classmethod
    def switch_on_template(cls, apply_to):
        wizard = Form(cls.env["website.crm.score.template"].with_user(cls.marketer))
        wizard.template = "website"
        wizard.apply_to = apply_to
        action = wizard.save().action_create_rules()
        rules = cls.Rule.with_user(cls.marketer).with_context(active_test=False)
        rules.search(action["domain"]).active = True

    def confirm_payment(self, reference):
        if self.provider.code != "demo":
            return super().confirm_payment(reference)
        return self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": reference,
                "payment_details": "1234",
                "simulated_state": "done",
            },
        )

    def run_jobs(self):
        """Do what is done each hour."""
        self.run_job()
        self.run_job("ir_cron_score_contacts")

    def find_recipients(self, points):
        """Return the contacts whom a mailing to those with so many points goes to."""
        return self.env["res.partner"].search([("score", ">=", points)])

    def test_visits_carts_and_purchases_of_a_customer_add_up(self):
        self.visit("/contactus")
        lead = self.send_form(email_from=self.customer.email)
        self.visit(self.tool.website_url)
        cart = self.add_to_cart(self.tool)
        self.log_in(self.shopper.login, PASSWORD)
        self.run_jobs()
        self.assertScores(lead, [FORM + 2 * VISIT + CART])
        self.assertEqual(self.customer.score, 2 * VISIT + CART)
        self.assertNotIn(self.customer, self.find_recipients(100))
        self.pay(cart)
        self.assertEqual(cart.state, "sale")
        self.run_jobs()
        self.assertScores(lead, [FORM + 2 * VISIT + CART + PURCHASE])
        self.assertEqual(self.customer.score, 2 * VISIT + CART + PURCHASE)
        self.assertIn(self.customer, self.find_recipients(100))

    def test_each_visit_cart_and_purchase_counts_again(self):
        lead = self.send_form(email_from=self.customer.email)
        self.log_in(self.shopper.login, PASSWORD)
        for product in (self.tool, self.make_product("WS Toy", 20)):
            self.visit(product.website_url)
            self.pay(self.add_to_cart(product))
            self.run_jobs()
        points = 2 * (VISIT + CART + PURCHASE)
        self.assertScores(lead, [FORM + points])
        self.assertEqual(self.customer.score, points)
        lines = self.customer.score_line_ids
        self.assertEqual(lines.mapped("event_count"), [2, 2, 2])

    def test_somebody_who_was_unknown_before_is_scored_too(self):
        self.visit(self.tool.website_url)
        lead = self.send_form()
        order = self.add_to_cart(self.tool)
        self.submit_address()
        self.pay(order)
        self.run_jobs()
        self.assertScores(lead, [FORM + VISIT + CART + PURCHASE])
        # Nobody logged in: the visit is the lead's, and not yet the new contact's.
        self.assertNotEqual(order.partner_id, self.website.user_id.partner_id)
        self.assertEqual(order.partner_id.score, CART + PURCHASE)
        self.assertIn(order.partner_id, self.find_recipients(100))
        self.assertNotIn(self.customer, self.find_recipients(1))
