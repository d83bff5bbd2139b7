from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..execution.inquiry import Inquiry
from ..planning import verdicts
from ..planning.reasons import (
    AWAY,
    BARRED,
    BROKEN_FILTER,
    CAPACITY,
    COMPANY,
    MEMBER_FILTER,
    NO_MEMBER,
)
from .plan_common import PlanCase

TAKES = "It takes this lead."


@tagged("post_install", "-at_install")
class TestVerdicts(BaseCase):
    """What is said of a lead, by what is so of a team and of its salespeople."""

    def test_of_salespeople_the_one_who_is_nearest_to_it_says_it_for_the_team(self):
        said = [
            (verdicts.FREE, verdicts.TAKES),
            (AWAY, AWAY),
            (BARRED, BARRED),
            (verdicts.FULL_DAY, CAPACITY),
            (verdicts.FILTER, MEMBER_FILTER),
            (verdicts.PAUSED, NO_MEMBER),
        ]
        members = [code for code, _word in said]
        for place, (_code, word) in enumerate(said):
            with self.subTest(word):
                self.assertEqual(verdicts.judge_team(None, members[place:], 5, 5), word)
        for code, word in (
            (verdicts.FULL_MONTH, CAPACITY),
            (COMPANY, MEMBER_FILTER),
            (BROKEN_FILTER, NO_MEMBER),
        ):
            with self.subTest(code):
                self.assertEqual(verdicts.judge_team(None, [code], 5, 5), word)

    def test_an_obstacle_and_a_higher_minimum_come_before_salespeople(self):
        self.assertEqual(verdicts.judge_team(COMPANY, [verdicts.FREE], 5, 9), COMPANY)
        free = [verdicts.FREE]
        self.assertEqual(verdicts.judge_team(None, free, 5, 9), verdicts.HIGHER)

    def test_of_a_salesperson_what_lasts_longest_is_said(self):
        facts = {
            "takes_leads": (False, verdicts.PAUSED),
            "has_capacity": (False, verdicts.IDLE),
            "matches": (False, verdicts.FILTER),
            "is_barred": (True, BARRED),
            "room": (0, verdicts.FULL_DAY),
            "is_away": (True, AWAY),
        }
        values = {name: value for name, (value, _word) in facts.items()}
        good = {"takes_leads": True, "has_capacity": True, "matches": True}
        good |= {"is_barred": False, "room": 1, "is_away": False}
        for name, (_value, word) in facts.items():
            with self.subTest(name):
                judged = verdicts.judge_member(**values, is_month_full=False)
                self.assertEqual(judged, word)
            values[name] = good[name]
        free = verdicts.judge_member(**values, is_month_full=True)
        self.assertEqual(free, verdicts.FREE)
        broken = verdicts.judge_member(**{**values, "matches": None}, is_month_full=0)
        self.assertEqual(broken, BROKEN_FILTER)
        full = verdicts.judge_member(**{**values, "room": 0}, is_month_full=True)
        self.assertEqual(full, verdicts.FULL_MONTH)


@tagged("post_install", "-at_install")
class TestWhyNot(PlanCase):
    """Why a lead is not assigned, team by team: what its dry run would say."""

    def ask(self, lead, user=None):
        """Return what teams and salespeople say, by their names."""
        self.Rule.assign_scores_to_leads()
        self.env.flush_all()
        said = {}
        for team in Inquiry(lead.with_user(user or self.manager)).ask_teams():
            for item in (team, *team["members"]):
                said[item["name"]] = item["words"], *item["conditions"]
        return said

    def look(self, lead, user=None):
        """Return what the dialog shows."""
        action = lead.with_user(user or self.manager).action_explain_assignment()
        why = self.env[action["res_model"]].browse(action["res_id"])
        text = html.fromstring(why.with_user(user or self.manager).answer_html)
        return " ".join(text.text_content().split())

    def test_numbers_are_those_of_the_language_of_who_asks(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.make_team("High", 50, [self.ann])
        lead = self.make_scored(40.5).with_context(lang="fr_FR")
        words, *_others = self.ask(lead)["High"]
        self.assertIn("40,5", words)
        self.assertIn("9,5", words)

    def test_where_no_team_takes_leads_no_filter_is_blamed(self):
        words = self.look(self.make_scored(60))
        self.assertIn("leaves this lead out: No sales team takes leads.", words)
        self.assertNotIn("filter", words)
        self.assertEqual(words.count("No sales team"), 1)

    def test_each_team_says_its_reason_the_most_demanding_first(self):
        oslo = "[('city', '=', 'Oslo'), ('phone', '=', False)]"
        self.make_team("Low", 10, [self.ann], assignment_domain=oslo)
        self.make_team("High", 50, [self.ann])
        self.make_team("Empty", 5)
        lead = self.make_scored(40.5, city="Rome")
        said = self.ask(lead)
        self.assertEqual(list(said), ["High", "Low", "Empty"])
        self.assertEqual(
            said,
            {
                "High": ("The score is 40.5, 9.5 below its minimum 50.",),
                "Low": ("Its filter does not match.", "City is “Oslo”"),
                "Empty": ("Nobody in it takes leads.",),
            },
        )

    def test_of_alternatives_the_whole_is_said(self):
        either = "['|', ('city', '=', 'Oslo'), ('city', '=', 'Rome')]"
        self.make_team("A", 0, [self.ann], assignment_domain=either)
        said = self.ask(self.make_scored(10))
        self.assertEqual(said["A"][1:], ("City is “Oslo” or City is “Rome”",))

    def test_each_salesperson_of_the_team_that_takes_it_says_a_reason(self):
        self.make_team(
            "A",
            0,
            [
                (self.ann, {"assignment_optout": True}),
                (self.bob, {"assignment_max": 0}),
                (self.eve, {"assignment_domain": "[('city', '=', 'Oslo')]"}),
            ],
        )
        said = self.ask(self.make_scored(10))
        self.assertEqual(
            said,
            {
                "A": ("It takes this lead, but none of its salespeople does.",),
                "Ann": ("Paused.",),
                "Bob": ("Has no capacity.",),
                "Eve": ("The filter does not match.", "City is “Oslo”"),
            },
        )

    def test_a_capacity_that_is_used_up_is_told_of_today_or_of_the_month(self):
        self.make_team(
            "A",
            0,
            [(self.ann, {"assignment_max": 2}), (self.bob, {"assignment_max": 60})],
        )
        self.make_scored(50, 60, 70)
        self.assign()
        first, *others = self.Lead.search([("user_id", "=", self.ann.id)])
        self.assertFalse(others)
        said = self.ask(self.make_scored(10))
        self.assertEqual(
            said["A"], ("It takes this lead, but all capacity is used up.",)
        )
        self.assertEqual(said["Ann"], ("Today's share of the capacity is used up: 1.",))
        self.get_member(first.team_id, self.ann).assignment_max = 1
        self.env.invalidate_all()
        said = self.ask(self.make_scored(10))
        month = "The capacity of a month is used up: 1 of 1 in 30 days."
        self.assertEqual(said["Ann"], (month,))

    def test_who_is_away_says_until_when(self):
        paused = {
            "assignment_optout": True,
            "assignment_paused_until": fields.Date.today() + timedelta(days=30),
        }
        self.make_team("A", 0, [(self.ann, paused)])
        said = self.ask(self.make_scored(10))
        words = "It takes this lead, but who could get it is away."
        self.assertEqual(said["A"], (words,))
        self.assertRegex(said["Ann"][0], r"^Away until .*\d+.*\.$")

    def test_who_did_nothing_for_it_says_from_when_on_it_can_be_theirs_again(self):
        team = self.make_team(
            "A", 0, [self.ann, self.bob], take_back_hours=8, take_back_days=30
        )
        lead = self.make_scored(10, team_id=team.id)
        now = fields.Datetime.now()
        handovers = self.env["crm.assignment.handover"]
        for user, days in ((self.ann, 10), (self.bob, 29)):
            date = now - timedelta(days=days)
            ended = {"date": date, "taken_back_date": date, "end_date": date}
            handovers += handovers.create(
                {"lead_id": lead.id, "user_id": user.id, "team_id": team.id, **ended}
            )
        said = self.ask(lead)
        words = r"It was taken back from them\. They can get it again from"
        self.assertRegex(said["Ann"][0], rf"^{words} .*\d+.* on\.$")
        self.assertRegex(said["Bob"][0], rf"^{words} [A-Z][a-z]+day on\.$")
        words = (
            "It takes this lead, but it was taken back from who could get it, and they"
            " do not get it again yet."
        )
        self.assertEqual(said["A"], (words,))
        self.assertEqual(Inquiry(lead.with_user(self.manager)).plan().reason, "barred")
        handovers[1].taken_back_date -= timedelta(days=2)
        said = self.ask(lead)
        self.assertEqual((said["A"][0], said["Bob"][0]), (TAKES, "Can get it."))
        self.assertIn("taken back from them", said["Ann"][0])

    def test_leads_taken_back_from_who_has_no_room_are_not_given_tomorrow_either(self):
        """It is not the capacity that keeps them."""
        team = self.make_team(
            "A", 0, [(self.ann, {"assignment_max": 30})], take_back_hours=8
        )
        self.make_scored(90)
        self.assign()
        lead = self.make_scored(10, team_id=team.id)
        date = fields.Datetime.now()
        self.env["crm.assignment.handover"].create(
            {
                "lead_id": lead.id,
                "user_id": self.ann.id,
                "team_id": team.id,
                "date": date,
                "taken_back_date": date,
                "end_date": date,
            }
        )
        self.Rule.assign_scores_to_leads()
        self.assertEqual(self.get_line(self.rehearse(), lead).reason, "barred")

    def test_a_team_with_a_lower_minimum_tells_of_the_one_with_the_highest(self):
        self.make_team("Low", 10, [self.ann])
        self.make_team("High", 50, [self.bob])
        said = self.ask(self.make_scored(60))
        self.assertEqual(said["High"], ("It takes this lead.",))
        self.assertEqual(said["Bob"], ("Can get it.",))
        self.assertEqual(
            said["Low"], ("It would take this lead, but High has a higher minimum.",)
        )
        self.assertNotIn("Ann", said)

    def test_for_a_lead_of_a_team_only_that_is_asked(self):
        team = self.make_team("A", 50, [self.ann])
        self.make_team("B", 0, [self.bob])
        lead = self.make_scored(10, team_id=team.id)
        self.assertEqual(list(self.ask(lead)), ["A"])
        team.assignment_optout = True
        self.assertEqual(self.ask(lead), {"A": ("It takes no part in assignment.",)})

    @mute_logger("odoo.addons.crm_team_assign.models.crm_assignment_filter_mixin")
    def test_a_filter_that_cannot_be_used_is_told(self):
        team = self.make_team("A", 0, [self.ann])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_team SET assignment_domain = '[(''gone'', ''='', 1)]'"
            " WHERE id = %s",
            (team.id,),
        )
        self.env.invalidate_all()
        lead = self.make_scored(10)
        self.assertEqual(self.ask(lead)["A"], ("Its filter cannot be used.",))

    def test_teams_of_other_companies_are_told_to_who_works_there(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.ann.company_ids += other
        self.make_team("Theirs", 0, [self.ann], company_id=other.id)
        lead = self.make_scored(10, company_id=self.env.company.id)
        self.assertFalse(self.ask(lead))
        self.manager.company_ids += other
        context = {"allowed_company_ids": self.manager.company_ids.ids}
        said = Inquiry(lead.with_user(self.manager).with_context(**context))
        [team] = said.ask_teams()
        self.assertEqual(team["words"], "It works for other companies.")

    def test_the_answer_is_what_the_dry_run_of_the_lead_says(self):
        oslo = {"assignment_domain": "[('city', '=', 'Oslo')]"}
        self.make_team("High", 60, [(self.ann, {"assignment_max": 30})])
        self.make_team("Low", 20, [(self.bob, oslo)])
        leads = self.make_scored(10, 30, 70)
        leads += self.make_scored(31, city="Oslo")
        leads += self.make_scored(32, team_id=self.make_team("None", 0).id)
        twins = self.make_scored(33, 34, email_from="twin@x.example")
        for lead in leads + twins:
            plan = self.rehearse(leads=lead)
            line = self.get_line(plan, lead)
            answer = Inquiry(lead.with_user(self.manager)).plan()
            with self.subTest(lead.name):
                for name in ("outcome", "reason", "team_id", "user_id"):
                    self.assertEqual(answer[name], line[name])
                self.assertEqual(answer._explain(), line.explanation)

    def test_nothing_is_written(self):
        self.make_team("A", 0, [self.ann])
        leads = self.make_scored(33, 34, email_from="twin@x.example")
        self.Rule.assign_scores_to_leads()
        before = leads.read(["user_id", "team_id", "score", "active", "message_ids"])
        plans = self.env["crm.assignment.plan"].search_count([])
        texts = [self.look(lead) for lead in leads]
        self.env.invalidate_all()
        after = leads.read(["user_id", "team_id", "score", "active", "message_ids"])
        self.assertEqual(after, before)
        self.assertEqual(self.env["crm.assignment.plan"].search_count([]), plans)
        self.assertIn("merges this lead with another", " ".join(texts))

    def test_a_salesperson_asks_of_leads_that_he_may_read(self):
        self.make_team("A", 50, [self.ann])
        lead = self.make_scored(10)
        self.Rule.assign_scores_to_leads()
        text = self.look(lead, self.ann)
        self.assertIn("leaves this lead out: A wants 50, the score is 10.", text)
        self.assertIn("A The score is 10, 40 below its minimum 50.", text)
        lead.user_id = self.bob
        self.env.flush_all()
        with self.assertRaises(AccessError):
            lead.with_user(self.ann).action_explain_assignment()

    def test_it_takes_as_many_queries_for_one_salesperson_as_for_many(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Inquiry(lead.with_user(self.manager)).ask_teams()
            return self.env.cr.sql_log_count - before

        team = self.make_team("A", 0, [self.ann])
        lead = self.make_scored(10)
        self.Rule.assign_scores_to_leads()
        count_queries()
        one = count_queries()
        sellers = self.make_sellers(*(f"more{number}" for number in range(20)))
        team.crm_team_member_ids += self.env["crm.team.member"].create(
            [
                {"user_id": user.id, "crm_team_id": team.id, "assignment_max": 30}
                for user in sellers
            ]
        )
        count_queries()
        self.assertLessEqual(count_queries(), one + 2)
