from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import LONG_AGO, AssignmentCase


@tagged("post_install", "-at_install")
class TestTours(AssignmentCase, HttpCase):
    def test_a_manager_sets_a_minimum_score_and_assigns(self):
        team = self.make_team("Assignation Tour", 0, [self.ann])
        low, high = self.make_scored(49, 50)
        self.manager.group_ids += self.env.ref("crm.group_use_lead")
        self.start_tour(
            "/odoo", "crm_team_assign.minimum_score", login=self.manager.login
        )
        self.env.invalidate_all()
        self.assertEqual(team.min_for_assign, 50)
        self.assertEqual((high.team_id, high.user_id), (team, self.ann))
        self.assertFalse(low.team_id)

    def test_a_manager_rehearses_reads_a_reason_and_confirms(self):
        team = self.make_team("Dry Run Tour", 50, [self.ann])
        low, high = self.make_scored(49, 60)
        self.Rule.assign_scores_to_leads()
        self.start_tour("/odoo", "crm_team_assign.dry_run", login=self.manager.login)
        self.env.invalidate_all()
        self.assertEqual((high.team_id, high.user_id), (team, self.ann))
        self.assertFalse(low.team_id)

    def test_a_salesperson_reads_the_message_and_opens_a_lead(self):
        self.make_team("Assignee Tour", 0, [self.ann])
        self.make_scored(50, 60)
        self.assign()
        self.start_tour(
            "/odoo/action-mail.action_discuss",
            "crm_team_assign.assignee",
            login=self.ann.login,
        )

    def test_a_manager_reads_what_waits_and_lowers_the_minimum(self):
        team = self.make_team("Waiting Tour", 50, [self.ann])
        low, _none = self.make_scored(40, 45)
        self.Rule.assign_scores_to_leads()
        self.manager.group_ids += self.env.ref("crm.group_use_lead")
        self.start_tour(
            "/odoo", "crm_team_assign.waiting_leads", login=self.manager.login
        )
        self.env.invalidate_all()
        self.assertEqual(team.min_for_assign, 30)
        self.assertFalse(low.user_id)

    def test_a_manager_reads_what_came_of_the_leads(self):
        self.make_team("Report Tour", 0, [self.ann])
        won, _waiting = self.make_scored(60, 50, expected_revenue=100)
        self.assign()
        won.action_set_won()
        self.start_tour(
            "/odoo", "crm_team_assign.assignment_report", login=self.manager.login
        )

    def make_idle_lead(self, days, is_reminded):
        """Return a lead that Ann got some days ago, in a team that takes leads back."""
        team = self.make_team("Take Back Tour", 0, [self.ann], take_back_hours=8)
        team.take_back_date = LONG_AGO
        lead = self.make_scored(60)
        self.assign()
        handover = self.env["crm.assignment.handover"].search(
            [("lead_id", "=", lead.id)]
        )
        handover.date -= timedelta(days=days)
        if is_reminded:
            handover.warned_date = handover.date + timedelta(days=days / 2)
        return lead

    def test_a_manager_sees_who_sat_on_a_lead_and_takes_it_back(self):
        lead = self.make_idle_lead(20, is_reminded=True)
        lead.team_id.crm_team_member_ids = [
            Command.create({"user_id": self.bob.id, "assignment_max": 300})
        ]
        self.start_tour(
            "/odoo/team-assignation",
            "crm_team_assign.take_back",
            login=self.manager.login,
        )
        self.env.invalidate_all()
        self.assertEqual(lead.user_id, self.bob)

    def test_a_salesperson_is_reminded_and_opens_the_lead(self):
        lead = self.make_idle_lead(10, is_reminded=False)
        self.env["crm.assignment.handover"]._cron_follow_up()
        self.env.flush_all()
        self.start_tour(
            "/odoo/action-mail.action_discuss",
            "crm_team_assign.reminded",
            login=self.ann.login,
        )
        self.env.invalidate_all()
        self.assertEqual(lead.user_id, self.ann)
