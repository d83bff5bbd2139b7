from odoo.tests import HttpCase, tagged

from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestPhoneTours(AssignmentCase, HttpCase):
    """Who is there, and dry runs, on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_manager_pauses_rehearses_and_reads_a_reason_on_a_phone(self):
        self.env.company.resource_calendar_id = self.make_calendar()
        team = self.make_team("Phone Tour", 50, [self.ann, self.bob])
        low, high = self.make_scored(49, 60)
        self.Rule.assign_scores_to_leads()
        self.start_tour(
            "/odoo/team-assignation",
            "crm_team_assign.dry_run_on_the_phone",
            login=self.manager.login,
        )
        self.env.invalidate_all()
        [plan] = self.env["crm.assignment.plan"].search([("team_ids", "=", team.id)])
        self.assertEqual(plan.state, "draft")
        self.assertFalse((low + high).team_id)
        self.assertTrue(team.assignment_working_hours)
        self.assertTrue(team.assignment_balance)
        until = self.get_member(team, self.bob).assignment_paused_until
        self.assertEqual(until.day, 15)
        [away] = plan.share_ids.filtered("away_until")
        self.assertEqual((away.user_id, away.away_until), (self.bob, until))
