from odoo.tests import HttpCase, tagged

from .common import AssignmentCase


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
