from datetime import timedelta

from odoo.tests import tagged

from .shop_http_common import ShopHttpCase


@tagged("post_install", "-at_install")
class TestShop(ShopHttpCase):
    """From a product page to a score, as a browser and the scheduler do it."""

    def setUp(self):
        super().setUp()
        self.rules = {
            event_type: self.make_rule(
                value=value, rule_type="event", event_type=event_type
            )
            for event_type, value in (
                ("cart_add", 15),
                ("cart_abandoned", -5),
                ("purchase", 100),
            )
        }

    def events(self, lead):
        """Return how often each type of event counts for a lead."""
        lines = lead.score_line_ids
        return {line.rule_id.event_type: line.event_count for line in lines}

    # CARTS

    def test_an_anonymous_cart_is_of_the_lead_that_sends_the_form(self):
        self.visit("/shop")
        cart = self.add_to_cart(self.tool)
        self.assertEqual(cart.partner_id, self.website.user_id.partner_id)
        lead = self.send_form()
        self.assertEqual(cart.website_visitor_id, lead.visitor_ids)
        self.run_job()
        self.assertScores(lead, [15])

    def test_a_cart_of_a_lead_that_comes_back_counts(self):
        lead = self.send_form()
        self.run_job()
        self.assertScores(lead, [0])
        self.add_to_cart(self.tool)
        self.run_job()
        self.assertScores(lead, [15])

    def test_a_cart_of_somebody_else_does_not_count(self):
        self.add_to_cart(self.tool)
        self.authenticate(None, None)
        lead = self.send_form()
        self.run_job()
        self.assertScores(lead, [0])

    def test_a_cart_of_a_bot_has_no_visitor(self):
        visitors = self.env["website.visitor"].search_count([])
        cart = self.add_to_cart(self.tool, **{"User-Agent": "some-bot/1.0"})
        self.assertTrue(cart)
        self.assertFalse(cart.website_visitor_id)
        self.assertEqual(self.env["website.visitor"].search_count([]), visitors)

    def test_a_cart_without_consent_has_no_visitor(self):
        self.website.write({"cookies_bar": True, "track_with_consent": True})
        cart = self.add_to_cart(self.tool)
        self.assertTrue(cart)
        self.assertFalse(cart.website_visitor_id)

    def test_more_products_write_no_visitor(self):
        cart = self.add_to_cart(self.tool)
        visitor = cart.website_visitor_id
        self.assertTrue(visitor)
        query = "SELECT ctid::text FROM website_visitor WHERE id = %s"
        self.env.cr.execute(query, [visitor.id])
        before = self.env.cr.fetchall()
        self.assertFalse(self.add_to_cart(self.gift), "It is the same cart")
        self.env.cr.execute(query, [visitor.id])
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_a_customer_who_logs_in_keeps_the_cart(self):
        user = self.make_user("ws_shopper", "base.group_portal", password="ws_shop_1")
        lead = self.make_lead(partner_id=user.partner_id.id)
        cart = self.add_to_cart(self.tool)
        self.log_in("ws_shopper", "ws_shop_1")
        self.visit("/shop/cart")
        self.env.invalidate_all()
        self.assertEqual(cart.website_visitor_id.partner_id, user.partner_id)
        self.run_job()
        self.assertScores(lead, [15])

    def test_who_logs_in_over_another_login_does_not_take_the_cart(self):
        first, second = (
            self.make_user(
                login, "base.group_portal", password=login, email=f"{login}@x.example"
            )
            for login in ("ws_shop_first", "ws_shop_second")
        )
        leads = self.make_lead(partner_id=first.partner_id.id)
        leads += self.make_lead(partner_id=second.partner_id.id)
        self.log_in("ws_shop_first", "ws_shop_first")
        cart = self.add_to_cart(self.tool)
        self.log_in("ws_shop_second", "ws_shop_second")
        self.visit("/shop/cart")
        self.env.invalidate_all()
        self.assertEqual(cart.website_visitor_id.partner_id, first.partner_id)
        self.assertEqual(cart.partner_id, first.partner_id)
        self.run_job()
        self.assertScores(leads, [15, 0])

    def test_a_cart_left_for_a_day_is_abandoned(self):
        cart = self.add_to_cart(self.tool)
        lead = self.send_form()
        self.run_job()
        self.assertEqual(self.events(lead), {"cart_add": 1})
        self.leave(cart, hours=25)
        self.run_job()
        self.assertEqual(self.events(lead), {"cart_add": 1, "cart_abandoned": 1})
        self.assertScores(lead, [10])
        self.submit_address()
        self.pay(cart)
        self.run_job()
        self.assertEqual(self.events(lead), {"cart_add": 1, "purchase": 1})
        self.assertScores(lead, [115])

    def leave(self, cart, hours):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET write_date = %s WHERE order_id = %s",
            (self.env.cr.now() - timedelta(hours=hours), cart.id),
        )
        self.env.cr.execute("UPDATE website_crm_score_progress SET events_date = NULL")
        self.env.invalidate_all()

    def test_a_cart_is_no_visit_of_a_page(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("website_crm_score.hits_per_minute", "1")
        self.add_to_cart(self.tool)
        self.visit(self.tool.website_url)
        lead = self.send_form()
        self.assertEqual(len(lead.visitor_ids.website_track_ids), 1)

    # CHECKOUT

    def test_a_guest_buys(self):
        lead = self.make_lead(email_from="vera@visitor.example")
        other = self.make_lead(email_from="other@visitor.example")
        order = self.add_to_cart(self.tool)
        self.submit_address()
        self.pay(order)
        self.assertEqual(order.state, "sale")
        self.run_job()
        self.assertScores(lead + other, [115, 0])
        order._action_cancel()
        self.env.cr.execute("UPDATE website_crm_score_progress SET events_date = NULL")
        self.run_job()
        self.assertScores(lead + other, [0, 0])

    def test_what_is_free_is_bought_without_a_payment(self):
        lead = self.send_form()
        order = self.add_to_cart(self.gift)
        self.submit_address()
        self.visit("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.run_job()
        self.assertScores(lead, [115])

    def test_a_contact_who_buys_has_points_without_a_lead(self):
        self.make_rule(
            value=50, apply_to="partner", rule_type="event", event_type="purchase"
        )
        order = self.add_to_cart(self.tool)
        self.submit_address()
        self.pay(order)
        self.env.flush_all()
        self.Rule.assign_scores_to_leads()
        self.assertEqual(order.partner_id.score, 50)
        self.assertFalse(self.website.user_id.partner_id.score)

    # PRODUCT PAGES

    def test_a_product_page_is_a_visit_that_counts_once(self):
        rule = self.make_rule(
            value=1, rule_type="event", event_type="page_visit", page_url="/shop/"
        )
        path = self.tool.website_url
        self.visit(path)
        # What the page's script tells the server a moment later.
        self.make_jsonrpc_request(
            "/shop/products/recently_viewed_update", {"product_id": self.tool.id}
        )
        lead = self.send_form()
        tracks = lead.visitor_ids.website_track_ids
        self.assertEqual(tracks.product_id, self.tool)
        self.run_job()
        pageview = lead.score_pageview_ids
        self.assertEqual(pageview.mapped("view_count"), [1])
        self.assertEqual(pageview.url, self.base_url() + path.partition("#")[0])
        line = lead.score_line_ids.filtered(lambda line: line.rule_id == rule)
        self.assertEqual((line.event_count, line.points), (1, 1))

    def test_a_product_page_that_is_not_tracked_has_its_address_all_the_same(self):
        self.env.ref("website_sale.product").track = False
        path = self.tool.website_url
        self.visit(path)
        self.make_jsonrpc_request(
            "/shop/products/recently_viewed_update", {"product_id": self.tool.id}
        )
        lead = self.send_form()
        self.run_job()
        self.assertEqual(lead.score_pageview_ids.view_count, 1)
        url = lead.score_pageview_ids.url
        self.assertEqual(url, self.base_url() + path.partition("#")[0])

    def test_a_visit_of_a_product_stays_one_when_the_product_is_deleted(self):
        self.visit(self.gift.website_url)
        self.make_jsonrpc_request(
            "/shop/products/recently_viewed_update", {"product_id": self.gift.id}
        )
        lead = self.send_form()
        tracks = lead.visitor_ids.website_track_ids
        self.assertEqual(tracks.product_id, self.gift)
        self.gift.product_tmpl_id.unlink()
        self.assertEqual(tracks.exists(), tracks)
        self.assertFalse(tracks.product_id)

    def test_a_product_that_is_seen_without_consent_is_no_page_view(self):
        self.website.write({"cookies_bar": True, "track_with_consent": True})
        self.visit(self.tool.website_url)
        self.make_jsonrpc_request(
            "/shop/products/recently_viewed_update", {"product_id": self.tool.id}
        )
        lead = self.send_form()
        self.run_job()
        self.assertFalse(lead.score_pageview_ids)
