from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import AutomationCase

MODULE = "website_crm_score_automation."


@tagged("post_install", "-at_install")
class TestExamples(AutomationCase):
    """The two automation rules that come with the addon, end to end: a score above 50
    sends one e-mail at once, one below 50 for three days sends another."""

    def get_example(self, name):
        return self.env.ref(f"{MODULE}base_automation_score_{name}")

    def switch_on(self, name):
        automation = self.get_example(name)
        with self.after():
            automation.active = True
        self.addCleanup(automation._unregister_hook)
        return automation

    def get_subjects(self):
        return [mail.subject for mail in self._new_mails]

    def test_they_are_switched_off(self):
        # as the setup of all tests leaves them, and as they are installed
        examples = self.get_example("reached") + self.get_example("below")
        self.assertEqual(examples.mapped("active"), [False, False])
        self.assertEqual(len(examples.action_server_ids), 2)

    def test_reaching_the_level_sends_an_e_mail_at_once_and_once(self):
        self.switch_on("reached")
        with self.mock_mail_gateway():
            lead = self.make_cold(priority="2")
            self.assertFalse(self.get_subjects())
            self.set_priority(lead, "3", hours=1)
            self.assertEqual(self.get_subjects(), ["Shall we talk about it?"])
            self.make_rule([("priority", "=", "3")], 5, event_based=True)
            self.set_priority(lead, "3", hours=2)
            self.assertEqual(len(self._new_mails), 1)
        self.assertIn("eve@example.com", self._new_mails.email_to)
        self.assertEqual(lead.score, 105)

    def test_staying_below_the_level_sends_another_after_three_days(self):
        self.switch_on("below")
        with self.mock_mail_gateway():
            lead = self.make_cold(priority="2")
            self.run_time_based(days=2, hours=23)
            self.assertFalse(self.get_subjects())
            self.run_time_based(days=3, hours=1)
            self.assertEqual(self.get_subjects(), ["Something that may interest you"])
            self.run_time_based(days=9)
            self.assertEqual(len(self._new_mails), 1)
        self.assertEqual(lead.score, 40)

    def test_a_lead_that_rises_within_three_days_gets_the_first_one_only(self):
        self.switch_on("reached")
        self.switch_on("below")
        with self.mock_mail_gateway():
            lead = self.make_cold(priority="2")
            self.set_priority(lead, "3", days=2)
            self.run_time_based(days=3, hours=1)
            self.assertEqual(self.get_subjects(), ["Shall we talk about it?"])
            self.set_priority(lead, "1", days=4)
            self.run_time_based(days=7, hours=1)
            self.assertEqual(len(self.get_subjects()), 2)

    def test_closed_leads_get_no_offer_when_a_rule_gives_more_points(self):
        rule = self.make_rule(value=30)
        with self.after():
            won, lost, archived = closed = self.make_leads(3)
            self.run_rules()
            won.action_set_won()
            lost.action_set_lost()
            archived.action_archive()
            lead = self.make_cold()
        self.switch_on("reached")
        with self.mock_mail_gateway(), self.after(hours=1):
            rule.value = 60
            self.assertScores(closed + lead, [60] * 4)
        self.assertEqual(self._new_mails.mapped("res_id"), lead.ids)
        self.assertFalse(self.Crossing.search([("lead_id", "in", closed.ids)]))

    def test_examples_that_nobody_changed_are_brought_up_to_date(self):
        reached, below = self.get_example("reached"), self.get_example("below")
        below.filter_domain = '[("score", "<", 50), ("won_status", "=", "pending")]'
        reached.filter_domain = '[("score", ">=", 70)]'
        path = f"{MODULE[:-1]}/migrations/19.0.1.1.0/post-examples_for_open_leads.py"
        script = load_script(file_path(path), "examples_for_open_leads")
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.assertIn('("active", "=", True)', below.filter_domain)
        self.assertEqual(reached.filter_domain, '[("score", ">=", 70)]')

    def test_an_archived_lead_gets_nothing(self):
        self.switch_on("below")
        with self.mock_mail_gateway():
            self.make_cold().action_archive()
            self.run_time_based(days=4)
            self.assertFalse(self.get_subjects())

    def test_a_lost_lead_gets_nothing(self):
        self.switch_on("below")
        with self.mock_mail_gateway():
            self.make_cold().action_set_lost()
            self.run_time_based(days=4)
            self.assertFalse(self.get_subjects())
