from odoo.tests import tagged

from .report_common import ReportCase


@tagged("post_install", "-at_install")
class TestPageReport(ReportCase):
    """What the analysis of pages says is what counting the leads that saw them says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = cls.leads[:60]
        cls.buyers = cls.leads[50:]
        cls.make_tracks(cls.make_visitor(cls.readers), "/read", "/read", "/report-all")
        cls.make_tracks(cls.make_visitor(cls.buyers), "/report-buy", "/report-all")
        cls.Pageview._sync(cls.leads)
        cls.env.flush_all()

    def get_row(self, path):
        report = self.env["website.crm.page.report"]
        return report.search([("url", "=", self.host + path)])

    def assertFigures(self, path, leads, visits):
        row, won = self.get_row(path), leads.filtered(lambda x: x.won_status == "won")
        closed = leads.filtered(lambda lead: lead.won_status != "pending")
        self.assertEqual(row.lead_count, len(leads))
        self.assertEqual(row.view_count, visits)
        self.assertEqual(row.won_count, len(won))
        self.assertEqual(row.lost_count, len(closed - won))
        self.assertAlmostEqual(row.win_rate, len(won) / len(closed))
        self.assertFalse(row.is_few)

    def test_figures_of_pages(self):
        self.assertFigures("/read", self.readers, 2 * len(self.readers))
        self.assertFigures("/report-buy", self.buyers, len(self.buyers))
        visits = len(self.readers) + len(self.buyers)
        self.assertFigures("/report-all", self.readers | self.buyers, visits)

    def test_few_leads_are_said_to_be_few(self):
        lead = self.make_lead()
        self.make_tracks(self.make_visitor(lead), "/report-once")
        self.Pageview._sync(lead)
        self.env.flush_all()
        row = self.get_row("/report-once")
        self.assertEqual((row.lead_count, row.closed_count), (1, 0))
        self.assertTrue(row.is_few)

    def test_a_page_opens_the_leads_that_saw_it(self):
        action = self.get_row("/report-buy").action_open_leads()
        leads = self.Lead.with_context(active_test=False).search(action["domain"])
        self.assertEqual(
            leads, self.buyers.sorted(lambda lead: leads.ids.index(lead.id))
        )

    def test_leads_of_companies_that_are_not_chosen_are_not_counted(self):
        manager = self.make_user("ws_boss", "sales_team.group_sale_manager")
        company = self.env["res.company"].create({"name": "Other"})
        self.readers[:5].company_id = company
        self.env.flush_all()
        row = self.get_row("/read").with_user(manager)
        self.assertEqual(row.lead_count, len(self.readers) - 5)
