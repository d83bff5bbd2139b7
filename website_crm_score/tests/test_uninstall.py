import re
from ast import literal_eval

from odoo.fields import Command
from odoo.tests import tagged

from ..hooks import uninstall_hook
from ..scoring.worklist import create_tables
from .common import ScoringCase

HOT = "[('score', '>=', 50)]"
# By a path, and with code, which the web client writes.
BY_PATH = "[('opportunity_ids.score', '>', 5), ('user_id', '=', uid)]"
NESTED = "[('partner_id', 'any', [('score', '>', 5)])]"
COLD = "[('probability', '<', 50), ('name', '!=', 'Hot')]"


@tagged("post_install", "-at_install")
class TestUninstall(ScoringCase):
    """What users made with the score is switched off when the addon is uninstalled, and
    the administrators are told which; all else stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["ir.model"]._get("crm.lead")
        cls.channel = cls.env.ref("mail.channel_admin")

    def uninstall(self):
        """Do what uninstalling does first; return what the administrators read."""
        before = self.channel.message_ids
        addon = [("name", "=", "website_crm_score"), ("state", "=", "installed")]
        if module := self.env["ir.module.module"].search(addon):
            module.button_uninstall()
        uninstall_hook(self.env)
        messages = self.channel.message_ids - before
        return re.sub("<[^>]+>", "\n", str(messages.body or ""))

    def make_filter(self, domain=COLD, model="crm.lead", **values):
        return self.env["ir.filters"].create(
            {"name": "Saved", "domain": domain, "model_id": model, **values}
        )

    def make_automation(self, code="record.name", **values):
        action = {
            "name": "Act",
            "model_id": self.model.id,
            "state": "code",
            "code": code,
        }
        automation = self.env["base.automation"].create(
            {
                "name": "Automatic",
                "model_id": self.model.id,
                "trigger": "on_create_or_write",
                "action_server_ids": [Command.create(action)],
                **values,
            }
        )
        self.addCleanup(automation._unregister_hook)
        return automation

    def test_teams_and_members_whose_filter_is_on_the_score_get_nothing(self):
        teams = self.env["crm.team"].create(
            [
                {"name": "Hot team", "assignment_domain": HOT},
                {"name": "Cold team", "assignment_domain": COLD},
            ]
        )
        member = self.env["crm.team.member"].create(
            {
                "crm_team_id": teams[0].id,
                "user_id": self.make_user("ws_seller", "base.group_user").id,
                "assignment_domain": NESTED,
                "assignment_domain_preferred": HOT,
            }
        )
        text = self.uninstall()
        hot, cold = teams
        self.assertEqual(literal_eval(hot.assignment_domain), [["id", "in", []]])
        self.assertEqual(cold.assignment_domain, COLD)
        self.assertEqual(literal_eval(member.assignment_domain), [["id", "in", []]])
        self.assertFalse(member.assignment_domain_preferred)
        self.assertIn("Hot team", text)
        self.assertIn("&gt;=", text, "the filter can be read again")
        self.assertNotIn("Cold team", text)

    def test_saved_filters_that_name_a_field_are_archived(self):
        broken = (
            self.make_filter(HOT)
            + self.make_filter(BY_PATH, model="res.partner")
            + self.make_filter(NESTED)
            + self.make_filter(context="{'group_by': ['score_date:month']}")
            + self.make_filter(sort='["score desc"]')
        )
        whole = self.make_filter() + self.make_filter("[('name', '=', 'score')]")
        self.uninstall()
        self.assertEqual(broken.mapped("active"), [False] * 5)
        self.assertTrue(all(whole.mapped("active")))

    def test_automation_rules_that_name_a_field_are_archived(self):
        field = self.env["ir.model.fields"]._get("crm.lead", "score")
        example = self.env.ref(
            "website_crm_score_automation.base_automation_score_reached"
        )
        broken = (
            self.make_automation(filter_domain=HOT)
            + self.make_automation(filter_pre_domain=HOT)
            + self.make_automation(trigger_field_ids=[Command.link(field.id)])
            + self.make_automation(code="record.write({'priority': record.score})")
            + example.copy({"active": True})
        )
        whole = self.make_automation(filter_domain=COLD)
        text = self.uninstall()
        self.assertEqual(broken.mapped("active"), [False] * 5)
        self.assertTrue(whole.active)
        self.assertIn("Automatic", text)

    def test_mailings_on_the_score_are_not_sent(self):
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Offer",
                "mailing_model_id": self.model.id,
                "mailing_domain": HOT,
                "state": "in_queue",
            }
        )
        favorite = self.env["mailing.filter"].create(
            {"name": "Hot", "mailing_model_id": self.model.id, "mailing_domain": HOT}
        )
        self.uninstall()
        self.assertEqual(mailing.state, "draft")
        for domain in (mailing.mailing_domain, favorite.mailing_domain):
            self.assertEqual(literal_eval(domain), [["id", "in", []]])

    def test_a_record_rule_on_the_score_lets_nobody_see_more(self):
        rule = self.env["ir.rule"].create(
            {"name": "Cold only", "model_id": self.model.id, "domain_force": HOT}
        )
        self.uninstall()
        self.assertTrue(rule.active)
        self.assertEqual(literal_eval(rule.domain_force), [["id", "in", []]])

    def test_actions_of_users_that_name_a_field_are_not_offered_or_scheduled(self):
        values = {"name": "Hot", "model_id": self.model.id, "state": "code"}
        values["code"] = "model.search([('score', '>', 50)]).write({'priority': '3'})"
        action = self.env["ir.actions.server"].create(values)
        action.create_action()
        cron = self.env["ir.cron"].create(values)
        self.uninstall()
        self.assertFalse(action.binding_model_id)
        self.assertFalse(cron.active)

    def test_views_of_users_that_show_a_field_are_archived(self):
        view = self.env["ir.ui.view"].create(
            {
                "name": "Own list",
                "model": "crm.lead",
                "inherit_id": self.env.ref("crm.crm_case_tree_view_oppor").id,
                "arch": '<field name="stage_id" position="after">'
                '<field name="score"/></field>',
            }
        )
        self.uninstall()
        self.assertFalse(view.active)
        own = self.env.ref("website_crm_score.crm_case_tree_view_oppor")
        self.assertTrue(own.active, "it goes with the addon")

    def test_tables_of_unfinished_runs_and_settings_go(self):
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores")
        run = self.env["website.crm.score.run"]._start("usual")
        run.cron_id = cron
        create_tables(run)
        key = "website_crm_score.keep_months"
        self.env["ir.config_parameter"].set_param(key, "3")
        self.uninstall()
        self.env.cr.execute(
            "SELECT count(*) FROM pg_class WHERE relname LIKE 'website_crm_score_kept%'"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.assertFalse(self.env["ir.config_parameter"].get_param(key))

    def test_nobody_is_told_of_nothing(self):
        self.uninstall()
        self.assertFalse(self.uninstall())
