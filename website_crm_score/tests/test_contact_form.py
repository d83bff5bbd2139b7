from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.modules.migration import load_script
from odoo.tests import tagged

from .website_common import WebsiteCase

SCRIPTS = Path(__file__).parents[1] / "migrations"
MERGE = "base.partner.merge.automatic.wizard"


@tagged("post_install", "-at_install")
class TestContactForm(WebsiteCase):
    """A form counts that somebody sends on the website."""

    def log_in_as(self, login, groups):
        password = f"{login}_{login}"
        user = self.make_user(login, groups, password=password)
        self.authenticate(login, password)
        return user

    def assertForms(self, owner, times, apply_to="lead"):
        """So many forms count for a lead or contact, by a new rule."""
        rule = self.make_event_rule("contact_form", apply_to=apply_to)
        self.run_job("ir_cron_assign_scores")
        if apply_to == "partner":
            self.run_job("ir_cron_score_contacts")
        lines = owner.score_line_ids.filtered(lambda line: line.rule_id == rule)
        self.assertEqual(sum(lines.mapped("event_count")), times)
        self.assertEqual(sum(lines.mapped("points")), 10 * times)
        return lines

    def test_a_visitor_who_sends_the_form_has_the_points(self):
        lead = self.send_form()
        self.assertEqual(lead.visitor_ids.partner_id, self.env["res.partner"])
        line = self.assertForms(lead, 1)
        self.assertLess(fields.Datetime.now() - line.first_date, timedelta(minutes=1))

    def test_a_customer_who_is_logged_in_has_the_points(self):
        user = self.log_in_as("ws_customer", "base.group_portal")
        lead = self.send_form(email_from="private@visitor.example")
        self.assertFalse(lead.partner_id)
        self.assertForms(lead, 1)
        self.assertForms(user.partner_id, 1, apply_to="partner")

    def test_a_contact_has_the_points_of_the_forms_of_its_leads(self):
        user = self.log_in_as("ws_customer", "base.group_portal")
        user.partner_id.email = "vera@visitor.example"
        lead = self.send_form()
        self.assertEqual(lead.partner_id, user.partner_id)
        self.assertForms(user.partner_id, 1, apply_to="partner")
        other = self.env["res.partner"].create({"name": "Other"})
        lead.partner_id = other
        self.assertForms(user.partner_id, 0, apply_to="partner")
        self.assertForms(other, 1, apply_to="partner")

    def test_forms_of_merged_contacts_are_counted_together(self):
        anonymous = self.send_form()
        user = self.log_in_as("ws_customer", "base.group_portal")
        self.send_form(email_from="private@visitor.example")
        contact = self.env["res.partner"].create({"name": "Vera"})
        anonymous.partner_id = contact
        self.env[MERGE].create({})._merge((contact + user.partner_id).ids, contact)
        self.assertForms(contact, 2, apply_to="partner")

    def test_a_form_that_the_staff_sends_for_a_caller_does_not_count(self):
        user = self.log_in_as("ws_clerk", "base.group_user")
        lead = self.send_form()
        self.assertEqual(lead.visitor_ids.partner_id, user.partner_id)
        self.assertForms(lead, 0)
        self.assertForms(user.partner_id, 0, apply_to="partner")

    def test_a_lead_that_the_staff_makes_of_a_visitor_has_no_form(self):
        lead = self.make_lead()
        self.make_visitor(lead)
        self.assertForms(lead, 0)

    def test_a_chat_is_no_form(self):
        public = self.env.ref("base.public_user")
        lead = self.Lead.with_user(public).sudo().create({"name": "Chat"})
        self.make_visitor(lead.with_env(self.env))
        self.assertForms(lead.with_env(self.env), 0)

    def test_other_forms_of_the_website_are_no_leads(self):
        forms = self.env["website.crm.form"].search([])
        model = self.env.ref("base.model_res_partner")
        model.website_form_access = True
        self.env["ir.model.fields"].formbuilder_whitelist("res.partner", ["name"])
        response = self.url_open("/website/form/res.partner", data={"name": "Vera"})
        self.assertTrue(response.json()["id"])
        self.assertEqual(self.env["website.crm.form"].search([]), forms)

    def test_two_forms_of_one_person_are_two_when_their_leads_are_merged(self):
        leads = self.send_form() + self.send_form(name="Another question")
        self.assertForms(leads[0], 1)
        wizard = self.env["crm.merge.opportunity"].create(
            {"opportunity_ids": [(6, 0, leads.ids)]}
        )
        wizard.action_merge()
        self.assertEqual(len(leads.exists()), 1)
        self.assertForms(leads.exists(), 2)

    def test_a_form_stays_one_when_its_lead_is_merged_into_another(self):
        head = self.make_lead(type="opportunity")
        tail = self.send_form()
        self.assertEqual((head + tail).merge_opportunity(), head)
        self.assertForms(head, 1)

    def test_a_form_of_perhaps_somebody_else_is_not_handed_over(self):
        head = self.make_lead(email_from="vera@visitor.example")
        tail = self.send_form()
        [merged] = self.Lead._merge_automatically([head + tail])
        self.assertForms(merged, 0)

    def test_the_points_of_the_form_can_expire(self):
        lead = self.send_form()
        form = self.env["website.crm.form"].search([("lead_id", "=", lead.id)])
        form.date -= timedelta(days=8)
        self.make_event_rule("contact_form", valid_days=7)
        self.run_job()
        self.assertScores(lead, [0])

    def test_a_form_counts_within_minutes(self):
        self.make_event_rule("contact_form")
        lead = self.send_form()
        self.run_job("ir_cron_score_new_leads")
        self.assertScores(lead, [10])

    def test_forms_that_were_sent_before_they_were_noted_are_found(self):
        sent = self.send_form()
        self.log_in_as("ws_clerk", "base.group_user")
        called = self.send_form()
        made = self.make_lead()
        self.make_visitor(made)
        self.env["website.crm.form"].search([]).unlink()
        script = SCRIPTS / "19.0.1.4.0" / "post-note_sent_forms.py"
        migrate = load_script(str(script), "note_sent_forms").migrate
        made.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_uid = 2 WHERE id = %s", [made.id]
        )
        for _time in range(2):
            migrate(self.env.cr, "19.0.1.3.0")
        found = self.env["website.crm.form"].search([])
        self.assertEqual(found.lead_id & (sent + called + made), sent)
        form = found.filtered(lambda form: form.lead_id == sent)
        self.assertEqual(form.mapped("date"), [sent.create_date])
