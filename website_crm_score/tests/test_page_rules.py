from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .website_common import WebsiteCase

RULES = "odoo.addons.website_crm_score.models.website_crm_score"


@tagged("post_install", "-at_install")
class TestPageRules(WebsiteCase):
    """Rules on a page count the visits of the page, however core keeps it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_website = cls.env["website"].create(
            {"name": "Other Website", "domain": "http://other.example"}
        )

    def edit(self, page, website=None):
        """Edit a page as the builder does, which makes a copy for the website."""
        website = website or self.website
        arch = page.arch.replace('<div id="wrap">', '<div id="wrap">edited ')
        page.view_id.with_context(website_id=website.id).write({"arch": arch})
        self.env.flush_all()
        domain = [("key", "=", page.key), ("website_id", "=", website.id)]
        copy = page.search(domain)
        self.assertEqual(len(copy), 1)
        return copy

    def make_page_rule(self, page, **values):
        return self.make_event_rule(page_match="page", page_id=page.id, **values)

    def assertTimes(self, lead, times):
        self.run_job()
        self.assertEqual(sum(lead.score_line_ids.mapped("event_count")), times)
        self.assertLedger(lead)

    def test_a_page_is_the_same_page_after_it_is_edited(self):
        self.make_page_rule(self.tracked)
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.assertTimes(lead, 1)
        copy = self.edit(self.tracked)
        self.visit("/ws-tracked")
        self.assertEqual(
            lead.visitor_ids.website_track_ids.page_id, self.tracked + copy
        )
        self.assertTimes(lead, 2)

    def test_a_page_is_the_same_page_on_another_website(self):
        copy = self.edit(self.tracked)
        self.edit(self.tracked, self.other_website)
        self.make_page_rule(copy)
        self.visit("/ws-tracked", host="other.example")
        lead = self.send_form()
        self.visit("/ws-tracked")
        self.assertTimes(lead, 2)

    def test_a_page_that_is_renamed_stays_the_page(self):
        self.make_page_rule(self.tracked)
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.tracked.write({"name": "New Name", "url": "/ws-new"})
        self.edit(self.tracked)
        self.visit("/ws-new")
        self.assertTimes(lead, 2)

    def test_a_page_that_is_deleted_and_made_anew_is_the_same(self):
        rule = self.make_page_rule(self.tracked)
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.assertTimes(lead, 1)
        self.tracked.unlink()
        with mute_logger(RULES):
            self.assertTimes(lead, 1)
        self.assertEqual(rule.error, "choose the page.")
        page = self._make_page("ws-tracked", track=True)
        page.key = "website.made_anew"
        self.visit("/ws-tracked")
        self.assertTimes(lead, 2)
        self.assertFalse(rule.error)
        self.assertIn("was deleted", rule.event_warning)

    def test_a_page_that_is_deleted_on_one_website_stays_on_the_others(self):
        rule = self.make_page_rule(self.tracked)
        self.tracked.with_context(website_id=self.website.id).unlink()
        self.assertFalse(self.tracked.exists())
        self.visit("/ws-tracked", host="other.example")
        self.assertTimes(self.send_form(), 1)
        self.assertFalse(rule.error)

    def test_a_domain_on_a_page_seen_means_its_copies_too(self):
        seen, unseen = [
            self.make_rule([("score_pageview_ids", operator, domain)], 5)
            for operator in ("any", "not any")
            for domain in [[("page_id", "=", self.tracked.id)]]
        ]
        self.make_rule([("score_pageview_ids.page_id", "in", [self.second.id])], 7)
        self.edit(self.tracked)
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.run_job()
        self.assertEqual(lead.score_ids, seen)
        self.assertScores(lead, [5])
        self.assertFalse(unseen.lead_count)

    def test_other_pages_are_others(self):
        self.make_page_rule(self.tracked)
        self.edit(self.tracked)
        self.edit(self.second)
        self.visit("/ws-second")
        self.assertTimes(self.send_form(), 0)

    def test_a_page_that_is_no_longer_chosen_does_not_count(self):
        rule = self.make_page_rule(self.tracked)
        with self.assertRaisesRegex(ValidationError, "choose the page"):
            rule.page_id = False

    def test_the_choice_of_a_page_says_of_which_website_it_is(self):
        self.edit(self.tracked)
        names = self.env["website.page"].with_context(display_website=True)
        found = [name for _id, name in names.name_search("ws-tracked")]
        expected = ["ws-tracked", f"ws-tracked [{self.website.name}]"]
        self.assertEqual(sorted(found), expected)
        arch = self.Rule.get_view(view_type="form")["arch"]
        self.assertIn("display_website", arch)

    def test_a_sales_manager_chooses_a_page(self):
        copy = self.edit(self.untracked, self.other_website)
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        pages = copy.with_user(manager).with_context(display_website=True)
        names = {name for _id, name in pages.name_search("ws-untracked")}
        self.assertIn("ws-untracked [Other Website]", names)
        form = Form(self.Rule.with_user(manager))
        form.name = "Rule"
        form.rule_type = "event"
        form.event_type = "page_visit"
        form.page_match = "page"
        form.page_id = copy.with_user(manager)
        self.assertIn("not tracked", form.event_warning)
        form.page_id = self.tracked.with_user(manager)
        self.assertFalse(form.event_warning)
        rule = form.save()
        self.assertEqual(rule.page_path, "/ws-tracked")
        salesman = self.make_user("ws_salesman", "sales_team.group_sale_salesman")
        self.assertFalse(rule.with_user(salesman).event_warning)

    def test_a_page_that_is_not_tracked_says_so(self):
        rule = self.make_page_rule(self.untracked)
        self.assertIn("not tracked", rule.event_warning)
        self.assertFalse(self.make_page_rule(self.tracked).event_warning)
        self.edit(self.untracked).track = True
        rule.invalidate_recordset(["event_warning"])
        self.assertFalse(rule.event_warning)


@tagged("post_install", "-at_install")
class TestAddressRules(WebsiteCase):
    """Addresses are those that people paste from their browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls._make_page("über-uns", track=True)
        cls.spaced = cls._make_page("a b", track=True)
        cls.website.domain = "http://www.ws.example"

    def test_an_address_is_found_as_it_is_pasted(self):
        self.visit("/%C3%BCber-uns", host="www.ws.example")
        lead = self.send_form()
        for url, count in (
            ("/über-uns", 1),
            ("/%C3%BCber-uns", 1),
            ("/%c3%bcber-uns/", 1),
            ("/ÜBER-UNS", 1),
            ("über-uns", 1),
            ("www.ws.example/über-uns", 1),
            ("https://www.ws.example/%C3%BCber-uns", 1),
            ("http://www.ws.example/über-uns", 1),
            ("HTTPS://WWW.ws.example/über-uns", 1),
            ("//www.ws.example/über-uns", 1),
            ("https://ws.example/über-uns", 0),
            ("ws.example/über-uns", 0),
            ("https://www.ws.example", 0),
            ("uns", 0),
        ):
            with self.subTest(url):
                self.assertEqual(self.count(lead, page_match="is", page_url=url), count)

    def test_a_part_of_an_address_is_found_as_it_is_pasted(self):
        self.visit("/%C3%BCber-uns", host="www.ws.example")
        lead = self.send_form()
        for url, count in (
            ("/%C3%BCber", 1),
            ("ber-uns", 1),
            ("https://www.ws.example/über", 1),
            ("www.ws.example", 1),
            ("/uns", 0),
        ):
            with self.subTest(url):
                self.assertEqual(self.count(lead, page_url=url), count)

    def test_a_space_in_an_address_is_found(self):
        self.visit("/a%20b")
        lead = self.send_form()
        for url in ("/a b", "/a%20b", self.base_url() + "/a%20b"):
            with self.subTest(url):
                self.assertEqual(self.count(lead, page_match="is", page_url=url), 1)

    def test_a_host_alone_is_its_home_page(self):
        lead = self.send_form()
        self.make_tracks(lead.visitor_ids, "http://www.ws.example/")
        for url in ("https://www.ws.example", "www.ws.example/"):
            with self.subTest(url):
                self.assertEqual(self.count(lead, page_match="is", page_url=url), 1)

    def test_a_rule_on_an_address_that_no_tracked_page_has_says_so(self):
        for match, url, is_known in (
            ("is", "/ws-tracked", True),
            ("is", "https://www.ws.example/ws-tracked", True),
            ("is", "/en/ws-tracked", True),
            ("is", "/ws-untracked", False),
            ("is", "/ws-track", False),
            ("is", "https://elsewhere.example/ws-tracked", False),
            ("contains", "/ws-track", True),
            ("contains", "/%C3%BCBER", True),
            ("contains", "/ws-untracked", False),
        ):
            with self.subTest(f"{match} {url}"):
                form = Form(self.Rule)
                form.name = "Rule"
                form.rule_type = "event"
                form.event_type = "page_visit"
                form.page_match = match
                form.page_url = url
                self.assertEqual(not form.event_warning, is_known)
                self.assertTrue(form.save())

    def test_an_address_where_somebody_was_is_known(self):
        visitor = self.make_visitor()
        self.make_tracks(visitor, "http://www.ws.example/shop?search=x")
        rule = self.make_event_rule(page_match="is", page_url="/shop")
        self.assertFalse(rule.event_warning)

    def test_what_is_no_address_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no address"):
            self.make_event_rule(page_match="is", page_url="http://[x")
