from odoo.exceptions import AccessError
from odoo.tests import tagged

from .report_common import ReportCase, count_queries, read_list


@tagged("post_install", "-at_install", "is_query_count")
class TestScoreReport(ReportCase):
    """What the analysis of scores says is what counting the leads says."""

    def report(self, *groupby):
        """Return the figures by group."""
        rows = self.env["website.crm.score.report"]._read_group(
            [("lead_id", "in", self.leads.ids)],
            groupby,
            [
                "__count",
                "won_count:sum",
                "lost_count:sum",
                "win_rate:avg",
                "won_revenue:sum",
                "days_to_close:avg",
            ],
        )
        return {row[: len(groupby)]: row[len(groupby) :] for row in rows}

    def count(self, *getters):
        """Return the same, by going through the leads."""
        groups = {}
        for lead in self.get_reported():
            groups.setdefault(tuple(get(lead) for get in getters), []).append(lead)
        return {key: self.sum_up(leads) for key, leads in groups.items()}

    def sum_up(self, leads):
        won = [lead for lead in leads if lead.won_status == "won"]
        closed = [lead for lead in leads if lead.won_status != "pending"]
        days = [(lead.date_closed - lead.create_date).days for lead in closed]
        return (
            len(leads),
            len(won),
            len(closed) - len(won),
            100 * len(won) / len(closed) if closed else 0,
            sum(lead.expected_revenue for lead in won),
            sum(days) / len(days) if days else 0,
        )

    def assertFigures(self, groupby, getter):
        reported, counted = self.report(*groupby), self.count(*getter)
        self.assertEqual(set(reported), set(counted))
        for key, figures in counted.items():
            for one, other in zip(reported[key], figures, strict=True):
                self.assertAlmostEqual(one or 0, other, 4, msg=str(key))

    def test_figures_by_band(self):
        bands = self.env["website.crm.score.band"].search([])
        by_low = {band.low: band for band in bands}
        self.assertFigures(["band_id"], [lambda lead: by_low[lead.score // 10 * 10]])

    def test_figures_by_grade_and_team(self):
        self.assertFigures(
            ["score_grade", "team_id"],
            [lambda lead: lead.score_grade, lambda lead: lead.team_id],
        )

    def test_figures_by_fit_and_engagement(self):
        self.assertFigures(
            ["fit_grade", "engagement_grade"],
            [lambda lead: lead.score_grade[0], lambda lead: lead.score_grade[1]],
        )

    def test_figures_of_all_are_no_mean_of_means(self):
        self.assertFigures([], [])

    def test_bands_are_in_the_order_of_scores(self):
        lows = [band.low for (band,) in self.report("band_id")]
        self.assertEqual(lows, sorted(lows))
        self.assertEqual(min(lows), -10)

    def test_bands_have_names(self):
        bands = self.env["website.crm.score.band"]
        band = bands.search([("low", "=", 20)])
        self.patch(type(bands), "_get_minimums", lambda self: [("Europe", 25.5)])
        band.invalidate_recordset()
        self.assertEqual(band.display_name, "20 – 29 · Europe from 25.5")

    def test_minimums_are_drawn_where_they_are_in_their_bands(self):
        bands = self.env["website.crm.score.band"]
        found = [("Europe", 25.5), ("Asia", -3), ("World", 25.5), ("Top", 30)]
        self.patch(type(bands), "_get_minimums", lambda self: found)
        minimums = bands.get_minimums()
        self.assertEqual(
            [minimum["name"] for minimum in minimums],
            ["Asia from -3", "Europe, World from 25.5", "Top from 30"],
        )
        lows = [bands.browse(minimum["band_id"]).low for minimum in minimums]
        self.assertEqual(lows, [-10, 20, 30])
        self.assertEqual([x["share"] for x in minimums], [0.7, 0.55, 0])

    def test_scores_out_of_all_bands_are_in_the_outermost(self):
        self.env.cr.execute(
            "UPDATE crm_lead SET score = %s WHERE id = %s", (1e9, self.leads[0].id)
        )
        self.env.invalidate_all()
        [row] = self.env["website.crm.score.report"].browse(self.leads[0].ids)
        self.assertEqual(row.band_id.low, 10_000)

    def test_a_salesperson_sees_own_leads_and_those_of_nobody(self):
        user = self.make_user("ws_own", "sales_team.group_sale_salesman")
        other = self.make_user("ws_else", "sales_team.group_sale_salesman")
        self.leads[0].user_id = user
        self.leads[1].user_id = other
        self.env.flush_all()
        report = self.env["website.crm.score.report"].with_user(user)
        ids = [("lead_id", "in", self.leads[:2].ids)]
        self.assertEqual(report.search(ids).lead_id, self.leads[0])
        with self.assertRaises(AccessError):
            report.browse(self.leads[1].ids).read(["score"])

    def test_a_company_is_not_told_of_the_leads_of_others(self):
        company = self.env["res.company"].create({"name": "Other"})
        lead = self.make_lead(company_id=company.id)
        manager = self.make_user("ws_boss", "sales_team.group_sale_manager")
        report = self.env["website.crm.score.report"].with_user(manager)
        self.assertFalse(report.search([("lead_id", "=", lead.id)]))

    def test_as_many_queries_for_any_number_of_leads(self):
        report = self.env["website.crm.score.report"]
        figures = ["__count", "won_count:sum", "win_rate:avg", "days_to_close:avg"]
        sets = [[], ["band_id"], ["won_status"], ["band_id", "won_status"]]

        def count(read, size):
            domain = [("lead_id", "in", self.leads[:size].ids)]
            read(domain)
            return count_queries(self.env, lambda: read(domain))

        def read_graph(domain):
            by = ["band_id", "won_status"]
            return report.formatted_read_group(domain, by, ["__count"])

        def read_pivot(domain):
            return report.formatted_read_grouping_sets(domain, sets, figures)

        for read in (lambda domain: read_list(report, domain), read_graph, read_pivot):
            self.assertEqual(count(read, 5), count(read, 50))

    def test_a_row_opens_its_lead(self):
        row = self.env["website.crm.score.report"].browse(self.leads[0].ids)
        action = row.action_open_lead()
        self.assertEqual(action["res_model"], "crm.lead")
        self.assertEqual(action["res_id"], self.leads[0].id)
