from odoo.tests import HttpCase, tagged

from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestPhoneTours(AssignmentCase, HttpCase):
    """Dry runs on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_manager_rehearses_and_reads_a_reason_on_a_phone(self):
        team = self.make_team("Phone Tour", 50, [self.ann])
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
