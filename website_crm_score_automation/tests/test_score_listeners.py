from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score.tests.common import DependentFieldCase, ScoringCase
from odoo.addons.website_crm_score.tests.test_history import HistoryCase

OWNER_LOGGER = "odoo.addons.website_crm_score.models.website_crm_scored_listeners"


class ListenerCase(ScoringCase):
    def make_automation(self, code, model_name="crm.lead", **values):
        model = self.env["ir.model"]._get(model_name)
        automation = self.env["base.automation"].create(
            {
                "name": "Hot lead",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "action_server_ids": [
                    Command.create(
                        {
                            "name": "Act",
                            "model_id": model.id,
                            "state": "code",
                            "code": code,
                        }
                    )
                ],
                **values,
            }
        )
        self.addCleanup(automation._unregister_hook)
        return automation

    def score_field(self):
        return self.env["ir.model.fields"]._get("crm.lead", "score")


@tagged("post_install", "-at_install")
class TestScoreListeners(ListenerCase):
    """What automation rules do when a field changes, they do when a score changes."""

    def test_nobody_listens_by_default(self):
        self.env["base.automation"].search([]).active = False
        self.assertFalse(self.Lead._has_score_listeners())

    def test_an_automation_runs_when_the_score_of_a_contact_crosses_a_level(self):
        partners = self.env["res.partner"]
        cold, hot = partners.create([{"name": "Cold"}, {"name": "Hot"}])
        self.make_rule([("name", "=", "Hot")], value=60, apply_to="partner")
        self.make_automation(
            "record.write({'comment': 'Score %s' % record.score})",
            "res.partner",
            trigger_field_ids=[
                Command.link(
                    self.env["ir.model.fields"]._get("res.partner", "score").id
                )
            ],
            filter_pre_domain="[('score', '<', 50)]",
            filter_domain="[('score', '>=', 50)]",
        )
        self.run_rules()
        self.assertEqual((cold + hot).mapped("score"), [0, 60])
        self.assertIn("Score 60", hot.comment)
        self.assertFalse(cold.comment)

    def test_an_automation_runs_when_a_score_crosses_a_level(self):
        cold, hot = self.make_lead("Cold"), self.make_lead("Hot")
        self.make_rule([("name", "=", "Hot")], value=60)
        self.make_rule(value=1)
        self.make_automation(
            "record.write({'description': 'Score %s' % record.score})",
            trigger_field_ids=[Command.link(self.score_field().id)],
            filter_pre_domain="[('score', '<', 50)]",
            filter_domain="[('score', '>=', 50)]",
        )
        self.run_rules()
        self.assertScores(cold + hot, [1, 61])
        self.assertIn("Score 61", hot.description)
        self.assertFalse(cold.description)

    def test_an_automation_runs_once_for_a_score_that_stays(self):
        lead = self.make_lead("Hot")
        self.make_rule(value=60, event_based=True)
        self.make_automation(
            "record.message_post(body='Called')",
            trigger_field_ids=[Command.link(self.score_field().id)],
        )
        for _run in range(3):
            self.run_rules()
        bodies = lead.message_ids.mapped("body")
        self.assertEqual(len([body for body in bodies if "Called" in body]), 1)

    def test_an_automation_of_another_field_does_not_slow_the_run_down(self):
        field = self.env["ir.model.fields"]._get("crm.lead", "name")
        self.make_automation(
            "1", trigger_field_ids=[Command.link(field.id)], name="Named"
        )
        self.env["base.automation"].search([("name", "!=", "Named")]).active = False
        self.assertFalse(self.Lead._has_score_listeners())

    def test_scores_are_right_where_an_automation_fails(self):
        leads = self.make_leads(3)
        self.make_rule()
        self.make_automation("raise UserError('Broken automation')")
        with mute_logger(OWNER_LOGGER, "odoo.addons.base.models.ir_actions"):
            self.run_rules()
        self.assertScores(leads, [10] * 3)
        self.assertTrue(all(leads.mapped("score_date")))

    def test_no_automation_runs_for_closed_leads(self):
        rule = self.make_rule()
        closed = self.make_closed_leads()
        lead = self.make_lead()
        self.run_rules()
        self.make_automation(
            "record.message_post(body='Called')",
            trigger_field_ids=[Command.link(self.score_field().id)],
        )
        self.make_automation("record.message_post(body='Called')", name="Any field")
        rule.value = 60
        self.assertScores(closed + lead, [60] * 4)
        self.assertIn("Called", str(lead.message_ids.mapped("body")))
        self.assertNotIn("Called", str(closed.message_ids.mapped("body")))

    def test_no_automation_runs_for_archived_contacts(self):
        contact = self.env["res.partner"].create({"name": "Ann"})
        rule = self.make_rule([("name", "=", "Ann")], apply_to="partner")
        self.run_rules()
        contact.active = False
        self.make_automation("record.write({'comment': 'Called'})", "res.partner")
        rule.value = 60
        self.assertEqual(contact.score, 60)
        self.assertFalse(contact.comment)


@tagged("post_install", "-at_install")
class TestDependentField(DependentFieldCase, ListenerCase):
    def test_what_depends_on_the_score_of_a_closed_lead_follows_silently(self):
        lead = self.make_lead()
        rule = self.make_rule()
        self.run_rules()
        lead.action_set_lost()
        field = self.env["ir.model.fields"]._get("crm.lead", "x_score_twice")
        self.make_automation(
            "record.write({'description': 'Called'})",
            trigger_field_ids=[Command.link(field.id)],
        )
        rule.value = 30
        self.assertEqual(lead.x_score_twice, 60)
        self.assertFalse(lead.description)


@tagged("post_install", "-at_install")
class TestGradeListeners(ListenerCase):
    """What Odoo does when a field changes, it does when a grade changes."""

    def listen(self, name):
        field = self.env["ir.model.fields"]._get("crm.lead", name)
        self.env["base.automation"].search([]).active = False
        self.make_automation(
            "record.write({'function': record.score_grade})",
            trigger_field_ids=[Command.link(field.id)],
        )

    def test_an_automation_runs_at_the_first_grade(self):
        self.listen("score_grade")
        lead = self.make_lead()
        self.make_rule([("name", "=", "Other")])
        self.run_rules()
        self.assertEqual(lead.function, "C3")
        self.assertTotals(lead)

    def test_an_automation_runs_when_only_the_grade_changes(self):
        lead = self.make_lead()
        rule = self.make_rule(value=60)
        self.run_rules()
        self.listen("score_grade")
        rule.category = "engagement"
        self.assertEqual((lead.score, lead.function), (60, "C1"))
        self.assertTotals(lead)

    def test_an_automation_of_the_score_does_not_run_for_another_grade(self):
        lead = self.make_lead()
        rule = self.make_rule(value=60)
        self.run_rules()
        self.listen("score")
        rule.category = "engagement"
        self.assertFalse(lead.function)
        self.assertTotals(lead)

    def test_nobody_hears_of_other_settings(self):
        self.listen("score_grade")
        lead = self.make_lead()
        self.make_rule(value=60)
        self.run_rules()
        lead.function = False
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("website_crm_score.grade_a", 90)
        parameters.set_param("website_crm_score.fit_max", 30)
        self.run_rules()
        self.env.invalidate_all()
        self.assertEqual((lead.score, lead.score_grade), (30, "B3"))
        self.assertFalse(lead.function)


@tagged("post_install", "-at_install")
class TestHistoryOfListeners(HistoryCase, ListenerCase):
    """Where something happens when a score changes, the history is the same."""

    def test_it_is_kept(self):
        field = self.env["ir.model.fields"]._get("crm.lead", "score")
        self.make_automation(
            "record.write({'function': record.score})",
            trigger_field_ids=[Command.link(field.id)],
        )
        lead = self.make_scored()
        self.assertEqual(self.get_rows(lead), [])
        self.heat(lead)
        self.assertEqual(lead.function, "50.0")
        self.assertEqual(self.get_rows(lead), [(0, 10, 50)])
