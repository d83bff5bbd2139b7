from datetime import datetime, timedelta

import pytz

from odoo import fields
from odoo.tests import Form, tagged

from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestAssignmentLoad(AssignmentCase):
    """What people got beside what they have room for, and what a minimum would do."""

    def get_load(self, user, kind, day=None):
        rows = self.env["crm.assignment.load"].search(
            [
                ("user_id", "=", user.id),
                ("kind", "=", kind),
                ("day", "=", day or fields.Date.today()),
            ]
        )
        self.assertEqual(len(rows), 1)
        return rows.lead_count

    def test_the_load_has_the_leads_of_a_day_beside_a_day_s_capacity(self):
        self.make_team(
            "Direct", 0, [(self.ann, {"assignment_max": 45}), (self.bob, {})]
        )
        self.make_scored(10, 20, 30)
        self.assign()
        self.assertEqual(self.get_load(self.ann, "assigned"), 2)
        self.assertEqual(self.get_load(self.bob, "assigned"), 1)
        yesterday = fields.Date.today() - timedelta(days=1)
        self.assertEqual(self.get_load(self.ann, "assigned", yesterday), 0)

    def get_capacities(self, capacity):
        """Return what a capacity comes to on each of the last 91 days."""
        self.env["crm.team.member"].search(
            [("user_id", "=", self.ann.id)]
        ).assignment_max = capacity
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["crm.assignment.load"].search(
            [("user_id", "=", self.ann.id), ("kind", "=", "capacity")]
        )
        return rows.mapped("lead_count")

    def test_a_capacity_is_whole_leads_and_any_30_days_have_all_of_it(self):
        self.make_team("Direct", 0, [self.ann])
        for capacity in (1, 6, 29, 30, 45, 100):
            counts = self.get_capacities(capacity)
            with self.subTest(capacity):
                self.assertEqual(len(counts), 91)
                self.assertLessEqual(max(counts) - min(counts), 1)
                for start in range(61):
                    self.assertEqual(sum(counts[start : start + 30]), capacity)

    def read_load(self, *aggregates, groupby=()):
        users = [("user_id", "in", (self.ann + self.bob).ids)]
        days = [("day", ">", fields.Date.today() - timedelta(days=30))]
        loads = self.env["crm.assignment.load"]
        return loads._read_group(users + days, groupby, aggregates)

    def test_nothing_sums_leads_that_were_assigned_and_capacities(self):
        self.make_team("Direct", 0, [self.ann])
        self.make_scored(10, 20, 30)
        self.assign()
        self.assertEqual(self.read_load("lead_count:sum"), [(False,)])
        by_kind = dict(self.read_load("lead_count:sum", groupby=["kind"]))
        self.assertEqual(by_kind, {"assigned": 3, "capacity": 300})
        [counts] = self.read_load("assigned_count:sum", "capacity_count:sum")
        self.assertEqual(counts, (3, 300))

    def test_what_is_used_of_a_capacity_leaves_out_who_has_none(self):
        self.make_team(
            "Direct",
            0,
            [(self.ann, {"assignment_max": 60}), (self.bob, {"assignment_max": 60})],
        )
        self.make_scored(10, 20, 30)
        self.assign()
        used = dict(self.read_load("used:avg", groupby=["user_id"]))
        self.assertAlmostEqual(used[self.ann], 100 * 2 / 60)
        [(total,)] = self.read_load("used:avg")
        self.assertAlmostEqual(total, 100 * 3 / 120)
        self.get_member(self.Team.search([]), self.bob).assignment_unlimited = True
        [(total,)] = self.read_load("used:avg")
        self.assertAlmostEqual(total, 100 * 2 / 60)
        used = dict(self.read_load("used:avg", groupby=["user_id"]))
        self.assertIs(used[self.bob], False)

    def test_a_day_is_that_of_the_salesperson(self):
        """As for the capacity; also where PostgreSQL has no such zone any more."""
        self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        zones = ("Pacific/Auckland", "Asia/Calcutta", "Pacific/Honolulu")
        for user, zone in zip((self.ann, self.bob, self.eve), zones, strict=True):
            user.tz = zone
        self.make_scored(10, 20, 30)
        self.assign()
        now = fields.Datetime.now().replace(hour=11, minute=30, second=0)
        leads = self.Lead.search(
            [("user_id", "in", (self.ann + self.bob + self.eve).ids)]
        )
        leads.date_open = now - timedelta(days=2)
        for user, days in ((self.ann, 1), (self.bob, 2), (self.eve, 2)):
            day = now.date() - timedelta(days=days)
            with self.subTest(user.tz):
                self.assertEqual(self.get_load(user, "assigned", day), 1)
                [member] = user.crm_team_member_ids.filtered(
                    lambda member: member.crm_team_id.name == "Direct"
                )
                counts = member._count_assigned_per_day()[member.id]
                zone = pytz.timezone(user.tz)
                today = datetime.now(zone).date()
                self.assertEqual(counts[(today - day).days], 1)

    def test_who_is_paused_has_no_load(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_optout": True})])
        rows = self.env["crm.assignment.load"].search([("user_id", "=", self.ann.id)])
        self.assertFalse(rows)

    def test_a_manager_sees_no_load_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.ann.company_ids += other
        self.make_team("Theirs", 0, [self.ann], company_id=other.id)
        rows = self.env["crm.assignment.load"].with_user(self.manager)
        self.assertFalse(rows.search([("user_id", "=", self.ann.id)]))

    def test_the_form_tells_how_many_recent_leads_a_minimum_lets_pass(self):
        team = self.make_team(
            "Direct", 0, [self.ann], assignment_domain="[('city', '=', 'Oslo')]"
        )
        self.make_scored(10, 50, 60, city="Oslo")
        self.make_scored(70, city="Rome")
        old = self.make_scored(80, city="Oslo")
        self.set_age(old, fields.Datetime.now() - timedelta(days=31))
        self.Rule.assign_scores_to_leads()
        form = Form(team.with_user(self.manager))
        self.assertEqual((form.recent_lead_count, form.recent_reach_count), (3, 3))
        form.min_for_assign = 50
        self.assertEqual((form.recent_lead_count, form.recent_reach_count), (3, 2))
        form.assignment_domain = "[('city', 'in', ['Oslo', 'Rome'])]"
        self.assertEqual((form.recent_lead_count, form.recent_reach_count), (4, 3))

    def test_a_filter_that_cannot_be_used_breaks_no_form(self):
        team = self.make_team("Broken", 0, [self.ann])
        self.make_scored(10)
        self.env.flush_all()
        for text in ("[('gone', '=', 1)]", "[('score'", "42", "[('score', '=')]"):
            self.env.cr.execute(
                "UPDATE crm_team SET assignment_domain = %s WHERE id = %s",
                (text, team.id),
            )
            team.invalidate_recordset()
            with self.subTest(text=text):
                self.assertEqual(team.recent_lead_count, 0)
