from odoo.modules.migration import load_script
from odoo.tests import tagged

from .test_alerts import AlertCase
from .test_migration import SCRIPTS


@tagged("post_install", "-at_install")
class TestAlertErasure(AlertCase):
    """What is erased of a lead is erased in the inboxes of salespeople, too."""

    def setUp(self):
        super().setUp()
        self.leads = [self.make_known(f"Lead {letter}") for letter in "XY"]
        self.lead, self.other = self.leads
        self.mentions = self.env["website.crm.score.mention"]

    def tell(self, *leads):
        for lead in leads:
            self.see(lead)
        [(_login, words)] = self.told()
        for lead in leads:
            self.assertIn(lead.name, words)
        return self.find_messages()

    def assertTellsOfOther(self, message):
        self.assertNotIn("Lead X", message.body)
        self.assertNotIn(f'data-oe-id="{self.lead.id}"', message.body)
        self.assertIn("Lead Y", message.body)
        self.assertIn(f'data-oe-id="{self.other.id}"', message.body)
        self.assertIn("C3 → C1", message.body)
        self.assertEqual(self.mentions.search([]).lead_id, self.other)

    def test_a_message_of_a_deleted_lead_alone_is_deleted(self):
        message = self.tell(self.lead)
        self.lead.unlink()
        self.assertFalse(message.exists())
        self.assertFalse(self.mentions.search([]))

    def test_a_message_of_others_tells_of_a_deleted_lead_no_more(self):
        message = self.tell(*self.leads)
        self.lead.unlink()
        self.assertTellsOfOther(message)
        self.assertTrue(message.notified_partner_ids)

    def test_messages_do_not_tell_of_an_erased_browsing_history(self):
        message = self.tell(*self.leads)
        self.lead.action_erase_browsing_history()
        self.assertTellsOfOther(message)

    def test_nothing_is_erased_before_that_is_confirmed(self):
        message = self.tell(*self.leads)
        for kind, records in (("leads", self.lead), ("contacts", self.ann.partner_id)):
            xmlid = f"website_crm_score.action_erase_browsing_history_of_{kind}"
            action = self.env.ref(xmlid).with_context(
                active_model=records._name, active_ids=records.ids
            )
            asked = {"model": records._name, "ids": records.ids}
            self.assertEqual(action.run()["params"], asked)
        self.assertTrue(self.lead.score_pageview_ids)
        self.assertIn("Lead X", message.body)

    def test_nor_of_page_views_that_are_deleted(self):
        message = self.tell(*self.leads)
        self.lead.score_pageview_ids.unlink()
        self.assertTellsOfOther(message)

    def test_all_leads_of_a_message_can_be_deleted_at_once(self):
        message = self.tell(*self.leads)
        (self.lead + self.other).unlink()
        self.assertFalse(message.exists())

    def test_privacy_lookup_reaches_the_inbox(self):
        message = self.tell(*self.leads)
        self.lead.email_from = "x@example.com"
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "X", "email": "x@example.com"}
        )
        wizard.action_lookup()
        wizard.line_ids.action_unlink_all()
        self.assertFalse(self.lead.exists())
        self.assertTellsOfOther(message)

    def test_a_mail_that_could_not_be_sent_is_deleted(self):
        message = self.tell(*self.leads)
        mail = self.env["mail.mail"].create(
            {
                "mail_message_id": message.id,
                "is_notification": True,
                "body_html": message.body,
                "state": "exception",
            }
        )
        self.lead.unlink()
        self.assertFalse(mail.exists())
        self.assertTellsOfOther(message)

    def test_a_salesperson_erases_what_others_were_told(self):
        message = self.tell(*self.leads)
        manager = self.make_user("alert_manager", "sales_team.group_sale_manager")
        self.lead.with_user(manager).unlink()
        self.assertTellsOfOther(message)

    def test_what_is_not_told_yet_is_not_told(self):
        self.env["website.crm.score.alert"].create(
            {"lead_id": self.lead.id, "user_id": self.ann.id, "grade_before": "C3"}
        )
        self.lead.action_erase_browsing_history()
        self.assertFalse(self.env["website.crm.score.alert"].search([]))

    def test_erasing_takes_as_many_queries_with_many_messages_elsewhere(self):
        self.tell(self.other)
        self.env.invalidate_all()
        self.mentions._erase(self.lead)  # warm
        with self.assertQueryCount(2):
            self.mentions._erase(self.lead)
            self.env.flush_all()

    def test_messages_of_an_older_version_are_found(self):
        message = self.tell(*self.leads)
        self.mentions.search([]).unlink()
        gone = self.make_known("Lead Z")
        old = self.tell(gone)
        self.mentions.search([]).unlink()
        gone.unlink()
        self.assertTrue(old.exists())
        name = "post-find_leads_named_by_messages"
        script = load_script(str(SCRIPTS / "19.0.1.6.0" / f"{name}.py"), name)
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.5.0")
            self.env.invalidate_all()
        self.assertFalse(old.exists())
        self.assertEqual(
            self.mentions.search([]).lead_id.ids, [x.id for x in self.leads]
        )
        self.lead.unlink()
        self.assertTellsOfOther(message)
