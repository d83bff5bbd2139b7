from odoo.tests import tagged

from ..learning.chance import get_lift
from ..learning.patterns import Counts
from .report_common import ReportCase, count_queries, read_list


@tagged("post_install", "-at_install", "is_query_count")
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
        # All of them saw some page.
        all_won = self.leads.filtered(lambda lead: lead.won_status == "won")
        all_lost = self.leads.filtered(lambda lead: lead.won_status == "lost")
        others = len(all_won - won), len(all_lost & (self.leads - closed))
        counts = Counts(len(won), len(closed - won), *others)
        figures = (row.lift, row.lift_low, row.lift_high)
        for one, other in zip(figures, get_lift(counts), strict=True):
            self.assertAlmostEqual(one, other)

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
        self.assertEqual(row.verdict, "few")
        self.assertFalse(row.lift_range)

    def test_a_page_opens_the_leads_that_saw_it(self):
        action = self.get_row("/report-buy").action_open_leads()
        leads = self.Lead.with_context(active_test=False).search(action["domain"])
        self.assertEqual(
            leads, self.buyers.sorted(lambda lead: leads.ids.index(lead.id))
        )

    def test_as_many_queries_for_any_number_of_pages(self):
        report = self.env["website.crm.page.report"]
        visitor = self.make_visitor(self.readers[0])

        def count(size):
            paths = [f"/page-{number}" for number in range(size - 3)]
            self.make_tracks(visitor, *paths)
            self.Pageview._sync(self.readers[0])
            self.env.flush_all()
            read_list(report)
            self.assertEqual(report.search_count([]), size)
            return count_queries(self.env, lambda: read_list(report))

        self.assertEqual(count(5), count(50))

    def open_from(self, target, path):
        """Return what the dialog of the properties of a page shows of it."""
        is_page = target._name == "website.page"
        model = "website.page.properties" + ("" if is_page else ".base")
        values = {"target_model_id": target.id, "website_id": self.website.id}
        if not is_page:
            values["target_model_id"] = f"{target._name},{target.id}"
            values["url"] = path
        action = self.env[model].create(values).action_open_page_report()
        return self.env[action["res_model"]].search(action["domain"])

    def make_page(self, url, website=None, **values):
        values = {"name": "Read", "type": "qweb", "arch": "<p/>", **values}
        website = website or self.website
        return self.env["website.page"].create(
            {"url": url, "website_id": website.id, **values}
        )

    def see(self, leads, *addresses):
        """Have leads see pages: those that they are, under their addresses."""
        self.make_tracks(self.make_visitor(leads), *(url for url, _page in addresses))
        self.Pageview._sync(leads)
        for url, page in addresses:
            seen = self.Pageview.search([("url", "=", self.get_url(url))])
            seen.sudo().page_id = page
        self.env.flush_all()

    def get_url(self, address):
        return address if "://" in address else self.host + address

    def get_page_rows(self, *addresses):
        urls = [self.get_url(address) for address in addresses]
        report = self.env["website.crm.page.report"]
        return report.browse(report._find_ids(urls, self.env["website.page"]))

    def test_a_page_and_its_copy_for_another_website_are_one(self):
        website = self.env["website"].create({"name": "Other"})
        page = self.make_page("/same", key="website.report_same")
        copy = self.make_page("/other", website, key="website.report_same")
        other = "https://other.example.com/other"
        self.see(self.readers, ("/same", page))
        self.see(self.buyers, (other, copy))
        [row] = self.get_page_rows("/same", other)
        self.assertEqual(row.title, "Read")
        self.assertEqual(set(row.url.split(", ")), {self.host + "/same", other})
        # Who saw both is one lead.
        both = self.readers | self.buyers
        self.assertLess(len(both), len(self.readers) + len(self.buyers))
        self.assertEqual(row.view_count, len(self.readers) + len(self.buyers))
        self.assertEqual(row.lead_count, len(both))
        states = both.mapped("won_status")
        self.assertEqual(row.won_count, states.count("won"))
        self.assertEqual(row.lost_count, states.count("lost"))
        domain = row.action_open_leads()["domain"]
        found = self.Lead.with_context(active_test=False).search(domain)
        self.assertEqual(set(found), set(both))
        for each in (page, copy):
            self.assertEqual(self.open_from(each, each.url), row)

    def test_two_pages_of_one_title_can_be_told_apart(self):
        website = self.env["website"].create({"name": "Other"})
        page, other = self.make_page("/one"), self.make_page("/two", website)
        there = "https://other.example.com/two"
        self.see(self.readers, ("/one", page), (there, other))
        rows = self.get_page_rows("/one", there)
        self.assertEqual(rows.mapped("title"), ["Read", "Read"])
        self.assertEqual(set(rows.mapped("url")), {self.host + "/one", there})

    def test_what_is_no_page_is_called_by_its_host_where_there_are_several(self):
        own = self.host.split("//")[1]
        hosts = {own, "other.example.com"}
        self.patch(type(self.website), "_get_all_hosts", lambda self: hosts)
        self.see(self.readers, ("/basket", False))
        self.see(self.buyers, ("https://other.example.com/basket", False))
        rows = self.get_page_rows("/basket", "https://other.example.com/basket")
        titles = set(rows.mapped("title"))
        self.assertEqual(titles, {f"{own}/basket", "other.example.com/basket"})
        hosts.remove("other.example.com")
        rows.invalidate_recordset()
        self.assertIn("/basket", rows.mapped("title"))

    def test_the_properties_of_a_page_show_its_row(self):
        view = self.env.ref("website.website_info")
        row = self.open_from(view, "/report-buy?order=price")
        self.assertEqual(row, self.get_row("/report-buy"))
        self.assertFalse(self.open_from(view, "/report"))

    def test_the_properties_of_a_page_show_it_under_all_its_addresses(self):
        page = self.env["website.page"].create(
            {"name": "Read", "url": "/read", "type": "qweb", "arch": "<p/>"}
        )
        seen = self.Pageview.search([("url", "=", self.host + "/report-all")])
        seen.sudo().page_id = page
        self.env.flush_all()
        rows = self.get_row("/read") + self.get_row("/report-all")
        self.assertEqual(self.open_from(page, "/read"), rows)

    def test_leads_of_companies_that_are_not_chosen_are_not_counted(self):
        manager = self.make_user("ws_boss", "sales_team.group_sale_manager")
        company = self.env["res.company"].create({"name": "Other"})
        self.readers[:5].company_id = company
        self.env.flush_all()
        row = self.get_row("/read").with_user(manager)
        self.assertEqual(row.lead_count, len(self.readers) - 5)
