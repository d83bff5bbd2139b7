from datetime import timedelta

from odoo.tests import tagged

from .mailing_common import MailingCase

ANN = "ann@company.example"


@tagged("post_install", "-at_install")
class TestMailEvidence(MailingCase):
    """The reason for a mail opens the mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.opened = cls.make_event_rule("mail_open")
        seller = "sales_team.group_sale_salesman_all_leads"
        cls.seller = cls.make_user("seller", seller)
        cls.marketer = cls.make_user(
            "both", f"{seller},mass_mailing.group_mass_mailing_user"
        )

    def setUp(self):
        super().setUp()
        at = self.now - timedelta(hours=2)
        self.trace = self.make_trace(ANN, trace_status="open", open_datetime=at)
        self.make_trace(ANN, trace_status="sent")
        self.make_trace("bob@company.example", trace_status="open", open_datetime=at)
        self.run_rules()

    def open(self, user):
        return self.ann.with_user(user).action_open_score_reason(self.opened.id)

    def test_who_may_see_newsletters_sees_those_that_were_opened(self):
        action = self.open(self.marketer)
        self.assertEqual(action["res_model"], "mailing.trace")
        self.assertEqual(self.Trace.search(action["domain"]), self.trace)

    def test_others_see_the_rule(self):
        action = self.open(self.seller)
        self.assertEqual(action["res_model"], "website.crm.score")
        self.assertEqual(action["res_id"], self.opened.id)

    def test_each_source_has_the_mails_that_show_it(self):
        user = self.marketer
        sources = self.env["website.crm.score.source"].with_user(user)._get_all()
        mails = [one for one in sources if one._evidence == "mailing.trace"]
        self.assertGreater(len(mails), 3)
        for source in mails:
            action = source._get_evidence_action(
                self.opened.sudo(), self.ann.with_user(user)
            )
            self.assertTrue(action is None or action["domain"], source._name)
