from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .shop_common import ShopCase

TYPES = ("cart_add", "cart_abandoned", "purchase")


@tagged("post_install", "-at_install")
class TestCartAdd(ShopCase):
    def count(self, lead, **values):
        """Return how many events of a rule count for a lead."""
        rule = self.make_event_rule("cart_add", **values)
        self.run_rules()
        self.assertLedger(lead)
        return self.get_line(lead, rule).event_count

    def test_each_product_in_the_cart_counts(self):
        lead = self.make_customer_lead()
        self.make_cart(self.tool, self.toy, partner=self.customer)
        rule = self.make_event_rule("cart_add", value=15)
        self.run_rules()
        self.assertCounted(lead, rule, 2, 30)

    def test_a_product_that_is_taken_out_no_longer_counts(self):
        lead = self.make_customer_lead()
        cart = self.make_cart(self.tool, self.toy, partner=self.customer)
        rule = self.make_event_rule("cart_add")
        self.run_rules()
        cart.order_line[0].unlink()
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)

    def test_what_was_bought_was_put_into_the_cart(self):
        lead = self.make_customer_lead()
        self.make_order(self.tool)
        self.assertEqual(self.count(lead), 1)

    def test_products_are_chosen(self):
        lead = self.make_customer_lead()
        self.make_cart(self.tool, self.toy, partner=self.customer)
        tool, toy = self.tool.product_tmpl_id, self.toy.product_tmpl_id
        for products, count in ((tool, 1), (tool + toy, 2), (tool.browse(), 2)):
            with self.subTest(products):
                self.assertEqual(self.count(lead, product_tmpl_ids=products), count)

    def test_a_product_that_is_no_longer_sold_is_still_chosen(self):
        lead = self.make_customer_lead()
        self.make_order(self.tool, self.toy)
        self.tool.product_tmpl_id.active = False
        products = self.tool.product_tmpl_id
        self.assertEqual(self.count(lead, product_tmpl_ids=products), 1)

    def test_products_are_chosen_by_a_category_and_those_under_it(self):
        lead = self.make_customer_lead()
        self.make_cart(self.tool, self.toy, partner=self.customer)
        for model, name, field in (
            ("product.category", "product_categ_id", "categ_id"),
            ("product.public.category", "public_categ_id", "public_categ_ids"),
        ):
            with self.subTest(model):
                above = self.env[model].create({"name": "Above"})
                below = self.env[model].create({"name": "B", "parent_id": above.id})
                self.tool[field] = below
                self.assertEqual(self.count(lead, **{name: above.id}), 1)
                self.assertEqual(self.count(lead, **{name: below.id}), 1)
                self.tool[field] = above
                self.assertEqual(self.count(lead, **{name: below.id}), 0)

    def test_a_minimum_amount_is_of_the_product(self):
        lead = self.make_customer_lead()
        cart = self.make_cart(self.tool, self.toy, partner=self.customer)
        self.assertEqual(self.count(lead, min_amount=40), 1)
        cart.order_line[1].product_uom_qty = 2
        self.assertEqual(self.count(lead, min_amount=40), 2)

    def test_delivery_discounts_and_notes_are_no_products(self):
        lead = self.make_customer_lead()
        cart = self.make_cart(self.tool, self.tool, self.tool, partner=self.customer)
        cart.order_line[1].is_delivery = True
        cart.order_line[2].price_unit = -5
        public = cart.with_user(self.public).sudo()
        public.order_line = [
            Command.create({"display_type": "line_note", "name": "Thanks"})
        ]
        self.assertEqual(self.count(lead), 1)

    def test_a_product_that_the_staff_adds_does_not_count(self):
        lead = self.make_customer_lead()
        cart = self.make_cart(self.tool, partner=self.customer)
        staff = new_test_user(self.env, "ws_clerk", "base.group_user")
        cart.with_user(staff).sudo().order_line = [
            Command.create({"product_id": self.toy.id})
        ]
        self.assertEqual(self.count(lead), 1)
        staff.group_ids = self.env.ref("base.group_portal")
        self.assertEqual(self.count(lead), 1)

    def test_a_product_of_whoever_deleted_the_account_still_counts(self):
        other = self.make_user("ws_other", "base.group_portal")
        cart = self.make_cart(partner=other.partner_id)
        self.put_by(other, cart)
        other.unlink()
        self.make_event_rule("cart_add", apply_to="partner")
        self.run_rules()
        self.assertEqual(cart.partner_id.score, 10)

    def test_orders_that_are_not_of_the_website_do_not_count(self):
        lead = self.make_customer_lead()
        self.make_order(website_id=False)
        self.make_cart(partner=self.customer, website_id=False, hours=48)
        for event_type in TYPES:
            self.make_event_rule(event_type)
        self.run_rules()
        self.assertScores(lead, [0])

    def test_a_cancelled_order_takes_its_points_back(self):
        lead = self.make_customer_lead()
        order = self.make_order()
        self.make_event_rule("cart_add", value=15)
        self.make_event_rule("purchase", value=100)
        self.run_again()
        self.assertScores(lead, [115])
        order._action_cancel()
        self.touch(order)
        self.run_again()
        self.assertScores(lead, [0])


@tagged("post_install", "-at_install")
class TestCartOwner(ShopCase):
    def setUp(self):
        super().setUp()
        self.rule = self.make_event_rule("cart_add", value=15)

    def test_an_order_is_of_the_lead_with_the_address_of_its_customer(self):
        leads = self.make_lead(email_from="Carla <CARLA@customer.example>")
        leads += self.make_lead(email_from="other@customer.example")
        self.make_cart(partner=self.customer)
        self.run_rules()
        self.assertScores(leads, [15, 0])

    def test_an_address_alone_is_no_proof_of_whose_an_order_is(self):
        guest = self.customer.copy()  # as the checkout makes it, without an account
        self.assertFalse(guest.user_ids)
        leads = self.make_lead(email_from=guest.email)
        leads += self.make_lead(partner_id=guest.id)
        self.make_cart(partner=guest)
        self.run_rules()
        self.assertScores(leads, [0, 0])

    def test_a_paid_order_is_of_the_lead_with_the_address(self):
        leads = self.make_leads(2, email_from="guest@customer.example")
        guest = self.env["res.partner"].create(
            {"name": "Guest", "email": "guest@customer.example"}
        )
        leads[1].partner_id = guest
        order = self.make_order(partner=guest)
        self.run_again()
        self.assertScores(leads, [0, 0])
        invoice = order._create_invoices()
        invoice.action_post()
        self.run_rules()
        self.assertScores(leads, [0, 0])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.env.flush_all()
        self.run_rules()
        self.assertScores(leads, [15, 15])

    def test_what_costs_nothing_is_not_paid(self):
        lead = self.make_lead(email_from="guest@customer.example")
        guest = self.env["res.partner"].create(
            {"name": "Guest", "email": "guest@customer.example"}
        )
        order = self.make_order(self.make_product("Gift", 0), partner=guest)
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.run_rules()
        self.assertScores(lead, [0])

    def test_an_order_counts_once_however_it_is_a_leads_own(self):
        lead = self.make_customer_lead(email_from="carla@customer.example")
        visitor = self.make_visitor(lead, self.customer)
        self.make_visitor(lead)
        self.make_cart(partner=self.customer, visitor=visitor)
        self.run_rules()
        self.assertCounted(lead, self.rule, 1, 15)

    def test_an_anonymous_cart_is_of_whom_its_visitor_turns_out_to_be(self):
        lead = self.make_lead()
        visitor = self.make_visitor()
        self.make_cart(visitor=visitor, hours=100)
        self.run_again()
        self.assertScores(lead, [0])
        visitor.lead_ids = lead
        self.run_again()
        self.assertScores(lead, [15])

    def test_an_order_of_a_visitor_who_is_customer_is_of_its_lead(self):
        lead = self.make_lead()
        self.make_visitor(lead, self.customer)
        self.make_cart(partner=self.customer)
        self.run_rules()
        self.assertScores(lead, [15])

    def test_an_anonymous_cart_is_of_no_other_lead(self):
        lead = self.make_lead(partner_id=self.public.partner_id.id)
        self.make_cart()
        self.run_rules()
        self.assertScores(lead, [0])

    def test_a_cart_of_the_staff_or_without_consent_does_not_count(self):
        leads = self.make_leads(2)
        staff = new_test_user(self.env, "ws_staff", "base.group_user")
        self.make_cart(visitor=self.make_visitor(leads[0], staff.partner_id))
        visitor = self.make_visitor(leads[1])
        visitor._set_consent_withdrawn(True)
        self.make_cart(visitor=visitor)
        self.run_rules()
        self.assertScores(leads, [0, 0])

    def test_orders_of_another_company_are_not_a_leads_business(self):
        company = self.env["res.company"].create({"name": "Other"})
        leads = self.make_customer_lead(company_id=company.id)
        leads += self.make_customer_lead(company_id=self.website.company_id.id)
        leads += self.make_customer_lead(company_id=False)
        self.make_cart(partner=self.customer)
        self.run_rules()
        self.assertScores(leads, [0, 15, 15])

    def test_a_lead_that_gets_a_customer_gets_its_old_orders(self):
        leads = self.make_leads(2)
        self.make_cart(partner=self.customer, hours=100)
        self.run_again()
        self.assertScores(leads, [0, 0])
        leads[0].partner_id = self.customer
        leads[1].email_from = self.customer.email
        self.run_again()
        self.assertScores(leads, [15, 15])

    def test_merged_leads_have_the_carts_of_the_contacts_of_both(self):
        other = self.make_user("ws_otto", "base.group_portal", email="o@o.example")
        leads = self.make_customer_lead() + self.make_lead(
            partner_id=other.partner_id.id
        )
        self.make_cart(partner=self.customer, hours=100)
        self.make_cart(partner=other.partner_id, hours=100)
        self.run_again()
        self.assertScores(leads, [15, 15])
        merged = leads.merge_opportunity()
        self.run_again()
        self.assertScores(merged, [30])

    def test_merged_leads_have_the_carts_of_the_addresses_of_both(self):
        other = self.make_user("ws_otto", "base.group_portal", email="o@o.example")
        leads = self.make_customer_lead() + self.make_lead(email_from="o@o.example")
        self.make_cart(partner=self.customer, hours=100)
        self.make_cart(partner=other.partner_id, hours=100)
        merged = leads.merge_opportunity()
        self.run_again()
        self.assertScores(merged, [30])

    def test_a_cart_that_gets_a_customer_is_found_at_once(self):
        lead = self.make_customer_lead()
        cart = self.make_cart(hours=100)
        self.run_again()
        self.assertScores(lead, [0])
        cart.partner_id = self.customer
        self.touch(cart)
        self.run_again()
        self.assertScores(lead, [15])

    def test_a_visitor_who_logs_in_keeps_the_cart(self):
        visitor = self.make_visitor(self.make_lead())
        cart = self.make_cart(visitor=visitor, hours=48)
        before = cart.write_date
        target = self.make_visitor(partner=self.customer)
        visitor._merge_visitor(target)
        self.assertEqual(cart.website_visitor_id, target)
        self.assertEqual(cart.write_date, before)
        self.run_again()
        self.assertScores(target.lead_ids, [15])

    def test_a_cart_is_of_the_contact_who_is_its_customer_or_visitor(self):
        self.rule.apply_to = "partner"
        visiting = self.customer.copy()
        visitor = self.make_visitor(self.make_leads(2), visiting)
        self.make_cart(partner=self.customer)
        self.make_cart(visitor=visitor)
        self.make_cart(partner=visiting, visitor=visitor)
        self.run_rules()
        self.assertEqual((self.customer + visiting).mapped("score"), [15, 30])
        self.assertFalse(self.public.partner_id.score)

    def test_what_visitors_did_is_not_handed_over_to_a_stranger_s_lead(self):
        head = self.make_lead(email_from="vera@visitor.example")
        tail = self.make_lead(email_from="vera@visitor.example")
        self.make_cart(visitor=self.make_visitor(tail))
        self.run_again()
        self.assertScores(head + tail, [0, 15])
        [merged] = self.Lead._merge_automatically([head + tail])
        self.run_again()
        self.assertScores(merged, [0])


@tagged("post_install", "-at_install")
class TestCartAbandoned(ShopCase):
    def setUp(self):
        super().setUp()
        self.lead = self.make_customer_lead()
        self.rule = self.make_event_rule("cart_abandoned", value=-5, cart_hours=24)

    def test_a_cart_counts_when_its_time_has_come(self):
        self.make_cart(partner=self.customer, hours=1)
        self.run_again()
        self.assertScores(self.lead, [0])
        with self.after(hours=22):
            self.run_again()
            self.assertScores(self.lead, [0])
        with self.after(hours=24):
            self.run_again()
            self.assertCounted(self.lead, self.rule, 1, -5)

    def test_each_cart_counts_once(self):
        self.make_cart(self.tool, self.toy, partner=self.customer, hours=48)
        self.make_cart(self.tool, partner=self.customer, hours=48)
        self.run_again()
        self.assertCounted(self.lead, self.rule, 2, -10)

    def test_a_cart_that_is_bought_later_is_no_longer_abandoned(self):
        cart = self.make_cart(partner=self.customer, hours=48)
        self.run_again()
        self.assertScores(self.lead, [-5])
        with self.after(hours=2):
            cart.action_confirm()
            self.touch(cart)
            self.run_again()
            self.assertScores(self.lead, [0])

    def test_a_cart_that_is_changed_is_left_anew(self):
        cart = self.make_cart(partner=self.customer, hours=48)
        self.run_again()
        with self.after(hours=2):
            cart.order_line.product_uom_qty = 2
            self.touch(cart.order_line)
            self.run_again()
            self.assertScores(self.lead, [0])
        with self.after(hours=27):
            self.run_again()
            self.assertScores(self.lead, [-5])

    def test_a_cart_is_not_abandoned_by_whoever_bought_later(self):
        self.make_cart(self.toy, partner=self.customer, hours=48)
        self.run_again()
        self.assertScores(self.lead, [-5])
        with self.after(hours=2):
            order = self.make_order(self.tool)
            self.touch(order)
            self.run_again()
            self.assertScores(self.lead, [0])

    def test_a_cart_is_abandoned_by_whoever_bought_before(self):
        with self.after(hours=-72):
            order = self.make_order(self.tool)
        self.assertEqual(order.date_order, self.now - timedelta(hours=72))
        self.make_cart(self.tool, partner=self.customer, hours=48)
        self.run_again()
        self.assertScores(self.lead, [-5])

    def test_a_cart_is_not_abandoned_by_a_visitor_who_buys_elsewhere(self):
        visitor = self.make_visitor(self.lead)
        self.make_cart(visitor=visitor, hours=48)
        self.run_again()
        self.assertScores(self.lead, [-5])
        with self.after(hours=2):
            self.touch(self.make_order(self.tool))
            self.run_again()
            self.assertScores(self.lead, [0])

    def test_a_cart_is_abandoned_by_whoever_buys_on_another_website(self):
        company = self.website.company_id
        values = {"name": "Other", "company_id": company.id}
        other = self.env["website"].create(values)
        self.make_cart(partner=self.customer, hours=48)
        self.make_order(website_id=other.id)
        self.run_again()
        self.assertScores(self.lead, [-5])

    def test_a_contact_who_bought_later_has_abandoned_nothing(self):
        self.rule.apply_to = "partner"
        guest = self.customer.copy()
        for partner in (self.customer, guest):
            self.make_cart(partner=partner, hours=48)
        self.make_order(partner=self.customer)
        self.run_rules()
        self.assertEqual((self.customer + guest).mapped("score"), [0, -5])

    def test_a_cart_of_the_staff_is_not_abandoned(self):
        staff = self.make_user("ws_clerk", "base.group_user")
        lead = self.make_lead(partner_id=staff.partner_id.id)
        self.put_by(staff, self.make_cart(partner=staff.partner_id, hours=48))
        self.run_again()
        self.assertScores(lead, [0])

    def test_a_cart_of_whoever_deleted_the_account_is_still_abandoned(self):
        self.rule.apply_to = "partner"
        other = self.make_user("ws_other", "base.group_portal")
        cart = self.make_cart(partner=other.partner_id, hours=48)
        self.put_by(other, cart)
        other.unlink()
        self.run_rules()
        self.assertEqual(cart.partner_id.score, -5)

    def test_a_reminder_does_not_make_a_cart_less_abandoned(self):
        cart = self.make_cart(partner=self.customer, hours=48)
        cart.cart_recovery_email_sent = True
        self.touch(cart)
        self.run_again()
        self.assertScores(self.lead, [-5])

    def test_an_empty_cart_and_a_quotation_are_not_abandoned(self):
        self.make_cart(partner=self.customer, hours=48).order_line.unlink()
        self.make_cart(partner=self.customer, hours=48).state = "sent"
        self.run_again()
        self.assertScores(self.lead, [0])

    def test_the_amount_is_of_all_chosen_products(self):
        self.make_cart(self.tool, self.toy, partner=self.customer, hours=48)
        self.rule.min_amount = 120
        self.run_rules()
        self.assertScores(self.lead, [-5])
        self.rule.product_tmpl_ids = self.tool.product_tmpl_id
        self.run_rules()
        self.assertScores(self.lead, [0])


@tagged("post_install", "-at_install")
class TestPurchase(ShopCase):
    def setUp(self):
        super().setUp()
        self.lead = self.make_customer_lead()

    def make_purchase_rule(self, **values):
        return self.make_event_rule("purchase", **{"value": 100, **values})

    def make_invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def refund(self, invoice, quantity=1):
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": invoice.ids, "journal_id": invoice.journal_id.id}
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.quantity = quantity
        refund.action_post()
        self.env.flush_all()

    def test_an_order_counts_when_it_is_confirmed(self):
        rule = self.make_purchase_rule()
        order = self.make_cart(partner=self.customer, hours=48)
        self.run_again()
        self.assertScores(self.lead, [0])
        order.action_confirm()
        self.touch(order)
        self.run_again()
        self.assertCounted(self.lead, rule, 1, 100)
        self.assertEqual(self.get_line(self.lead, rule).first_date, order.date_order)

    def test_a_minimum_amount_is_of_the_chosen_products(self):
        rule = self.make_purchase_rule(min_amount=120)
        self.make_order(self.tool, self.toy)
        self.run_rules()
        self.assertScores(self.lead, [100])
        rule.min_amount = 120.01
        self.run_rules()
        self.assertScores(self.lead, [0])
        rule.write({"min_amount": 20, "product_tmpl_ids": self.toy.product_tmpl_id})
        self.run_rules()
        self.assertScores(self.lead, [100])
        rule.min_amount = 21
        self.run_rules()
        self.assertScores(self.lead, [0])

    def test_points_are_in_proportion_to_the_amount(self):
        self.make_order(self.tool, self.toy)
        self.make_order(self.toy)
        rule = self.make_purchase_rule(value=5, amount_unit=100)
        self.run_rules()
        self.assertCounted(self.lead, rule, 2, 7)

    def test_amounts_are_in_the_currency_of_the_company(self):
        order = self.make_order(self.tool)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET currency_rate = 4 WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        rule = self.make_purchase_rule(value=1, amount_unit=1)
        self.run_rules()
        self.assertCounted(self.lead, rule, 1, 25)

    def test_taxes_are_no_amount(self):
        tax = self.env["account.tax"].create({"name": "Tax", "amount": 20})
        self.tool.taxes_id = tax
        order = self.make_order(self.tool)
        self.assertEqual(order.amount_total, 120)
        rule = self.make_purchase_rule(value=1, amount_unit=1)
        self.run_rules()
        self.assertCounted(self.lead, rule, 1, 100)

    def test_what_is_free_is_bought_too(self):
        self.make_order(self.make_product("Gift", 0))
        rule = self.make_purchase_rule()
        self.run_rules()
        self.assertCounted(self.lead, rule, 1, 100)

    def test_a_refund_takes_the_points_back(self):
        invoice = self.make_invoice(self.make_order(self.tool))
        self.make_purchase_rule()
        self.run_again()
        self.assertScores(self.lead, [100])
        with self.after(hours=2):
            self.refund(invoice)
            self.run_again()
            self.assertScores(self.lead, [0])

    def test_a_partial_refund_takes_its_part_back(self):
        invoice = self.make_invoice(self.make_order(self.tool))
        rule = self.make_purchase_rule(value=1, amount_unit=1)
        self.refund(invoice, quantity=0.25)
        self.run_rules()
        self.assertCounted(self.lead, rule, 1, 75)

    def test_what_is_invoiced_again_is_no_refund(self):
        order = self.make_order(self.tool)
        self.make_purchase_rule()
        self.refund(self.make_invoice(order))
        self.make_invoice(order)
        self.run_rules()
        self.assertScores(self.lead, [100])


@tagged("post_install", "-at_install")
class TestDuplicatedOrder(ShopCase):
    """A salesperson duplicates an order of the website, which stays one by that."""

    def test_a_duplicated_order_is_nothing_that_the_customer_did(self):
        lead = self.make_customer_lead()
        order = self.make_order(self.tool)
        for event_type, value in zip(TYPES, (15, -5, 100), strict=True):
            self.make_event_rule(event_type, value=value)
        self.run_again()
        self.assertScores(lead, [115])
        groups = "sales_team.group_sale_salesman_all_leads"
        salesman = self.make_user("ws_salesman", groups)
        with self.after(hours=2):
            duplicate = order.with_user(salesman).copy()
            self.assertEqual(duplicate.website_id, self.website)
        with self.after(hours=50):
            self.run_again()
            self.assertScores(lead, [115])
            duplicate.action_confirm()
            self.touch(duplicate)
            self.run_again()
            self.assertScores(lead, [115])


@tagged("post_install", "-at_install")
class TestShopRules(ShopCase):
    def test_what_is_wrong_is_refused(self):
        for event_type, values, message in (
            ("purchase", {"min_amount": -1}, "less than 0"),
            ("cart_add", {"amount_unit": -1}, "less than 0"),
            ("cart_abandoned", {"cart_hours": 0}, "at least one"),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self.make_event_rule(event_type, **values)

    def test_a_manager_makes_a_rule_in_the_form(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        form = Form(self.Rule.with_user(manager))
        form.name = "Bought a tool"
        form.value = 5
        form.rule_type = "event"
        form.event_type = "cart_abandoned"
        form.cart_hours = 48
        form.event_type = "purchase"
        form.product_tmpl_ids.add(self.tool.product_tmpl_id)
        form.min_amount = 50
        form.amount_unit = 100
        rule = form.save()
        lead = self.make_customer_lead()
        self.make_order(self.tool, self.toy)
        self.make_order(self.toy)
        self.run_rules()
        self.assertCounted(lead, rule, 1, 5)

    def test_a_changed_filter_counts_anew(self):
        lead = self.make_customer_lead()
        self.make_order(self.tool)
        rule = self.make_event_rule("purchase")
        self.run_again()
        self.assertScores(lead, [10])
        rule.product_tmpl_ids = self.toy.product_tmpl_id
        self.run_rules()
        self.assertScores(lead, [0])

    def test_the_template_of_the_website_has_carts_and_purchases(self):
        template = self.env["website.crm.score.template"].create(
            {"template": "website"}
        )
        rules = self.Rule.with_context(active_test=False)
        rules = rules.search(template.action_create_rules()["domain"])
        rules = rules.filtered(lambda rule: rule.event_type in TYPES)
        self.assertEqual(rules.mapped("value"), [15, 100])
        rules.active = True
        lead = self.make_customer_lead()
        self.visit(lead)
        self.make_order()
        self.run_rules()
        self.assertScores(lead, [115])


@tagged("post_install", "-at_install")
class TestCurrency(ShopCase):
    """Amounts are shown with the currency that they are in, where that is one."""

    def test_currency_of_amounts(self):
        euro, dollar = self.env.ref("base.EUR"), self.env.ref("base.USD")
        euro.active = dollar.active = True
        companies = self.env["res.company"].create(
            [
                {"name": "Here", "currency_id": euro.id},
                {"name": "There", "currency_id": dollar.id},
            ]
        )
        rules = [
            self.make_event_rule("purchase", company_id=company.id)
            for company in companies
        ]
        self.assertEqual([rule.currency_id for rule in rules], [euro, dollar])
        self.assertFalse(self.make_event_rule("purchase").currency_id)
