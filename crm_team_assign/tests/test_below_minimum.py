from ast import literal_eval

from lxml import etree

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import AssignmentCase

BELOW = [("below_minimum", "=", True)]


@tagged("post_install", "-at_install")
class TestBelowMinimum(AssignmentCase):
    """Leads that no team takes are found, and can be mailed."""

    def find(self, domain=None):
        self.run_rules()
        return self.Lead.search(domain or BELOW, order="id")

    def test_leads_below_every_minimum_are_found(self):
        self.make_team("A", 50, [self.ann])
        self.make_team("B", 30, [self.bob])
        leads = self.make_scored(29.99, 30, 60, -5)
        self.assertEqual(self.find(), leads[0] + leads[3])
        self.assertEqual(leads.mapped("below_minimum"), [True, False, False, True])

    def test_the_card_of_a_lead_has_the_minimum_of_its_team(self):
        team = self.make_team("A", 50, [self.ann])
        lead, other = self.make_scored(29.99, 30)
        lead.team_id = team
        self.assertEqual(lead.get_score_card()["minimum"], {"name": "A", "points": 50})
        other.team_id = self.make_team("B", 0, [self.bob])
        self.assertFalse(other.get_score_card()["minimum"])

    def test_leads_that_reach_the_minimum_of_their_team_are_found(self):
        high = self.make_team("A", 50, [self.ann])
        low = self.make_team("B", 30, [self.bob])
        leads = self.make_scored(49.5, 50, 30, 70)
        (leads[0] + leads[1]).team_id = high
        leads[2].team_id = low
        found = self.find([("reaches_minimum", "=", True)])
        self.assertEqual(found & leads, leads[1] + leads[2])
        others = self.find([("reaches_minimum", "=", False)])
        self.assertEqual(others & leads, leads[0] + leads[3])
        expected = [False, True, True, False]
        self.assertEqual(leads.mapped("reaches_minimum"), expected)

    def test_the_others_are_found_by_the_contrary(self):
        self.make_team("A", 50, [self.ann])
        leads = self.make_scored(10, 60)
        for domain in (
            [("below_minimum", "=", False)],
            [("below_minimum", "!=", True)],
            ["!", *BELOW],
        ):
            self.assertEqual(self.find(domain), leads[1])

    def test_assigned_won_and_lost_leads_are_not_found(self):
        team = self.make_team("A", 50, [self.ann])
        assigned = self.make_scored(10, user_id=self.ann.id, team_id=team.id)
        won, lost, low = self.make_scored(10, 10, 10)
        won.action_set_won()
        lost.action_set_lost()
        self.assertEqual(self.find(), low)
        self.assertFalse(any((assigned + won + lost).mapped("below_minimum")))

    def test_for_a_lead_in_a_team_the_minimum_of_that_team_counts(self):
        team = self.make_team("A", 50, [self.ann])
        self.make_team("B", 0, [self.bob])
        low, high = self.make_scored(10, 60, team_id=team.id)
        self.make_scored(10)
        nobody = self.make_team("Nobody", 90)
        low += self.make_scored(-10, team_id=nobody.id)
        self.assertEqual(self.find(), low)
        self.assertFalse(high.below_minimum)

    def test_teams_that_take_no_leads_do_not_count(self):
        self.make_team("A", 50, [self.ann])
        self.make_team("No member", 0)
        self.make_team("No capacity", 0, [(self.bob, {"assignment_max": 0})])
        self.make_team("Paused", 0, [self.bob], assignment_optout=True)
        archived = self.make_team("Archived", 0, [self.bob])
        archived.active = False
        lead = self.make_scored(10)
        self.assertEqual(self.find(), lead)

    def test_without_any_team_nothing_is_below(self):
        self.make_scored(-10)
        self.assertFalse(self.find())

    def test_the_teams_of_the_lead_s_company_count(self):
        there = self.env["res.company"].create({"name": "There"})
        zoe = self.make_seller(
            "zoe", company_id=there.id, company_ids=[Command.set(there.ids)]
        )
        self.make_team("Here", 50, [self.ann], company_id=self.env.company.id)
        self.make_team("There", 0, [zoe], company_id=there.id)
        partner = self.env["res.partner"].create({"name": "P"})
        partner.company_id = self.env.company
        here = self.make_scored(
            10, company_id=self.env.company.id, partner_id=partner.id
        )
        neither = self.make_scored(20)
        self.assertEqual(here.company_id, self.env.company)
        self.assertEqual(self.find(), here)
        self.assertFalse(neither.below_minimum)

    def test_the_filters_are_in_both_search_views(self):
        for xmlid, unassigned in (
            ("crm.view_crm_case_leads_filter", "unassigned_leads"),
            ("crm.view_crm_case_opportunities_filter", "unassigned"),
        ):
            arch = self.Lead.get_view(self.env.ref(xmlid).id, "search")["arch"]
            names = (unassigned, "reaches_minimum", "below_minimum", "untaken")
            for name in names:
                [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
                self.Lead.search(literal_eval(node.get("domain")))

    def test_unassigned_leads_below_the_minimum_show_under_unassigned(self):
        self.make_team("A", 50, [self.ann])
        lead = self.make_scored(10)
        self.assign()
        unassigned = [("user_id", "=", False), ("type", "=", "lead")]
        self.assertEqual(self.find(unassigned), lead)

    def test_a_salesperson_may_use_the_filter(self):
        self.make_team("A", 50, [self.ann])
        lead = self.make_scored(10)
        self.run_rules()
        self.assertEqual(self.Lead.with_user(self.bob).search(BELOW), lead)

    def test_who_reaches_only_minimums_of_teams_that_do_not_take_it_is_found(self):
        self.make_team(
            "Paris", 10, [self.ann], assignment_domain="[('city', '=', 'Paris')]"
        )
        self.make_team("All", 50, [self.bob])
        lead, taken, low = self.make_scored(20, 60, 5)
        paris = self.make_scored(30, city="Paris")
        self.assertEqual(self.find(), lead + low)
        self.assertFalse(any((taken + paris).mapped("below_minimum")))

    def test_who_no_filter_takes_is_found_by_a_filter_of_its_own(self):
        team = self.make_team(
            "Paris", 10, [self.ann], assignment_domain="[('city', '=', 'Paris')]"
        )
        here, low = self.make_scored(20, 5, city="Paris")
        elsewhere = self.make_scored(90)
        in_team = self.make_scored(80, team_id=team.id)
        untaken = low + elsewhere + in_team
        self.assertEqual(self.find([("untaken", "=", True)]), untaken)
        self.assertEqual(self.find(), low)
        self.assertEqual((untaken + here).mapped("untaken"), [True, True, True, False])

    def test_a_filter_that_cannot_be_used_takes_nothing(self):
        broken = self.make_team("Broken", 0, [self.ann])
        self.make_team("Fine", 50, [self.bob])
        self.env.flush_all()
        for text in ("[('gone_field', '=', 1)]", "[('score', '>=', 'much')]"):
            self.env.cr.execute(
                "UPDATE crm_team SET assignment_domain = %s WHERE id = %s",
                (text, broken.id),
            )
            broken.invalidate_recordset()
            lead = self.make_scored(10)
            self.assertIn(lead, self.find())

    def test_a_filter_of_a_team_cannot_ask_what_teams_take(self):
        team = self.make_team("A", 50, [self.ann])
        for name in ("below_minimum", "untaken"):
            with self.assertRaisesRegex(ValidationError, "which follows from"):
                team.assignment_domain = f"[('{name}', '=', True)]"

    def test_the_filters_find_what_a_plan_gives_as_reasons(self):
        paris, rome = ("[('city', '=', 'Paris')]", "[('city', '=', 'Rome')]")
        team = self.make_team("Paris", 10, [self.ann], assignment_domain=paris)
        self.make_team("Rome", 30, [self.bob], assignment_domain=rome)
        self.make_team("Good", 60, [self.eve], assignment_domain=rome)
        self.make_team("Nobody", 0)
        leads = self.Lead
        for city in ("Paris", "Rome", "Oslo"):
            for team_id in (False, team.id):
                scores = (-5, 5, 15, 35, 65)
                leads += self.make_scored(*scores, city=city, team_id=team_id)
        leads += self.make_scored(5, city="Rome", user_id=self.ann.id)
        self.run_rules()
        action = leads.action_plan_assignment()
        plan = self.env["crm.assignment.plan"].browse(action["res_id"])

        def list_planned(*reasons):
            lines = plan.line_ids.filtered(lambda line: line.reason in reasons)
            return lines.lead_id.sorted("id")

        self.assertEqual(self.find(), list_planned("minimum"))
        untaken = self.find([("untaken", "=", True)])
        self.assertEqual(untaken, list_planned("minimum", "team_filter"))

    def test_whatever_a_filter_looks_at_it_takes_what_it_finds(self):
        team = self.make_team("A", 0, [self.ann])
        tag = self.env["crm.tag"].create({"name": "Hot"})
        partner = self.env["res.partner"].create({"name": "Known"})
        leads = self.make_scored(10, city="Paris", tag_ids=[Command.set(tag.ids)])
        leads += self.make_scored(20, partner_id=partner.id)
        leads += self.make_scored(30, city="Rome")
        for text in (
            "[('city', '!=', 'Paris')]",
            "['!', ('partner_id.name', '=', 'Known')]",
            "['|', ('tag_ids.name', '=', 'Hot'), ('city', '=', 'Rome')]",
            "[('tag_ids', '=', False)]",
        ):
            with self.subTest(text):
                team.assignment_domain = text
                taken = self.Lead.search(literal_eval(text)) & leads
                self.assertTrue(taken)
                untaken = self.find([("untaken", "=", True)])
                self.assertEqual(untaken & leads, leads - taken)
                self.assertFalse(self.find() & leads)

    def test_more_teams_with_filters_cost_no_more_queries(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Lead.search(BELOW)
            return self.env.cr.sql_log_count - before

        def make_teams(cities):
            for city in cities:
                text = str([("city", "=", city)])
                self.make_team(city, 50, [self.ann], assignment_domain=text)

        make_teams(["Paris", "Rome"])
        count_queries()
        few = count_queries()
        make_teams(["Oslo", "Nice", "Lyon", "Bonn"])
        count_queries()
        self.assertEqual(count_queries(), few)

    def test_one_query_finds_them(self):
        self.make_team("A", 50, [self.ann])
        leads = self.make_scored(*[10] * 20)
        self.run_rules()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertTrue(all(leads.mapped("below_minimum")))
        self.assertLess(self.env.cr.sql_log_count - before, 15)

    def test_a_scoring_rule_cannot_look_at_the_minimum(self):
        for domain in (BELOW, ["!", *BELOW]):
            with self.assertRaisesRegex(ValidationError, "cannot depend on the score"):
                self.make_rule(domain, event_based=True)
