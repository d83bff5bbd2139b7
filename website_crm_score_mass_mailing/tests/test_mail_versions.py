from datetime import timedelta

from odoo.tests import tagged

from .mailing_common import MailingCase

BODY = """
<div>
    <a href="https://company.example/pricing">Packages and prices</a>
    <a href="https://company.example/solution">More about our solution</a>
</div>
"""


@tagged("post_install", "-at_install")
class TestMailVersions(MailingCase):
    """Two versions of a newsletter are tested with a part of its recipients; core sends
    a copy of the better one to all others."""

    def setUp(self):
        super().setUp()
        self.leads = self.make_leads(10)
        for number, lead in enumerate(self.leads):
            lead.email_from = f"lead-{number}@company.example"
        self.env.flush_all()

    def send_versions(self):
        """Return a newsletter under test, its other version, and the winner."""
        first = self.make_mailing(
            self.leads,
            body_html=BODY,
            ab_testing_enabled=True,
            ab_testing_pc=10,
            ab_testing_winner_selection="opened_ratio",
            ab_testing_schedule_datetime=self.now + timedelta(hours=2),
        )
        second = first.copy({"subject": "Other news", "ab_testing_pc": 20})
        self.mails = {}
        for mailing in first + second:
            self.launch(mailing)
        with self.after(hours=3):
            for name in ("ab_testing", "queue"):
                cron = self.env.ref(f"mass_mailing.ir_cron_mass_mailing_{name}")
                self.deliver(cron.method_direct_trigger)
        winner = first.campaign_id.ab_testing_winner_mailing_id
        return first, second, winner

    def launch(self, mailing):
        self.deliver(mailing.action_send_mail)

    def deliver(self, send):
        """Have mails sent; keep them."""
        with self.mock_mail_gateway():
            send()
        self.env.flush_all()
        self.mails |= {mail["email_to"][0]: mail for mail in self._mails}

    def open_all(self):
        for lead in self.leads:
            self.open_mail(lead.email_normalized)

    def test_each_version_and_the_winner_are_the_newsletter(self):
        versions = self.send_versions()
        self.assertEqual([len(one.mailing_trace_ids) for one in versions], [1, 2, 7])
        rules = [
            self.make_event_rule(
                "mail_open", 3, mailing_match="mailing", mailing_id=one.id
            )
            for one in versions
        ]
        with self.after(hours=4):
            self.open_all()
            self.run_again()
        for rule in rules:
            for lead in self.leads:
                self.assertCounted(lead, rule, 1, 3)

    def test_a_link_is_the_same_link_in_each_version(self):
        first, _second, _winner = self.send_versions()
        link = self.env["link.tracker"].search(
            [("mass_mailing_id", "=", first.id), ("url", "like", "/pricing")]
        )
        rule = self.make_event_rule("mail_click", 5, link_match="link", link_id=link.id)
        other = self.make_event_rule("mail_click", 1)
        with self.after(hours=4):
            for lead in self.leads[:5]:
                self.click(lead.email_normalized)
            for lead in self.leads[5:]:
                self.click(lead.email_normalized, "More about our solution")
            self.run_again()
        for lead in self.leads[:5]:
            self.assertCounted(lead, rule, 1, 5)
        for lead in self.leads[5:]:
            self.assertFalse(self.get_line(lead, rule))
            self.assertCounted(lead, other, 1, 1)

    def test_other_newsletters_of_the_campaign_are_others(self):
        first, _second, _winner = self.send_versions()
        rule = self.make_event_rule(
            "mail_open", 3, mailing_match="mailing", mailing_id=first.id
        )
        self.mails = {}
        with self.after(hours=4):
            other = self.make_mailing(self.leads, campaign_id=first.campaign_id.id)
            self.launch(other)
            self.launch(self.make_mailing(self.leads))
        with self.after(hours=5):
            self.open_all()
            self.run_again()
        self.assertFalse(self.get_line(self.leads[0], rule))

    def test_a_copy_that_is_not_tested_is_another_newsletter(self):
        first = self.make_mailing(self.leads)
        self.send(self.leads)
        rule = self.make_event_rule(
            "mail_open", 3, mailing_match="mailing", mailing_id=first.id
        )
        self.mails = {}
        self.launch(first.copy())
        with self.after(hours=5):
            self.open_all()
            self.run_again()
        self.assertFalse(self.get_line(self.leads[0], rule))
