from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.website_crm_score.learning.chance import get_lift, get_wilson
from odoo.addons.website_crm_score.learning.patterns import Counts
from odoo.addons.website_crm_score.scoring.win_rate import get_wilson_sql

from .report_common import ReportCase, count_queries, read_list


@tagged("post_install", "-at_install", "is_query_count")
class TestRuleReport(ReportCase):
    """What the analysis of rules says is what counting their leads says."""

    def get_row(self, rule):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.env["website.crm.score.rule.report"]
        return report.with_context(active_test=False).browse(rule.ids)

    def count(self, rule):
        """Return the closed leads with points of a rule and without."""
        numbers = {("won", True): 0, ("lost", True): 0, ("won", False): 0}
        numbers["lost", False] = 0
        for lead in self.leads:
            if lead.won_status != "pending":
                numbers[lead.won_status, rule in lead.score_ids] += 1
        return Counts(
            numbers["won", True],
            numbers["lost", True],
            numbers["won", False],
            numbers["lost", False],
        )

    def assertFigures(self, row, counts):
        won, lost, other_won, other_lost = counts
        self.assertEqual((row.won_count, row.lost_count), (won, lost))
        self.assertAlmostEqual(row.win_rate, won / (won + lost))
        self.assertAlmostEqual(row.other_win_rate, other_won / (other_won + other_lost))
        figures = (row.lift, row.lift_low, row.lift_high)
        for one, other in zip(figures, get_lift(counts), strict=True):
            self.assertAlmostEqual(one, other, 2)

    def test_figures_of_rules(self):
        for rule in self.rules:
            row = self.get_row(rule)
            self.assertFigures(row, self.count(rule))
            held = self.leads.filtered(lambda lead, rule=rule: rule in lead.score_ids)
            self.assertEqual(row.matched_count, len(held))
            self.assertEqual(rule.win_rate, row.win_rate)

    def test_leads_that_a_rule_did_not_look_at_are_not_without_it(self):
        rule = self.rules[0]
        others = self.leads.filtered(
            lambda lead: lead.won_status != "pending" and rule not in lead.score_ids
        )
        before, unseen, looked = self.count(rule), others[0], others[1]
        unseen.date_closed = fields.Datetime.now() - timedelta(days=1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(days=1), looked.id),
        )
        lost = sum(lead.won_status == "lost" for lead in unseen | looked)
        counts = before._replace(
            other_won=before.other_won - 2 + lost, other_lost=before.other_lost - lost
        )
        self.assertFigures(self.get_row(rule), counts)

    def test_an_event_based_rule_looks_at_older_leads_too(self):
        rule = self.rules[0]
        rule.event_based = True
        counts = self.count(rule)
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = create_date - interval '1 day'"
        )
        self.assertFigures(self.get_row(rule), counts)

    def test_few_leads_are_said_to_be_few(self):
        rule = self.rules[0]
        self.assertEqual(self.get_row(rule).verdict, "more")
        held = self.leads.filtered(
            lambda lead: lead.won_status != "pending" and rule in lead.score_ids
        )
        held[29:].write({"active": False})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET won_status = 'pending' WHERE id = ANY(%s)",
            [held[29:].ids],
        )
        self.assertEqual(self.get_row(rule).verdict, "few")

    def test_a_rule_that_nothing_came_of_has_no_rate(self):
        rule = self.make_rule([("name", "=", "Nobody")])
        row = self.get_row(rule)
        self.assertEqual((row.matched_count, row.verdict), (0, "few"))
        self.assertFalse(row.lift_range)
        self.assertFalse(rule.closed_count)

    def test_drafts_and_rules_for_contacts_are_left_out(self):
        rules = self.make_rule(active=False, is_draft=True)
        rules |= self.make_rule(apply_to="partner")
        self.env.flush_all()
        report = self.env["website.crm.score.rule.report"]
        report = report.with_context(active_test=False)
        self.assertFalse(report.search([("rule_id", "in", rules.ids)]))

    def test_leads_of_companies_that_are_not_chosen_are_not_counted(self):
        manager = self.make_user("ws_boss", "sales_team.group_sale_manager")
        rule = self.rules[0]
        before = self.get_row(rule).matched_count
        company = self.env["res.company"].create({"name": "Other"})
        held = self.leads.filtered(lambda lead: rule in lead.score_ids)
        held[:5].company_id = company
        self.assertEqual(self.get_row(rule).matched_count, before)
        row = self.get_row(rule).with_user(manager)
        self.assertEqual(row.matched_count, before - 5)

    def test_intervals_are_those_that_python_finds(self):
        for won, lost in ((0, 1), (1, 0), (3, 7), (81, 182), (5000, 1)):
            low, high = get_wilson_sql(*(SQL("%s", number) for number in (won, lost)))
            [(found_low, found_high)] = self.env.execute_query(
                SQL("SELECT %s, %s", low, high)
            )
            expected = get_wilson(won, won + lost)
            self.assertAlmostEqual(found_low, expected[0])
            self.assertAlmostEqual(found_high, expected[1])

    def test_an_interval_is_that_which_was_published(self):
        # R. G. Newcombe, Two-sided confidence intervals for the single proportion,
        # Statistics in Medicine 17 (1998), table I: 81 of 263.
        low, high = get_wilson_sql(SQL("81"), SQL("182"))
        [(low, high)] = self.env.execute_query(SQL("SELECT %s, %s", low, high))
        self.assertEqual((round(low, 4), round(high, 4)), (0.2553, 0.3662))

    def test_as_many_queries_for_any_number_of_rules(self):
        def count(rules):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rules.mapped("win_rate")
            return self.env.cr.sql_log_count - before

        rules = self.rules | self.rules[0].copy() | self.rules[1].copy()
        count(rules)
        self.assertEqual(count(rules), count(self.rules[0]))

    def test_the_list_takes_as_many_queries_for_any_number_of_rules(self):
        report = self.env["website.crm.score.rule.report"]

        def count(size):
            rules = self.Rule.search([("apply_to", "=", "lead")])
            for number in range(size - len(rules)):
                self.make_rule([("name", "=", f"Nobody {number}")])
            self.env.flush_all()
            read_list(report)
            self.assertEqual(report.search_count([]), size)
            return count_queries(self.env, lambda: read_list(report))

        self.assertEqual(count(5), count(50))

    def test_a_rule_opens_what_became_of_its_leads(self):
        action = self.rules[0].action_open_win_rate()
        report = self.env[action["res_model"]].with_context(**action["context"])
        row = report.search(action["domain"])
        self.assertEqual(row.action_open_rule()["res_id"], self.rules[0].id)
