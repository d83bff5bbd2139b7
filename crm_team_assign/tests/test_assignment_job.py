from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.website_crm_score.models.website_crm_score import WebsiteCrmScore

from ..hooks import post_init_hook, uninstall_hook
from .common import LONG_AGO, AssignmentCase


@tagged("post_install", "-at_install")
class TestAssignmentJob(AssignmentCase):
    """The daily job of core assigns by score."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm.ir_cron_crm_lead_assign")

    def run_job(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()

    def test_installation_switches_the_daily_job_on(self):
        self.cron.write({"active": False, "nextcall": LONG_AGO})
        self.env["ir.config_parameter"].set_param("crm.lead.auto.assignment", False)
        post_init_hook(self.env)
        self.assertTrue(self.cron.active)
        self.assertTrue(self.Team.create({"name": "Team"}).assignment_enabled)
        self.assertGreater(self.cron.nextcall, fields.Datetime.now())

    def test_installation_leaves_a_job_that_runs_as_it_is(self):
        self.cron.write({"active": True, "nextcall": LONG_AGO, "interval_number": 3})
        post_init_hook(self.env)
        self.assertEqual(self.cron.nextcall, LONG_AGO)
        self.assertEqual(self.cron.interval_number, 3)

    def test_uninstalling_puts_the_daily_job_back(self):
        parameters = self.env["ir.config_parameter"]
        channel = self.env.ref("mail.channel_admin")
        for is_on in (False, True):
            with self.subTest(before=is_on):
                parameters.set_param("crm.lead.auto.assignment", is_on)
                self.cron.active = is_on
                post_init_hook(self.env)
                messages = channel.message_ids
                uninstall_hook(self.env)
                self.assertEqual(self.cron.active, is_on)
                enabled = parameters.get_param("crm.lead.auto.assignment")
                self.assertEqual(bool(enabled), is_on)
                own = [("key", "=like", "crm_team_assign.%")]
                self.assertFalse(parameters.search(own))
                said = (channel.message_ids - messages).body
                self.assertEqual("daily assignment" in str(said), not is_on)

    def test_uninstalling_keeps_filters_on_the_score_which_stays(self):
        broken = self.env["ir.filters"].create(
            {
                "name": "Below",
                "model_id": "crm.lead",
                "domain": "[('below_minimum', '=', True)]",
            }
        )
        whole = self.Team.create(
            {"name": "Hot", "assignment_domain": "[('score', '>', 5)]"}
        )
        uninstall_hook(self.env)
        self.assertFalse(broken.active)
        self.assertEqual(whole.assignment_domain, "[('score', '>', 5)]")

    def test_the_settings_of_core_switch_it_off(self):
        settings = {"crm_use_auto_assignment": False}
        self.env["res.config.settings"].create(settings).execute()
        self.assertFalse(self.cron.active)

    def test_the_job_scores_assigns_and_commits(self):
        team = self.make_team("Direct", 50, [self.ann])
        low, high = self.make_scored(49, 50)
        self.run_job()
        self.assertEqual((high.team_id, high.user_id), (team, self.ann))
        self.assertEqual(high.score, 50)
        self.assertFalse(low.team_id)

    def test_the_job_assigns_more_leads_than_a_batch_has(self):
        self.env["ir.config_parameter"].set_param("crm.assignment.commit.bundle", 2)
        self.make_team("Direct", 10, [self.ann, self.bob])
        leads = self.make_scored(*[50] * 7)
        self.run_job()
        self.assertEqual(self.get_seller_counts(leads), [4, 3, 0])

    def test_the_job_assigns_leads_of_any_age(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(50)
        self.set_age(lead, LONG_AGO)
        self.run_job()
        self.assertEqual(lead.user_id, self.ann)

    def test_a_paused_team_is_left_out_by_the_job(self):
        self.make_team("Paused", 0, [self.ann], assignment_optout=True)
        lead = self.make_scored(50)
        self.run_job()
        self.assertFalse(lead.team_id)

    def test_nothing_is_assigned_before_scoring_is_done(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(50)
        with patch.object(
            WebsiteCrmScore, "assign_scores_to_leads", return_value=False
        ):
            self.assertEqual(self.assign(), ({}, {}))
        self.assertFalse(lead.team_id)

    def test_without_scoring_rules_leads_stay_new_for_the_first_rule(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_lead()
        self.assign()
        self.assertEqual(lead.user_id, self.ann)
        self.assertFalse(lead.score_date)

    def test_who_says_to_be_a_job_is_none(self):
        """Outside of jobs nothing is committed, whatever a client says."""
        team = self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(50)
        context = {"ir_cron_progress_id": 1, "cron_id": self.cron.id, "is_job": True}
        team.with_context(**context).action_assign_leads()
        self.assertEqual(lead.user_id, self.ann)
        plan = self.env["crm.assignment.plan"].search([], limit=1)
        self.assertEqual(plan.origin, "button")
