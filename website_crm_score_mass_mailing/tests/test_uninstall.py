from odoo.tests import tagged

from .mailing_common import MailingCase

ANN = "ann@company.example"


@tagged("post_install", "-at_install")
class TestUninstall(MailingCase):
    def test_scores_are_consistent_without_this_addon(self):
        self.make_rule(value=4)
        rule = self.make_event_rule("mail_open", 3)
        self.make_trace(ANN, trace_status="open", open_datetime=self.now)
        self.run_rules()
        self.assertScores(self.ann + self.bob, [7, 4])
        # What removing the addon does with the rules of its event types.
        events = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "website.crm.score"),
                ("field_id.name", "=", "event_type"),
                ("value", "like", "mail_%"),
            ]
        )
        self.assertEqual(len(events), 5)
        events._process_ondelete()
        self.assertFalse(rule.exists())
        self.assertScores(self.ann + self.bob, [4, 4])
