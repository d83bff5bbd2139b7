import random
from collections import Counter

from odoo.tests import BaseCase, tagged

from ..planning.facts import MemberFacts, TeamFacts
from ..planning.members import seat_leads
from ..planning.teams import draw_lots, share_out


@tagged("post_install", "-at_install")
class TestTeams(BaseCase):
    def teams(self, **weights):
        return [
            TeamFacts(id=key, weight=weight, leads=set(range(1000)))
            for key, weight in weights.items()
        ]

    def share_out(self, lead_ids, teams, score=0):
        plan = share_out(dict.fromkeys(lead_ids, score), teams)
        return [(item.lead_id, item.team) for item in plan if item.is_taken]

    def draw_lots(self, lead_ids, teams):
        plan = draw_lots(lead_ids, teams)
        return [(item.lead_id, item.team) for item in plan if item.is_taken]

    def test_the_highest_minimum_takes_the_lead(self):
        low = TeamFacts("low", weight=900, minimum=10, leads={1, 2})
        high = TeamFacts("high", weight=1, minimum=50, leads={2})
        plan = self.share_out([2, 1], [low, high], score=60)
        self.assertEqual(plan, [(2, "high"), (1, "low")])

    def test_a_lead_below_all_minimums_is_told_the_nearest(self):
        low = TeamFacts("low", weight=900, minimum=10, leads={1})
        high = TeamFacts("high", weight=1, minimum=50, leads={1})
        [outcome] = share_out({1: 9.99}, [high, low])
        self.assertFalse(outcome.is_taken)
        self.assertEqual((outcome.reason, outcome.team), ("minimum", "low"))

    def test_equals_share_exactly_by_weight(self):
        plan = self.share_out(range(40), self.teams(small=30, large=90))
        self.assertEqual(Counter(key for _id, key in plan), {"small": 10, "large": 30})

    def test_turns_are_spread_evenly(self):
        plan = self.share_out(range(8), self.teams(small=30, large=90))
        keys = [key for _id, key in plan]
        self.assertEqual(Counter(keys[:4]), Counter(keys[4:]))

    def test_credit_carries_turns_over_to_the_next_plan(self):
        teams = self.teams(one=1, two=1, three=1)
        keys = [self.share_out([lead_id], teams)[0][1] for lead_id in range(9)]
        self.assertEqual(Counter(keys), {"one": 3, "two": 3, "three": 3})

    def test_the_same_data_gives_the_same_plan(self):
        teams = [self.teams(a=3, b=5, c=7) for _run in range(2)]
        self.assertEqual(*(self.share_out(range(99), items) for items in teams))

    def test_a_lead_that_no_team_matches_is_left_out(self):
        taken, left = share_out({1: 0, 5000: 0}, self.teams(one=1))
        self.assertEqual(taken.team, "one")
        self.assertFalse(left.is_taken)
        self.assertEqual((left.reason, left.team), ("team_filter", None))

    def test_lots_fall_as_core_draws_them(self):
        random.seed(1)
        drawn = [random.choices("ab", weights=[1, 3])[0] for _lead in range(20)]
        random.seed(1)
        plan = self.draw_lots(range(20), self.teams(a=1, b=3))
        self.assertEqual([key for _id, key in plan], drawn)

    def test_lots_give_each_lead_once_and_leave_none(self):
        teams = [TeamFacts("a", 1, leads={1, 2, 3}), TeamFacts("b", 9, leads={2, 3, 4})]
        plan = self.draw_lots([1, 2, 3, 4, 5], teams)
        self.assertEqual(sorted(id_ for id_, _key in plan), [1, 2, 3, 4])


@tagged("post_install", "-at_install")
class TestMembers(BaseCase):
    def member(self, key, quota=99, leads=None, preferred=None):
        leads = set(range(100) if leads is None else leads)
        return MemberFacts(key, quota, leads, preferred)

    def seat_leads(self, lead_ids, *members):
        plan = seat_leads(lead_ids, members)
        return [(item.lead_id, item.member) for item in plan if item.member]

    def get_reason(self, lead_ids, *members):
        return seat_leads(lead_ids, members)[-1].reason

    def test_members_take_turns(self):
        plan = self.seat_leads([1, 2, 3, 4], self.member("a"), self.member("b"))
        self.assertEqual(plan, [(1, "a"), (2, "b"), (3, "a"), (4, "b")])

    def test_a_member_gets_no_more_than_the_quota(self):
        plan = self.seat_leads([1, 2, 3, 4], self.member("a", 1), self.member("b", 2))
        self.assertEqual(plan, [(1, "a"), (2, "b"), (3, "b")])

    def test_a_member_without_room_gets_nothing(self):
        plan = self.seat_leads([1], self.member("a", 0), self.member("b", -3))
        self.assertEqual(plan, [])

    def test_a_lead_goes_to_the_first_whose_filter_matches(self):
        plan = self.seat_leads([1, 2], self.member("a", leads=[2]), self.member("b"))
        self.assertEqual(plan, [(1, "b"), (2, "a")])

    def test_a_lead_goes_to_who_prefers_it_whoever_s_turn_it_is(self):
        fan = self.member("fan", preferred={1, 2})
        plan = self.seat_leads([1, 2, 3], self.member("other"), fan)
        self.assertEqual(plan, [(1, "fan"), (2, "fan"), (3, "other")])
        self.assertEqual(self.get_reason([1], fan), "preferred")

    def test_who_prefers_something_is_spared_for_it(self):
        fan = self.member("fan", quota=1, preferred={3})
        plan = self.seat_leads([1, 2, 3], fan, self.member("other"))
        self.assertEqual(plan, [(1, "other"), (2, "other"), (3, "fan")])

    def test_a_weak_lead_that_somebody_prefers_comes_after_better_ones(self):
        fan = self.member("fan", quota=2, preferred={3})
        self.assertEqual(self.seat_leads([1, 2, 3], fan), [(1, "fan"), (2, "fan")])

    def test_without_room_the_reason_is_the_capacity(self):
        self.assertEqual(self.get_reason([1, 2], self.member("a", 1)), "capacity")

    def test_when_those_with_room_do_not_want_it_the_reason_is_their_filters(self):
        full, picky = self.member("full", 1), self.member("picky", leads=[1])
        self.assertEqual(self.get_reason([2, 3], full, picky), "member_filter")
        self.assertEqual(
            self.get_reason([2], self.member("a", 0, [1])), "member_filter"
        )
