from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import tagged

from .website_common import WebsiteCase

SCRIPTS = Path(__file__).parents[1] / "migrations"
HOST = "b.ws.example"


@tagged("post_install", "-at_install")
class TestCompanyVisits(WebsiteCase):
    """What is done on a company's website counts for owners of that company.

    A customer who logs in on the websites of two companies is one visitor.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.website.company_id
        cls.other_company = cls.env["res.company"].create({"name": "B"})
        cls.other_website = cls.env["website"].create(
            {
                "name": "B",
                "domain": f"http://{HOST}",
                "company_id": cls.other_company.id,
            }
        )
        cls.user = cls.make_user("ws_both", "base.group_portal", password="ws_both_1")

    def setUp(self):
        super().setUp()
        self.authenticate("ws_both", "ws_both_1")

    def seen(self, lead):
        return sorted(lead.score_pageview_ids.mapped("url"))

    def send_both(self):
        """Return the leads of two forms, sent after visits to each website."""
        self.visit("/ws-tracked", HOST)
        self.visit("/ws-tracked")
        self.visit("/ws-second", HOST)
        leads = self.send_form() + self.send_form(HOST)
        self.assertEqual(leads.company_id, self.company + self.other_company)
        self.assertEqual(len(leads.visitor_ids), 1)
        return leads

    def test_visits_count_for_leads_of_the_company_of_the_website(self):
        lead, other = self.send_both()
        for company, counts in (
            (self.company, (1, 0)),
            (self.other_company, (0, 2)),
            (self.env["res.company"], (1, 2)),
        ):
            with self.subTest(company.name):
                rule = self.make_event_rule(page_url="/", company_id=company.id)
                self.run_job()
                for owner, count in zip((lead, other), counts, strict=True):
                    lines = owner.score_line_ids.filtered(
                        lambda line, rule=rule: line.rule_id == rule
                    )
                    self.assertEqual(sum(lines.mapped("event_count")), count)

    def test_a_lead_has_the_page_views_of_its_company(self):
        lead, other = self.send_both()
        self.assertEqual((lead + other).mapped("pageviews_count"), [1, 2])
        self.run_job()
        own, others = self.base_url(), f"http://{HOST}"
        self.assertEqual(self.seen(lead), [own + "/ws-tracked"])
        paths = ["/ws-second", "/ws-tracked"]
        self.assertEqual(self.seen(other), [others + path for path in paths])
        self.assertEqual((lead + other).mapped("pageviews_count"), [1, 2])

    def test_removed_visits_are_those_of_the_company_of_the_website(self):
        leads = self.send_both()
        tracks = leads.visitor_ids.website_track_ids
        self.env["website.track"]._remove(tracks.ids)
        self.assertFalse(tracks.exists())
        self.assertEqual(self.count(leads[0], page_url="/"), 1)
        self.assertEqual(self.count(leads[1], page_url="/"), 2)
        self.assertEqual(len(self.seen(leads[0])), 1)
        self.assertEqual(len(self.seen(leads[1])), 2)

    def test_a_lead_of_no_company_has_all(self):
        lead, _other = self.send_both()
        lead.write({"company_id": False, "team_id": False, "user_id": False})
        self.assertFalse(lead.company_id)
        self.assertEqual(self.count(lead, page_url="/"), 3)
        self.assertEqual(len(self.seen(lead)), 3)

    def test_page_views_follow_the_company_of_a_lead(self):
        lead, _other = self.send_both()
        rule = self.make_event_rule(page_url="/")
        self.run_job()
        self.assertEqual(lead.score_line_ids.event_count, 1)
        lead.write({"team_id": False, "user_id": False})
        for company in (self.env["res.company"], self.other_company):
            lead.company_id = company
            self.run_job("ir_cron_score_new_leads")
        self.assertEqual({url.split("/")[2] for url in self.seen(lead)}, {HOST})
        self.run_job()
        line = lead.score_line_ids.filtered(lambda line: line.rule_id == rule)
        self.assertEqual(line.event_count, 2)
        lead.company_id = self.company
        self.run_job()
        self.assertEqual(self.seen(lead), [self.base_url() + "/ws-tracked"])
        self.assertEqual(line.event_count, 1)

    def test_a_page_that_all_websites_share_is_of_the_one_that_shows_it(self):
        lead, other = self.send_both()
        values = {"page_match": "page", "page_id": self.tracked.id}
        self.assertEqual(self.count(lead, **values), 1)
        self.assertEqual(self.count(other, **values), 1)

    def test_a_page_of_a_website_without_a_host_is_of_that_website(self):
        lead, other = self.send_both()
        self.other_website.domain = False
        page = self._make_page("ws-own", track=True)
        page.website_id = self.other_website
        track = self.make_tracks(lead.visitor_ids, "/ws-own", page_id=page.id)
        self.assertEqual(track.visitor_id, other.visitor_ids)
        self.assertEqual(self.count(lead, page_url="/ws-own"), 0)
        self.assertEqual(self.count(other, page_url="/ws-own"), 1)

    def test_visits_count_for_contacts_of_the_company_of_the_website(self):
        self.visit("/ws-tracked", HOST)
        self.visit("/ws-tracked")
        self.visit("/ws-second", HOST)
        self.make_event_rule(page_url="/", apply_to="partner")
        self.user.company_ids += self.other_company
        contact = self.user.partner_id
        for company, count in (
            (self.company, 1),
            (self.other_company, 2),
            (self.env["res.company"], 3),
        ):
            with self.subTest(company.name):
                contact.company_id = False
                self.user.company_id = company or self.company
                contact.company_id = company
                self.run_job("ir_cron_score_contacts")
                self.assertEqual(contact.score_line_ids.event_count, count)

    def test_a_return_is_one_to_the_website_of_the_company(self):
        lead, other = self.send_both()
        tracks = lead.visitor_ids.website_track_ids
        tracks.filtered(lambda track: HOST not in track.url).unlink()
        first = tracks.exists().sorted("id")[0]
        first.visit_datetime = first.visit_datetime.replace(year=2020)
        values = {"event_type": "comeback", "absence_days": 30}
        self.assertEqual(self.count(other, **values), 1)
        self.assertEqual(self.count(lead, **values), 0)

    def test_page_views_of_another_company_s_website_go_with_the_update(self):
        leads = self.send_both()
        leads.write({"company_id": False, "team_id": False, "user_id": False})
        self.Pageview._sync(leads)
        self.env.cr.execute(
            "UPDATE crm_lead SET company_id = %s WHERE id = %s",
            [self.company.id, leads[0].id],
        )
        self.env.invalidate_all()
        self.assertEqual([len(self.seen(lead)) for lead in leads], [3, 3])
        script = SCRIPTS / "19.0.1.4.0" / "post-page_views_of_companies.py"
        migrate = load_script(str(script), "page_views_of_companies").migrate
        for _time in range(2):
            migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual([len(self.seen(lead)) for lead in leads], [1, 3])

    def test_one_company_costs_nothing(self):
        self.other_website.company_id = self.company
        leads, part = self.Lead, {"url": None, "page_id": None, "owner_id": None}
        self.assertEqual(
            self.env["website"]._get_is_of_owner_sql(leads, **part).code, "TRUE"
        )
