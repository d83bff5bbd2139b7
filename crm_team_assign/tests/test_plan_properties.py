import random
from collections import Counter
from copy import deepcopy

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..planning.facts import MemberFacts, TeamFacts
from ..planning.members import seat_leads
from ..planning.teams import draw_lots, share_out
from ..planning.turns import LEAD

# The same examples at every run, however slow the machine is.
SETTINGS = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# Few leads and small numbers: what matters is where they meet.
LEADS = range(1, 9)
MINIMUMS = [0, 10, 10.5, 50]
SCORES = [80, 50, 49, 10.5, 10, 9.99, 0, -5]
QUOTAS = [-1, 0, 1, 2, 5, 1_000_000_000]


def number(places):
    """Name teams, or members, by their places."""
    for key, place in enumerate(places, start=1):
        place.id = key
    return places


# Numbers are faster to draw than sets: each bit stands for a lead.
lead_sets = st.integers(0, 2 ** len(LEADS) - 1).map(
    lambda bits: {lead_id for lead_id in LEADS if bits >> lead_id - 1 & 1}
)
lead_lists = st.lists(st.sampled_from(LEADS), unique=True)
scored_leads = st.lists(st.integers(0, len(SCORES) - 1), max_size=len(LEADS)).map(
    # by lead, the best first
    lambda places: {
        lead_id: SCORES[place]
        for lead_id, place in zip(reversed(LEADS), sorted(places), strict=False)
    }
)
# Credits are what earlier plans left.
any_teams = st.lists(
    st.builds(
        TeamFacts,
        id=st.just(None),
        weight=st.integers(1, 7),
        minimum=st.sampled_from(MINIMUMS),
        leads=lead_sets,
        credit=st.integers(-9, 9).map(lambda part: part * LEAD // 9),
    ),
    max_size=4,
).map(number)


def make_member(key, quota, leads, wishes):
    """A member whose wishes are among its leads; without any it has no preference."""
    return MemberFacts(key, quota, leads, (wishes or set()) & leads or None)


# Full ones, unlimited ones, with and without wishes
any_members = st.lists(
    st.builds(
        make_member,
        st.just(None),
        st.sampled_from(QUOTAS),
        st.just(set(LEADS)) | lead_sets,
        st.none() | lead_sets,
    ),
    max_size=4,
).map(number)


@tagged("post_install", "-at_install")
class TestPlanProperties(BaseCase):
    """What holds of any plan, whoever the teams, the members and the leads are."""

    def check_each_lead_once(self, lead_ids, plan):
        self.assertEqual([outcome.lead_id for outcome in plan], list(lead_ids))
        for outcome in plan:
            self.assertTrue(outcome.reason)

    # TEAMS

    @SETTINGS
    @given(scored_leads, any_teams)
    def test_teams_plan_each_lead_once_with_a_reason(self, leads, teams):
        self.check_each_lead_once(leads, share_out(leads, teams))

    @SETTINGS
    @given(scored_leads, any_teams)
    def test_no_team_gets_a_lead_below_its_minimum_or_outside_its_filter(
        self, leads, teams
    ):
        by_id = {team.id: team for team in teams}
        for outcome in share_out(leads, teams):
            if outcome.is_taken:
                team = by_id[outcome.team]
                self.assertIn(outcome.lead_id, team.leads)
                self.assertGreaterEqual(leads[outcome.lead_id], team.minimum)

    @SETTINGS
    @given(scored_leads, any_teams)
    def test_a_lead_goes_to_the_highest_minimum_that_it_reaches(self, leads, teams):
        by_id = {team.id: team for team in teams}
        for outcome in share_out(leads, teams):
            reached = [
                team.minimum
                for team in teams
                if outcome.lead_id in team.leads
                and leads[outcome.lead_id] >= team.minimum
            ]
            self.assertEqual(outcome.is_taken, bool(reached))
            if reached:
                self.assertEqual(by_id[outcome.team].minimum, max(reached))

    @SETTINGS
    @given(scored_leads, any_teams)
    def test_a_lead_that_no_team_takes_is_told_what_it_lacks(self, leads, teams):
        for outcome in share_out(leads, teams):
            wanted = [s.minimum for s in teams if outcome.lead_id in s.leads]
            if not outcome.is_taken and wanted:
                self.assertEqual(outcome.reason, "minimum")
                nearest = next(s for s in teams if s.id == outcome.team)
                self.assertEqual(nearest.minimum, min(wanted))
            elif not outcome.is_taken:
                self.assertEqual((outcome.reason, outcome.team), ("team_filter", None))

    @SETTINGS
    @given(st.lists(st.integers(1, 7), min_size=1, max_size=5), st.integers(1, 3))
    def test_a_turn_gives_each_team_its_weight(self, weights, turns):
        """Of leads that all teams take; also when each lead is a plan of its own."""
        total = sum(weights)
        lead_ids = range(total * turns)
        teams = [
            TeamFacts(key, weight, leads=set(lead_ids))
            for key, weight in enumerate(weights)
        ]
        one_by_one = deepcopy(teams)
        plan = share_out(dict.fromkeys(lead_ids, 0), teams)
        for first in range(0, len(plan), total):
            turn = Counter(outcome.team for outcome in plan[first : first + total])
            self.assertEqual(turn, dict(enumerate(weights)))
        # A part of a lead cannot always be told to the last digit.
        self.assertFalse(any(abs(team.credit) > LEAD / 1000 for team in teams))
        plans = [share_out({lead_id: 0}, one_by_one)[0] for lead_id in lead_ids]
        self.assertEqual(plans, plan)

    @SETTINGS
    @given(scored_leads, any_teams)
    def test_teams_are_owed_what_others_got(self, leads, teams):
        before = sum(team.credit for team in teams)
        share_out(leads, teams)
        self.assertEqual(sum(team.credit for team in teams), before)

    @SETTINGS
    @given(scored_leads, any_teams)
    def test_the_same_leads_and_teams_give_the_same_plan(self, leads, teams):
        again = deepcopy(teams)
        self.assertEqual(share_out(leads, teams), share_out(leads, again))
        self.assertEqual(teams, again)

    # TEAMS, WITHOUT SCORES

    @SETTINGS
    @given(lead_lists, any_teams)
    def test_lots_plan_each_lead_once_for_a_team_that_matches(self, lead_ids, teams):
        by_id = {team.id: team for team in teams}
        plan = draw_lots(lead_ids, teams)
        self.check_each_lead_once(
            sorted(lead_ids), sorted(plan, key=lambda outcome: outcome.lead_id)
        )
        for outcome in plan:
            is_wanted = any(outcome.lead_id in team.leads for team in teams)
            self.assertEqual(outcome.is_taken, is_wanted)
            if outcome.is_taken:
                self.assertIn(outcome.lead_id, by_id[outcome.team].leads)

    @SETTINGS
    @given(lead_lists, any_teams)
    def test_a_team_draws_the_first_of_the_leads_that_are_left(self, lead_ids, teams):
        by_id = {team.id: team for team in teams}
        left = list(lead_ids)
        for outcome in draw_lots(lead_ids, teams):
            if outcome.is_taken:
                matching = by_id[outcome.team].leads
                first = next(id_ for id_ in left if id_ in matching)
                self.assertEqual(outcome.lead_id, first)
                left.remove(first)

    @SETTINGS
    @given(lead_lists, any_teams, st.integers())
    def test_the_same_seed_draws_the_same_lots(self, lead_ids, teams, seed):
        plans = []
        for _run in range(2):
            random.seed(seed)
            plans.append(draw_lots(lead_ids, teams))
        self.assertEqual(*plans)

    # MEMBERS

    @SETTINGS
    @given(lead_lists, any_members)
    def test_members_plan_each_lead_once_with_a_reason(self, lead_ids, members):
        self.check_each_lead_once(lead_ids, seat_leads(lead_ids, members))

    @SETTINGS
    @given(lead_lists, any_members)
    def test_nobody_gets_more_than_the_quota_or_what_the_filter_excludes(
        self, lead_ids, members
    ):
        quotas = {member.id: max(member.quota, 0) for member in members}
        filters = {member.id: member.leads for member in members}
        counts = Counter()
        for outcome in seat_leads(lead_ids, members):
            if outcome.member:
                counts[outcome.member] += 1
                self.assertIn(outcome.lead_id, filters[outcome.member])
        for member, count in counts.items():
            self.assertLessEqual(count, quotas[member])

    @SETTINGS
    @given(lead_lists, any_members)
    def test_each_lead_finds_a_member_as_long_as_one_who_takes_it_has_room(
        self, lead_ids, members
    ):
        """Lead by lead, the best first; if there is none, the reason says why."""
        room = {member.id: max(member.quota, 0) for member in members}
        for outcome in seat_leads(lead_ids, deepcopy(members)):
            takers = [
                member.id for member in members if outcome.lead_id in member.leads
            ]
            with_room = [key for key in takers if room[key]]
            self.assertEqual(bool(outcome.member), bool(with_room))
            if outcome.member:
                self.assertIn(outcome.member, with_room)
                room[outcome.member] -= 1
            elif takers and not any(room.values()):
                self.assertEqual(outcome.reason, "capacity")
            else:
                self.assertEqual(outcome.reason, "member_filter")

    @SETTINGS
    @given(lead_lists, any_members)
    def test_nobody_gets_a_lead_before_a_better_one_that_is_left(
        self, lead_ids, members
    ):
        """Each gets his leads in their order, and none that is left over was better
        and could have been his."""
        left = []
        filters = {member.id: member.leads for member in members}
        for outcome in seat_leads(lead_ids, members):
            if not outcome.member:
                left.append(outcome.lead_id)
                continue
            self.assertFalse(filters[outcome.member].intersection(left))

    @SETTINGS
    @given(lead_lists, any_members)
    def test_who_prefers_a_lead_and_has_room_gets_it_before_others(
        self, lead_ids, members
    ):
        """Next come those without preferences, last those who prefer other leads."""
        room = {member.id: max(member.quota, 0) for member in members}

        def get_rank(member, lead_id):
            if member.preferred is None:
                return 1
            return 0 if lead_id in member.preferred else 2

        for outcome in seat_leads(lead_ids, deepcopy(members)):
            lead_id = outcome.lead_id
            ranks = {
                member.id: get_rank(member, lead_id)
                for member in members
                if lead_id in member.leads and room[member.id]
            }
            if outcome.member:
                rank = ranks[outcome.member]
                self.assertEqual(rank, min(ranks.values()))
                self.assertEqual(outcome.reason, "turn" if rank else "preferred")
                room[outcome.member] -= 1

    @SETTINGS
    @given(st.integers(1, 5), st.integers(0, 12))
    def test_members_with_the_same_filter_take_strict_turns(self, count, lead_count):
        lead_ids = range(1, lead_count + 1)
        members = [
            MemberFacts(number, 99, set(lead_ids)) for number in range(1, count + 1)
        ]
        members = [outcome.member for outcome in seat_leads(lead_ids, members)]
        self.assertEqual(members, [place % count + 1 for place in range(lead_count)])

    @SETTINGS
    @given(lead_lists, any_members)
    def test_the_same_leads_and_members_give_the_same_plan(self, lead_ids, members):
        again = deepcopy(members)
        self.assertEqual(seat_leads(lead_ids, members), seat_leads(lead_ids, again))
