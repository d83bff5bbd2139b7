import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..planning.reasons import (
    AWAY,
    BARRED,
    CAPACITY,
    MEMBER_FILTER,
    MINIMUM,
    NO_MEMBER,
    PREFERRED,
    TURN,
)
from ..queries import waiting
from .plan_common import PlanCase

# What the planner says of leads by their turn, or for want of room, is of one group.
ALIKE = {
    PREFERRED: {TURN},
    AWAY: {TURN},
    CAPACITY: {TURN, NO_MEMBER},
    BARRED: {BARRED, TURN},
    MEMBER_FILTER: {MEMBER_FILTER, TURN},
}
CITIES = ("Oslo", "Rome", "Nice")
FILTERS = [
    "[]",
    *(f"[('city', '=', '{city}')]" for city in CITIES),
    "[('city', '!=', 'Oslo'), ('phone', '=', False)]",
    "['|', ('city', '=', 'Oslo'), ('partner_id.name', '=', 'Known')]",
]


@tagged("post_install", "-at_install")
class TestWaitingLeads(PlanCase):
    """Leads that nobody gets, by the reason, each with what is to be done."""

    def find(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        groups = self.env["crm.assignment.waiting"].with_user(user or self.manager)
        return groups.search([])

    def count(self, user=None):
        """Return how many leads wait, by reason and team."""
        return {
            (group.reason, group.team_id.name): group.lead_count
            for group in self.find(user)
        }

    def find_leads(self, group):
        action = group.action_view_leads()
        return self.Lead.with_user(self.manager).search(action["domain"], order="id")

    def test_where_no_team_takes_leads_all_wait_for_somebody_who_does(self):
        self.make_team("Nobody", 0)
        lead = self.make_scored(60)
        [group] = self.find()
        self.assertEqual((group.reason, group.team_id.id), (NO_MEMBER, False))
        self.assertEqual(group.advice, "No sales team takes leads.")
        self.assertEqual(self.find_leads(group), lead)
        self.assertFalse(group.action_open_team().get("res_id"))
        [line] = self.rehearse().line_ids
        self.assertEqual(line.reason, NO_MEMBER)
        self.assertEqual(line.explanation, group.advice)

    def test_leads_are_counted_by_reason_and_team(self):
        oslo = "[('city', '=', 'Oslo')]"
        self.make_team("Oslo", 50, [self.ann], assignment_domain=oslo)
        self.make_team("Nobody", 0)
        self.make_team(
            "Picky", 20, [(self.bob, {"assignment_domain": "[('phone', '!=', False)]"})]
        )
        paused = self.make_team("Paused", 0, [self.eve], assignment_optout=True)
        self.make_scored(10, 19.5)
        self.make_scored(60, city="Oslo")
        self.make_scored(30)
        self.make_scored(31, phone="1")
        self.make_scored(32, team_id=paused.id)
        self.make_scored(33, team_id=self.Team.search([("name", "=", "Nobody")]).id)
        self.make_scored(34, user_id=self.ann.id)
        self.Rule.assign_scores_to_leads()
        self.assertEqual(
            self.count(),
            {
                ("minimum", "Picky"): 2,
                ("turn", "Oslo"): 1,
                ("member_filter", "Picky"): 1,
                ("turn", "Picky"): 1,
                ("other_team", "Paused"): 1,
                ("no_member", "Nobody"): 1,
            },
        )
        advice = {(g.reason, g.team_id.name): g.advice for g in self.find()}
        self.assertEqual(
            advice["minimum", "Picky"], "Picky wants 20, the best of them has 19.5."
        )

    def test_each_group_has_its_leads(self):
        self.make_team("A", 50, [self.ann])
        low, high = self.make_scored(10, 60)
        self.Rule.assign_scores_to_leads()
        groups = self.find()
        by_reason = {group.reason: self.find_leads(group) for group in groups}
        self.assertEqual(by_reason, {"minimum": low, "turn": high})
        self.assertEqual(low.with_user(self.manager).waiting_id.reason, "minimum")
        none = [("waiting_id", "=", False)]
        self.assertFalse(self.Lead.search(none) & (low + high))

    def test_whoever_has_room_or_not_is_told(self):
        later = fields.Date.today() + timedelta(days=2)
        away = {"assignment_optout": True, "assignment_paused_until": later}
        self.make_team("A", 0, [(self.ann, {"assignment_max": 30}), (self.bob, away)])
        self.make_scored(10)
        self.Rule.assign_scores_to_leads()
        [group] = self.find()
        self.assertEqual(group.room, 1)
        self.assertEqual(group.advice, "The next assignment hands them over.")
        self.make_scored(20)
        self.Rule.assign_scores_to_leads()
        [group] = self.find()
        self.assertEqual(group.advice, "A takes them, and has room for 1 today.")
        self.assign()
        [group] = self.find()
        self.assertEqual((group.room, group.lead_count), (0, 1))
        self.assertEqual(group.advice, "A takes them, but has no room left today.")
        self.assign()
        [group] = self.find()
        self.assertEqual((group.lead_count, group.room), (1, 0))

    def test_each_group_has_its_action(self):
        team = self.make_team("A", 50, [self.ann], assignment_domain=FILTERS[1])
        self.make_scored(10, city="Oslo")
        self.make_scored(20, city="Rome")
        self.Rule.assign_scores_to_leads()
        for group in self.find():
            action = group.action_open_team()
            expected = team.id if group.reason == MINIMUM else None
            self.assertEqual(action.get("res_id") or None, expected)
            leads = self.find_leads(group)
            context = group.action_write()["context"]
            composer = self.env["mail.compose.message"].with_user(self.manager)
            composer = composer.with_context(**context).create({})
            found = self.Lead.search(composer._evaluate_res_domain(), order="id")
            self.assertEqual(found, leads)

    def test_the_groups_are_what_the_planner_says(self):
        chance, seen = random.Random(18), set()
        for _round in range(6):
            self.Team.search([]).active = False
            self.Lead.search([("user_id", "=", False)]).unlink()
            minimums = chance.sample(range(0, 80, 10), 4)
            for number, minimum in enumerate(minimums):
                sellers = chance.sample([self.ann, self.bob, self.eve], number % 3 + 1)
                self.make_team(
                    f"Team {number}",
                    minimum,
                    [
                        (
                            user,
                            {
                                "assignment_domain": chance.choice(FILTERS),
                                "assignment_max": chance.choice([0, 30, 300]),
                                "assignment_optout": chance.random() < 0.2,
                            },
                        )
                        for user in sellers
                    ],
                    assignment_domain=chance.choice(FILTERS),
                    assignment_optout=chance.random() < 0.1,
                    take_back_hours=chance.choice([0, 8]),
                    take_back_days=chance.choice([5, 50]),
                )
            teams = [False, False, *self.Team.search([]).ids]
            for _lead in range(25):
                lead = self.make_scored(
                    chance.choice(range(0, 90, 5)),
                    city=chance.choice(CITIES),
                    phone=chance.choice([False, "1"]),
                    team_id=chance.choice(teams),
                )
                for user in chance.sample([self.ann, self.bob, self.eve], 2):
                    if chance.random() < 0.5:
                        self.take_back(lead, user, chance.choice([3, 30, 300]))
            seen |= self.compare()
        reasons = {TURN, MINIMUM, BARRED, MEMBER_FILTER, NO_MEMBER}
        self.assertLessEqual({(reason, reason) for reason in reasons}, seen)

    def take_back(self, lead, user, days=1):
        """Have a lead be taken back from somebody so many days ago."""
        date = fields.Datetime.now() - timedelta(days=days)
        self.env["crm.assignment.handover"].create(
            {
                "lead_id": lead.id,
                "user_id": user.id,
                "team_id": lead.team_id.id,
                "date": date - timedelta(days=2),
                "taken_back_date": date,
                "end_date": date,
            }
        )

    def test_what_was_taken_back_from_all_who_could_have_it_is_told(self):
        team = self.make_team(
            "A", 0, [self.ann, self.bob, (self.eve, {"assignment_optout": True})]
        )
        team.write({"take_back_hours": 8, "take_back_days": 20})
        one, both, old, free = self.make_scored(10, 20, 30, 40, team_id=team.id)
        free.team_id = False  # of no team, it is new to each
        for lead, users, days in (
            (one, self.ann, 1),
            (both, self.ann + self.bob, 1),
            (old, self.ann + self.bob, 21),
            (free, self.ann + self.bob, 1),
        ):
            for user in users:
                self.take_back(lead, user, days)
        self.Rule.assign_scores_to_leads()
        self.assertEqual(self.count(), {("turn", "A"): 3, ("barred", "A"): 1})
        barred = self.find().filtered(lambda group: group.reason == "barred")
        self.assertEqual(self.find_leads(barred), both)
        self.assertEqual(
            barred.advice,
            "They were taken back from all salespeople of A who take them: nobody gets"
            " a lead again within 20 days.",
        )
        self.assertEqual(barred.action_open_team()["res_id"], team.id)
        team.take_back_hours = 0
        self.assertEqual(self.count(), {("turn", "A"): 4})

    def test_leads_that_were_taken_back_take_no_query_more(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            groups = self.env["crm.assignment.waiting"].with_user(self.manager)
            before = self.env.cr.sql_log_count
            groups.web_search_read([], {"reason": {}, "lead_count": {}})
            return self.env.cr.sql_log_count - before

        team = self.make_team("A", 0, [self.ann, self.bob])
        for lead in self.make_scored(*range(10, 20), team_id=team.id):
            self.take_back(lead, self.ann)
            self.take_back(lead, self.bob)
        self.Rule.assign_scores_to_leads()
        count_queries()
        without = count_queries()
        team.take_back_hours = 8
        self.assertEqual(count_queries(), without)
        self.assertEqual(self.count(), {("barred", "A"): 10})

    def compare(self):
        leads = self.Lead.search([("user_id", "=", False)])
        plan = self.rehearse(leads=leads)
        self.env.invalidate_all()
        seen = set()
        for line in plan.line_ids:
            group = line.lead_id.with_user(self.manager).waiting_id
            seen.add((line.reason, group.reason))
            with self.subTest(line.explanation, group=group.display_name):
                allowed = ALIKE.get(line.reason, {line.reason})
                self.assertIn(group.reason, allowed)
                self.assertEqual(group.team_id, line.team_id)
        return seen

    @mute_logger("odoo.addons.crm_team_assign.models.crm_assignment_filter_mixin")
    def test_a_filter_that_cannot_be_used_keeps_no_other_leads(self):
        team = self.make_team("A", 0, [self.ann])
        self.make_team("B", 0, [self.bob], assignment_domain=FILTERS[1])
        self.make_scored(10, team_id=team.id)
        self.make_scored(20, city="Oslo")
        self.Rule.assign_scores_to_leads()
        for text in ("[('gone', '=', 1)]", "[('score', '=', 'much')]", "nonsense"):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_team SET assignment_domain = %s WHERE id = %s",
                (text, team.id),
            )
            with self.subTest(text):
                expected = {("broken_filter", "A"): 1, ("turn", "B"): 1}
                self.assertEqual(self.count(), expected)

    def test_filters_cannot_ask_for_it(self):
        with self.assertRaisesRegex(ValidationError, "which leads no team"):
            self.make_team("A", assignment_domain="[('waiting_id', '!=', False)]")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_managers_alone_see_it_and_count_the_leads_of_their_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_team("A", 50, [self.ann])
        self.make_scored(10, company_id=self.env.company.id)
        self.make_scored(20, company_id=other.id)
        self.Rule.assign_scores_to_leads()
        self.assertEqual(sum(self.count().values()), 1)
        with self.assertRaises(AccessError):
            self.find(self.ann)
        with self.assertRaises(AccessError):
            self.Lead.with_user(self.ann).search([("waiting_id", "!=", False)])

    def test_a_page_of_it_takes_few_queries_however_many_salespeople(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            groups = self.env["crm.assignment.waiting"].with_user(self.manager)
            names = dict.fromkeys(["reason", "lead_count", "score", "advice"], {})
            before = self.env.cr.sql_log_count
            groups.web_search_read([], names)
            return self.env.cr.sql_log_count - before

        team = self.make_team("A", 50, [(self.ann, {"assignment_domain": FILTERS[1]})])
        self.make_scored(10, 60)
        self.Rule.assign_scores_to_leads()
        count_queries()
        one = count_queries()
        sellers = self.make_sellers(*(f"more{number}" for number in range(10)))
        self.env["crm.team.member"].create(
            [
                {
                    "user_id": seller.id,
                    "crm_team_id": team.id,
                    "assignment_max": 30,
                    "assignment_domain": str([("city", "=", seller.name)]),
                }
                for seller in sellers
            ]
        )
        count_queries()
        self.assertLessEqual(count_queries(), one + 2)

    def test_leads_are_sorted_once_however_many_groups_are_opened(self):
        self.make_team("A", 50, [self.ann], assignment_domain=FILTERS[1])
        team = self.make_team("B", 20)
        self.make_scored(10, 30, 60)
        self.make_scored(60, city="Oslo")
        self.make_scored(31, team_id=team.id)
        self.Rule.assign_scores_to_leads()
        single = {group.id: group.lead_count for group in self.find()}
        self.assertGreater(len(self.find().grouped("reason")), 2)
        select, calls = waiting.select, []

        def note(*args, **kwargs):
            calls.append("tried" in kwargs)
            return select(*args, **kwargs)

        self.patch(waiting, "select", note)
        groups = self.env["crm.assignment.waiting"].with_user(self.manager)
        # What a client says in the context is not taken for it.
        found = groups.with_context(waiting_rows=[[1]]).web_read_group(
            [],
            ["reason"],
            ["lead_count:sum"],
            auto_unfold=True,
            unfold_read_specification={"lead_count": {}},
        )
        rows = [row for group in found["groups"] for row in group["__records"]]
        self.assertEqual({row["id"]: row["lead_count"] for row in rows}, single)
        for group in found["groups"]:
            counts = [row["lead_count"] for row in group["__records"]]
            self.assertEqual(sum(counts), group["lead_count:sum"])
        self.assertEqual(calls, [False, True])  # sorted, for which filters are tried
        with self.assertRaises(AccessError):
            groups.with_user(self.ann).web_read_group([], ["reason"], ["__count"])
        self.Lead.search([]).unlink()
        self.assertFalse(groups.web_read_group([], ["reason"], ["__count"])["groups"])
