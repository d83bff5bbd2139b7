from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.test_first_steps_tours import (
    FirstStepsTourCase,
)

from .common import AssignmentCase

MINIMUM, DRY_RUN = "Set a Minimum", "Try a Dry Run"


@tagged("post_install", "-at_install")
class TestFirstSteps(FirstStepsTourCase, AssignmentCase):
    """The first steps go on until leads are assigned by their score."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.assignment.plan"].search([]).unlink()

    def test_a_minimum_and_a_dry_run_are_steps(self):
        team = self.make_team("Team", 0, [self.ann])
        self.assertEqual(list(self.steps())[3:], [MINIMUM, DRY_RUN])
        self.assertEqual(self.list_done(), [])
        team.min_for_assign = 50
        self.assertEqual(self.list_done(), [MINIMUM])
        team.action_plan_assignment()
        self.assertEqual(self.list_done(), [MINIMUM, DRY_RUN])

    def test_what_teams_of_another_company_have_is_no_step_of_this_one(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids += company
        self.make_team("Team", 50, company_id=company.id).action_plan_assignment()
        self.assertEqual(self.list_done(), [])

    def test_a_manager_takes_all_steps_and_they_are_gone(self):
        self.make_team("First Team", 0, [self.ann])
        self.make_lead()
        self.take_our_steps()
        self.start_tour(
            "/odoo/scoring-rules",
            "crm_team_assign.first_steps",
            login=self.manager.login,
        )
        self.start("first_steps_are_gone")
