from odoo.tests import tagged

from odoo.addons.website_crm_score.scoring.trial import Trial

from .mailing_common import MailingCase

ANN = "ann@company.example"


@tagged("post_install", "-at_install")
class TestMailTrial(MailingCase):
    """Whoever tests a rule of newsletters reads which mails do not count, and why."""

    def fates(self, rule):
        self.env.flush_all()
        events = Trial(rule.sudo(), self.ann).fetch()["events"]
        return sorted(event["fate"] for event in events)

    def test_a_mail_that_could_not_be_sent_is_no_bounce(self):
        rule = self.make_event_rule("mail_bounce")
        self.make_trace(ANN, trace_status="error", failure_type="mail_smtp")
        self.assertEqual(self.fates(rule), ["unsent"])
        with self.after(hours=1):
            self.bounce(self.send(self.ann), self.ann)
        with self.after(hours=2):
            self.assertEqual(self.fates(rule), ["counted", "unsent"])

    def test_what_opened_a_mail_that_bounced_is_told_of(self):
        rule = self.make_event_rule("mail_open")
        mailing = self.send(self.ann)
        with self.after(minutes=5):
            self.open_mail(ANN)
            self.bounce(mailing, self.ann)
        with self.after(minutes=6):
            self.assertEqual(self.fates(rule), ["bounced"])

    def test_a_newsletter_that_was_opened_in_time(self):
        rule = self.make_event_rule("mail_ignored", ignored_days=30)
        self.send(self.ann)
        with self.after(days=1):
            self.assertEqual(self.fates(rule), ["early"])
            self.open_mail(ANN)
        with self.after(days=31):
            self.assertEqual(self.fates(rule), ["opened"])

    def test_whom_the_staff_blocked_did_not_unsubscribe(self):
        rule = self.make_event_rule("mail_unsubscribe")
        listed = self.make_event_rule("mail_unsubscribe", mailing_list_id=self.list.id)
        self.env["mail.blacklist"]._add(ANN)
        self.assertEqual(self.fates(rule), ["blocked"])
        self.assertEqual(self.fates(listed), [])

    def test_who_unsubscribed_is_told_of_once(self):
        rule = self.make_event_rule("mail_unsubscribe")
        self.send(self.ann)
        with self.after(hours=1):
            self.unsubscribe(ANN)
        with self.after(hours=2):
            self.assertEqual(self.fates(rule), ["counted"])

    def test_each_reason_is_told_in_words(self):
        for kind, reason in {
            "mail_bounce": "unsent",
            "mail_open": "bounced",
            "mail_click": "machine",
            "mail_ignored": "opened",
            "mail_unsubscribe": "blocked",
        }.items():
            rule = self.make_event_rule(kind, ignored_days=30)
            reasons = rule._get_source()._get_uncounted_reasons(rule)
            self.assertIn(reason, reasons)
