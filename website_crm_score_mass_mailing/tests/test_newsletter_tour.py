from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.link_tracker.tests.common import MockLinkTracker
from odoo.addons.website_crm_score.tests.common import ScoringCase


@tagged("post_install", "-at_install")
class TestNewsletterTour(ScoringCase, MockLinkTracker, HttpCase):
    """What marketers do with rules on newsletters, in a browser."""

    def setUp(self):
        super().setUp()
        new_test_user(
            self.env,
            "ws_marketer",
            "sales_team.group_sale_manager,crm.group_use_lead,"
            "mass_mailing.group_mass_mailing_user",
        )
        team = self.env["crm.team"].create({"name": "Tours", "use_leads": True})
        for name in ("Ann", "Bob"):
            self.make_lead(
                name=name, email_from=f"{name}@company.example", team_id=team.id
            )
        self.click("ann@company.example", "https://company.example/prices")

    def click(self, email, url):
        """Have a link be clicked in a newsletter of yesterday."""
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Spring news",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
            }
        )
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "email": email,
                "model": "mailing.contact",
                "res_id": 1,
                "sent_datetime": fields.Datetime.now() - timedelta(days=1),
                "trace_status": "sent",
            }
        )
        link = self.env["link.tracker"].create({"url": url})
        self.env["link.tracker.click"].add_click(link.code, mailing_trace_id=trace.id)

    def start(self, name, url="/odoo"):
        tour = f"website_crm_score_mass_mailing.{name}"
        self.start_tour(url, tour, login="ws_marketer")

    def test_a_marketer_gives_points_for_a_link(self):
        self.start("marketer_scores_clicks")

    def test_a_marketer_begins_with_a_template(self):
        self.start("marketer_uses_template")
        rules = self.Rule.search([])
        self.assertEqual(sorted(rules.mapped("value")), [-2, 3, 3, 5])

    def test_a_marketer_reads_what_came_of_a_newsletter(self):
        self.start("marketer_reads_report")

    def test_a_marketer_is_told_when_no_lead_got_a_newsletter(self):
        self.env["mailing.trace"].search([]).unlink()
        self.start("marketer_reads_empty_report")

    def test_a_marketer_reads_what_came_of_a_newsletter_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        report = "/odoo/scoring-newsletters-report"
        self.start("marketer_reads_report_on_phone", report)
        self.env["mailing.trace"].search([]).unlink()
        self.start("marketer_reads_empty_report_on_phone", report)
