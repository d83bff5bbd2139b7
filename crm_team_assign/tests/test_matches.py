from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..planning.matches import Matches
from .plan_common import PlanCase

SECOND = "[('name', 'like', '2')]"


@tagged("post_install", "-at_install")
class TestMatches(BaseCase):
    """A filter is asked twice at most, whoever has the same one."""

    def setUp(self):
        super().setUp()
        self.asked = []
        self.matches = Matches("even")

    def find(self, *lead_ids):
        return self.matches.find(set(lead_ids), range(8), self.look_at)

    def look_at(self, lead_ids):
        self.asked.append(sorted(lead_ids))
        return {lead_id for lead_id in lead_ids if lead_id % 2 == 0}

    def test_who_asks_first_has_his_own_leads_looked_at(self):
        self.assertEqual(self.find(1, 2, 3, 4), {2, 4})
        self.assertEqual(self.find(3, 4), {4})
        self.assertEqual(self.asked, [[1, 2, 3, 4]])

    def test_who_asks_of_others_has_all_looked_at_that_were_not(self):
        self.find(1, 2)
        self.assertEqual(self.find(2, 3, 4), {2, 4})
        self.assertEqual(self.find(6, 7), {6})
        self.assertEqual(self.asked, [[1, 2], [0, 3, 4, 5, 6, 7]])

    def test_nothing_is_asked_of_no_leads(self):
        self.assertEqual(self.find(), set())
        self.assertFalse(self.asked)


@tagged("post_install", "-at_install")
class TestSameFilters(PlanCase):
    """Members of several teams have the same filter."""

    def count_looks(self, count):
        """Plan for so many teams; return how often a filter was looked at."""
        self.Team.search([]).active = False
        self.Lead.search([]).active = False
        seller = (self.ann, {"assignment_domain": SECOND})
        teams = self.Team.union(
            *(self.make_team(f"Team {n}", 0, [seller]) for n in range(count))
        )
        for team in teams:
            for number in range(3):
                self.make_lead(f"Lead {number}", team_id=team.id, user_id=False)
        looks = []
        cls = self.env.registry["crm.team.member"]
        look_at = cls._look_at

        def note(member, domain):
            looks.append(domain)
            return look_at(member, domain)

        with patch.object(cls, "_look_at", note):
            plan = self.env["crm.assignment.plan"]._rehearse(teams)
        given = plan.line_ids.filtered("member_id")
        self.assertEqual(given.team_id, teams)
        self.assertEqual(given.mapped("name"), ["Lead 2"] * count)
        return len(looks)

    def test_it_takes_as_many_queries_for_many_teams_as_for_two(self):
        self.assertEqual(self.count_looks(1), 1)
        self.assertEqual(self.count_looks(2), 2)
        self.assertEqual(self.count_looks(6), 2)
