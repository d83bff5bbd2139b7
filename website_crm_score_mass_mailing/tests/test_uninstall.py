from odoo.tests import tagged

from odoo.addons.website_crm_score_mass_mailing.hooks import uninstall_hook

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
        uninstall_hook(self.env)
        self.assertFalse(rule.exists())
        self.assertScores(self.ann + self.bob, [4, 4])
