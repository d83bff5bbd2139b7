from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from ..planning.turns import LEAD
from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestAbsenceTours(AssignmentCase, HttpCase):
    """Who is there: a manager sets it on the team, and the dry run says it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Absence Tour", 0, [cls.ann])
        cls.member = cls.team.crm_team_member_ids
        cls.make_scored(60)
        cls.Rule.assign_scores_to_leads()

    def start(self, name):
        self.start_tour("/odoo", f"crm_team_assign.{name}", login=self.manager.login)
        self.env.invalidate_all()

    def find_share(self):
        """Return what the last dry run says of Ann."""
        domain = [("team_ids", "=", self.team.id)]
        plan = self.env["crm.assignment.plan"].search(domain, limit=1)
        return plan.share_ids.filtered("member_id")

    def test_working_hours_only(self):
        """Ann works one day a week, which is in three days."""
        day = fields.Datetime.now() + timedelta(days=3)
        attendance = {"name": "Day", "dayofweek": str(day.weekday())}
        hours = {"hour_from": 8, "hour_to": 17, "day_period": "morning"}
        self.env.company.resource_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "One day a week",
                "tz": "UTC",
                "attendance_ids": [Command.clear(), Command.create(attendance | hours)],
            }
        )
        self.start("working_hours")
        self.assertTrue(self.team.assignment_working_hours)
        self.assertEqual(self.find_share().away_until, day.date())

    def test_balance_over_the_month(self):
        self.member.write({"assignment_max": 60, "assignment_credit": 5 * LEAD})
        self.start("balance")
        self.assertTrue(self.team.assignment_balance)
        self.assertEqual(self.find_share().capacity, 4)

    def test_a_pause_until_a_day(self):
        self.start("paused_until")
        self.assertTrue(self.member.assignment_optout)
        self.assertEqual(self.member.assignment_paused_until.day, 15)
        until = self.member.assignment_paused_until
        self.assertEqual(self.find_share().away_until, until)
