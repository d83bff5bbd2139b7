from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestPagesSeen(ScoringCase):
    """What the list of a lead's pages shows, and that its button counts just that."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls.env["website.page"].create(
            {
                "name": "What It Costs",
                "type": "qweb",
                "key": "website_crm_score.costs",
                "arch": "<div>Much</div>",
                "url": "/costs",
            }
        )

    def setUp(self):
        super().setUp()
        self.lead = self.make_lead()
        self.visitor = self.make_visitor(self.lead)

    def list_pages(self, lead=None):
        """Return what the button opens."""
        action = (lead or self.lead).action_redirect_to_page_views()
        return self.Pageview.search(action["domain"])

    def show(self, path, **values):
        """Return title and link of a page that was seen."""
        self.make_tracks(self.visitor, path, **values)
        [shown] = self.list_pages()
        return shown.title, shown.link

    def assertCounted(self, number, lead=None):
        """The button has that number, before and after the list is opened."""
        lead = lead or self.lead
        lead.invalidate_recordset()
        self.assertEqual(lead.pageviews_count, number)
        self.assertEqual(len(self.list_pages(lead)), number)
        lead.invalidate_recordset()
        self.assertEqual(lead.pageviews_count, number)

    # TITLES AND LINKS

    def test_a_page_is_shown_by_its_name(self):
        shown = self.show("/fr/costs?plan=big", page_id=self.page.id)
        self.assertEqual(shown, ("What It Costs", f"{self.host}/fr/costs"))

    def test_what_is_no_page_is_shown_by_its_path(self):
        shown = self.show("/shop/gr%C3%BCn-7")
        self.assertEqual(shown, ("/shop/grün-7", f"{self.host}/shop/gr%C3%BCn-7"))

    def test_a_page_seen_under_another_host_is_opened_on_its_website(self):
        shown = self.show("http://127.0.0.1:1/costs", page_id=self.page.id)
        self.assertEqual(shown, ("What It Costs", f"{self.host}/costs"))

    def test_a_page_of_a_website_is_opened_there(self):
        website = self.env["website"].create(
            {"name": "Two", "domain": "https://two.example"}
        )
        self.page.website_id = website
        shown = self.show("http://127.0.0.1:1/costs", page_id=self.page.id)
        self.assertEqual(shown[1], "https://two.example/costs")

    def test_what_is_of_no_website_of_ours_has_no_link(self):
        shown = self.show("http://evil.example/costs")
        self.assertEqual(shown, ("evil.example/costs", False))

    def test_a_script_has_no_link(self):
        shown = self.show("javascript:alert(1)")
        self.assertEqual(shown, ("javascript:alert(1)", False))

    def test_a_salesperson_reads_the_name_of_a_page(self):
        user = self.make_user("pages_ann", "sales_team.group_sale_salesman")
        self.lead.user_id = user
        self.make_tracks(self.visitor, "/costs", page_id=self.page.id)
        shown = self.list_pages().with_user(user)
        shown.invalidate_recordset()
        self.assertEqual(shown.title, "What It Costs")

    # THE BUTTON

    def test_pages_that_no_job_has_seen_yet_count(self):
        self.make_tracks(self.visitor, "/a", "/b?c", "/b")
        self.assertCounted(2)

    def test_removed_visits_count(self):
        old = fields.Datetime.now() - timedelta(days=100)
        self.make_tracks(self.visitor, "/a", date=old)
        self.run_rules()
        self.env["website.track"]._remove(self.visitor.website_track_ids.ids)
        self.make_tracks(self.visitor, "/a", "/b")
        self.assertCounted(2)

    def test_visits_of_the_staff_do_not_count(self):
        user = self.make_user("pages_bob", "base.group_user")
        self.make_tracks(self.visitor, "/a")
        self.make_tracks(self.make_visitor(self.lead, user.partner_id), "/b")
        self.assertCounted(1)

    def test_visits_after_consent_was_withdrawn_do_not_count(self):
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.visitor._set_consent_withdrawn(True)
        self.make_tracks(self.visitor, "/b")
        self.assertCounted(1)

    def test_pages_of_merged_leads_count_once(self):
        other = self.make_lead()
        self.make_tracks(self.visitor, "/a", "/b")
        self.make_tracks(self.make_visitor(other), "/b", "/c")
        self.run_rules()
        self.assertCounted(3, (self.lead + other).merge_opportunity())

    def test_erased_visits_do_not_count(self):
        self.make_tracks(self.visitor, "/a", "/b")
        self.run_rules()
        self.lead.score_pageview_ids[:1].unlink()
        self.assertCounted(1)

    def test_pages_of_another_company_s_website_do_not_count(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env["website"].create(
            {
                "name": "Other",
                "domain": "https://other.example",
                "company_id": company.id,
            }
        )
        self.website.domain = "https://first.example"
        self.make_tracks(
            self.visitor, "https://other.example/a", "https://first.example/b"
        )
        self.assertFalse(self.lead.company_id)
        self.assertCounted(2)
        self.lead.company_id = company
        self.assertCounted(1)
