import random

from odoo.tests import Form, tagged

from odoo.addons.website_crm_score.scoring.trial import Trial

from .shop_common import ShopCase


@tagged("post_install", "-at_install")
class TestShopTrial(ShopCase):
    """Whoever tests a rule of the shop reads which orders do not count, and why."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.make_customer_lead()
        cls.bought = cls.make_event_rule("purchase", min_amount=50)
        cls.added = cls.make_event_rule("cart_add")
        cls.left = cls.make_event_rule("cart_abandoned", cart_hours=24)

    def fates(self, rule, owner=None):
        self.env.flush_all()
        events = Trial(rule.sudo(), owner or self.lead).fetch()["events"]
        return sorted(event["fate"] for event in events)

    def test_what_counts_is_told_of_once(self):
        self.make_order(self.tool)
        self.make_cart(self.toy, partner=self.customer, hours=48)
        self.assertEqual(self.fates(self.added), ["counted", "counted"])
        self.assertEqual(self.fates(self.bought), ["counted", "unconfirmed"])

    def test_orders_that_are_too_small_cancelled_or_of_the_staff(self):
        self.make_order(self.toy)
        self.make_order(self.tool)._action_cancel()
        staff = self.make_user("ws_clerk", "base.group_user")
        self.put_by(staff, self.make_order(self.tool))
        self.assertEqual(self.fates(self.bought), ["amount", "cancelled", "staff"])

    def test_orders_that_were_not_made_on_the_website(self):
        self.make_order(self.tool, website_id=False)
        self.assertEqual(self.fates(self.bought), ["backend"])

    def test_orders_of_whoever_typed_the_address(self):
        lead = self.make_lead(email_from="guest@customer.example")
        guest = self.env["res.partner"].create(
            {"name": "Guest", "email": "guest@customer.example"}
        )
        self.make_order(self.tool, partner=guest)
        self.assertEqual(self.fates(self.bought, lead), ["unproven"])

    def test_carts_of_visitors_without_consent_and_of_staff(self):
        visitor = self.make_visitor(self.lead)
        self.make_cart(visitor=visitor)
        visitor._set_consent_withdrawn(True)
        self.assertEqual(self.fates(self.added), ["consent"])

    def test_orders_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.make_order(self.tool)
        self.lead.company_id = company
        self.assertEqual(self.fates(self.bought), ["company"])

    def test_carts_that_were_bought_or_are_not_old_enough(self):
        self.make_cart(partner=self.customer, hours=1)
        self.assertEqual(self.fates(self.left), ["early"])
        self.make_cart(partner=self.customer, hours=48)
        self.make_order(self.tool)
        self.assertEqual(self.fates(self.left), ["bought", "bought", "bought"])

    def test_orders_of_other_products_are_not_told_of(self):
        self.make_order(self.tool, website_id=False)
        self.bought.product_tmpl_ids = self.toy.product_tmpl_id
        self.assertEqual(self.fates(self.bought), [])

    def test_each_reason_is_told_in_words(self):
        self.make_order(self.tool, website_id=False)
        context = {
            "default_lead_id": self.lead.id,
            "default_rule_ids": self.bought.ids,
        }
        trials = self.env["website.crm.score.trial"].with_context(**context)
        self.assertIn("no order of the website", str(Form(trials).result_html))
        source = self.bought._get_source()
        reasons = source._get_uncounted_reasons(self.bought)
        told = {
            reason for _sql, reason in source._iter_uncounted(self.bought, self.lead)
        }
        self.assertLessEqual(told - {None}, reasons.keys())

    def test_an_order_counts_or_it_is_told_why_not(self):
        random.seed(16)
        contact_rule = self.make_event_rule("purchase", apply_to="partner")
        for _number in range(12):
            products = random.choices([self.tool, self.toy], k=random.choice([1, 2]))
            order = self.make_order(*products)
            if random.random() < 0.3:
                order._action_cancel()
            self.bought.min_amount = random.choice([0, 30, 130])
            for rule, owner in (
                (self.bought, self.lead),
                (contact_rule, self.customer),
            ):
                orders = self.customer.sale_order_ids.filtered("website_id")
                self.assertEqual(len(self.fates(rule, owner)), len(orders))
