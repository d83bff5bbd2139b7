import random
from collections import defaultdict
from datetime import timedelta
from statistics import mean, median

from odoo import fields
from odoo.tests import tagged

from ..models.crm_assignment_report import LEAST
from .common import AssignmentCase

FIGURES = (
    "assigned_count:sum",
    "contacted_count:sum",
    "contact_hours:avg",
    "in_time:avg",
    "taken_back_count:sum",
    "won_count:sum",
    "lost_count:sum",
    "win_rate:avg",
    "won_revenue:sum",
)


@tagged("post_install", "-at_install")
class TestAssignmentReport(AssignmentCase):
    """What came of leads that were assigned, against a plain count of the facts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Report = cls.env["crm.assignment.report"]
        cls.sellers = cls.ann + cls.bob + cls.eve
        cls.teams = [
            cls.make_team("A", 50, cls.ann + cls.bob),
            cls.make_team("B", 0, cls.eve),
        ]

    def make_history(self, chance, count):
        """Assign leads, and have everything happen to them."""
        self.teams[0].take_back_hours = 3
        leads = self.make_scored(
            *(chance.choice(range(5, 100, 5)) for _lead in range(count)),
            expected_revenue=100,
        )
        self.assign()
        now = fields.Datetime.now()
        for handover in self.get_handovers():
            if chance.random() < 0.6:
                handover.first_contact_date = now
                handover.contact_hours = chance.choice([0.5, 1, 2, 3, 8, 40])
            elif chance.random() < 0.3:
                handover.taken_back_date = now
        for lead in leads:
            fate = chance.random()
            if fate < 0.3:
                lead.action_set_won()
            elif fate < 0.6:
                lead.action_set_lost()
            elif fate < 0.65:
                lead.unlink()
                continue
            if chance.random() < 0.2:
                lead.user_id = chance.choice(list(self.sellers))
        return leads.exists()

    def get_handovers(self):
        domain = [("user_id", "in", self.sellers.ids)]
        return self.env["crm.assignment.handover"].sudo().search(domain)

    def count_plainly(self, *names):
        """Return the figures of groups as a person would count them."""
        groups, latest = defaultdict(list), {}
        for handover in self.get_handovers().sorted("id"):
            groups[tuple(handover[name] for name in names)].append(handover)
            latest[handover.lead_id] = handover
        return {key: self.add_up(same, latest) for key, same in groups.items()}

    def add_up(self, handovers, latest):
        won, lost = [], []
        for handover in handovers:
            lead = handover.lead_id
            is_theirs = lead and lead.user_id == handover.user_id
            if handover.taken_back_date or not is_theirs or latest[lead] != handover:
                continue
            won += [lead] if lead.won_status == "won" else []
            lost += [lead] if lead.won_status == "lost" else []
        hours = [item.contact_hours for item in handovers if item.first_contact_date]
        in_time = [
            0 if item.taken_back_date else 100 * (item.contact_hours <= 3)
            for item in handovers
            if item.team_id == self.teams[0]
            and (item.taken_back_date or item.first_contact_date)
        ]
        closed = [100] * len(won) + [0] * len(lost)
        return (
            len(handovers),
            len(hours),
            median(hours) if len(hours) >= LEAST else False,
            mean(in_time) if len(in_time) >= LEAST else False,
            sum(bool(item.taken_back_date) for item in handovers),
            len(won),
            len(lost),
            mean(closed) if len(closed) >= LEAST else False,
            sum(lead.expected_revenue for lead in won),
        )

    def count(self, *names):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("user_id", "in", self.sellers.ids)]
        rows = self.Report.with_user(self.manager)._read_group(domain, names, FIGURES)
        return {row[: len(names)]: row[len(names) :] for row in rows}

    def assert_alike(self, *names):
        found, expected = self.count(*names), self.count_plainly(*names)
        self.assertEqual(set(found), set(expected))
        for key, figures in expected.items():
            with self.subTest(key):
                for one, other in zip(found[key], figures, strict=True):
                    self.assertAlmostEqual(one, other, 3)

    def test_the_figures_are_those_of_a_plain_count(self):
        chance = random.Random(6)
        self.make_history(chance, 60)
        self.assert_alike("user_id")
        self.assert_alike("team_id", "user_id")
        self.assert_alike("team_id", "grade")
        self.assert_alike()

    def test_a_lead_that_is_assigned_again_counts_as_won_once(self):
        lead = self.make_scored(60, expected_revenue=100)
        self.assign()
        first = self.get_handovers()
        first.taken_back_date = fields.Datetime.now()
        first.end_date = fields.Datetime.now()
        lead.user_id = False
        self.env.flush_all()
        self.assign()
        second = self.get_handovers() - first
        second.date += timedelta(seconds=1)
        lead.action_set_won()
        rows = self.Report.search([("lead_id", "=", lead.id)], order="id")
        self.assertEqual(rows.mapped("state"), ["taken_back", "won"])
        self.assertEqual(rows.mapped("won_count"), [0, 1])
        self.assertEqual(rows.mapped("won_revenue"), [0, 100])

    def test_a_lead_that_comes_back_to_the_same_counts_as_won_once(self):
        self.teams[0].crm_team_member_ids = self.get_member(self.teams[0], self.ann)
        lead = self.make_scored(60, expected_revenue=100)
        self.assign()
        first = self.get_handovers()
        lead.user_id = False
        self.env.flush_all()
        self.assign()
        second = self.get_handovers() - first
        self.assertEqual((first + second).user_id, self.ann)
        second.date += timedelta(seconds=1)
        lead.action_set_won()
        rows = self.Report.search([("lead_id", "=", lead.id)], order="id")
        self.assertEqual(rows.mapped("state"), ["other", "won"])
        self.assertEqual(rows.mapped("won_revenue"), [0, 100])

    def test_of_an_even_number_the_median_is_between_two(self):
        self.make_scored(*[60] * 6)
        self.assign()
        hours = [9, 1, 8, 2, 5, 3]
        for handover, count in zip(self.get_handovers(), hours, strict=True):
            handover.write(
                {"first_contact_date": handover.date, "contact_hours": count}
            )
        self.env.flush_all()
        domain = [("user_id", "in", self.sellers.ids)]
        [(found,)] = self.Report._read_group(domain, [], ["contact_hours:avg"])
        self.assertEqual(found, 4)

    def test_rates_of_few_leads_are_not_told(self):
        leads = self.make_scored(*[60] * LEAST)
        self.assign()
        mine = [("lead_id", "in", leads.ids)]
        (leads - leads[0]).action_set_won()
        [(rate,)] = self.Report._read_group(mine, [], ["win_rate:avg"])
        self.assertIs(rate, False)
        leads[0].action_set_lost()
        [(rate,)] = self.Report._read_group(mine, [], ["win_rate:avg"])
        self.assertAlmostEqual(rate, 80)

    def test_all_groups_take_one_query_and_a_setting(self):
        self.make_history(random.Random(7), 10)
        self.env.flush_all()
        self.count("team_id", "user_id")
        self.env.invalidate_all()
        report = self.Report.with_user(self.manager)
        report._read_group([], ["team_id"], FIGURES)  # what is cached, is
        with self.assertQueryCount(2):
            report._read_group([], ["team_id", "user_id"], FIGURES)

    def test_a_manager_sees_no_figures_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.ann.company_ids += other
        self.Team.search([]).active = False
        self.make_team("Theirs", 0, [self.ann], company_id=other.id)
        self.make_scored(60, company_id=other.id)
        self.assign()
        domain = [("user_id", "=", self.ann.id)]
        self.assertTrue(self.Report.search(domain))
        self.assertFalse(self.Report.with_user(self.manager).search(domain))

    def test_the_outcome_is_what_became_of_the_lead(self):
        leads = self.make_scored(*[60] * 6)
        self.assign()
        handovers = {lead: self.find_handover(lead) for lead in leads}
        waiting, contacted, other, won, lost, deleted = leads
        # Contacted outside of working hours, which count none.
        handovers[contacted].first_contact_date = fields.Datetime.now()
        other.user_id = self.eve
        won.action_set_won()
        lost.action_set_lost()
        deleted.unlink()
        self.env.flush_all()
        rows = self.Report.browse(handovers[lead].id for lead in leads)
        states = ["waiting", "contacted", "other", "won", "lost", "other"]
        self.assertEqual(rows.mapped("state"), states)
        self.assertEqual(rows.mapped("assigned_count"), [1] * 6)
        self.assertEqual(rows.mapped("contacted_count"), [0, 1, 0, 0, 0, 0])
        handovers[waiting].team_id = False  # the team is deleted
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.Report.browse(handovers[waiting].id).state, "waiting")

    def find_handover(self, lead):
        handovers = self.env["crm.assignment.handover"].sudo()
        return handovers.search([("lead_id", "=", lead.id)])
