from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from .mailing_common import MailingCase

ANN = "ann@company.example"


@tagged("post_install", "-at_install")
class TestMailEvents(MailingCase):
    """Which mails count, for whom, and when they are looked at."""

    def open_trace(self, email=ANN, days=0, **values):
        return self.make_trace(
            email,
            days + 1,
            trace_status="open",
            open_datetime=self.now - timedelta(days=days),
            **values,
        )

    def test_a_newsletter_or_campaign_is_chosen(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        mailing = self.make_mailing(self.list)
        of_campaign = self.make_mailing(self.list, campaign_id=campaign.id)
        for chosen in (mailing, of_campaign, self.Mailing):
            self.open_trace(mass_mailing_id=chosen.id)
        count = {
            "all": self.make_event_rule("mail_open"),
            "mailing": self.make_event_rule(
                "mail_open", mailing_match="mailing", mailing_id=mailing.id
            ),
            "campaign": self.make_event_rule(
                "mail_open", mailing_match="campaign", mailing_campaign_id=campaign.id
            ),
        }
        self.run_rules()
        counts = {key: self.get_count(self.ann, rule) for key, rule in count.items()}
        self.assertEqual(counts, {"all": 3, "mailing": 1, "campaign": 1})

    def test_tests_and_other_messages_are_no_newsletters(self):
        self.make_event_rule("mail_open")
        self.open_trace(is_test_trace=True)
        trace = self.open_trace()
        self.env.cr.execute(
            "UPDATE mailing_trace SET trace_type = 'sms' WHERE id = %s", [trace.id]
        )
        self.run_rules()
        self.assertScores(self.ann, [0])

    def test_all_leads_with_the_address_have_the_points(self):
        twin = self.make_lead(email_from=ANN)
        none = self.make_lead()
        self.open_trace()
        self.open_trace(email=False)
        self.make_event_rule("mail_open")
        self.run_rules()
        self.assertScores(self.ann + twin + none, [10, 10, 0])

    def test_a_lead_is_not_told_apart_from_its_address(self):
        self.open_trace(model="crm.lead", res_id=self.ann.id)
        self.open_trace(email="other@x.example", model="crm.lead", res_id=self.ann.id)
        rule = self.make_event_rule("mail_open")
        self.run_rules()
        self.assertCounted(self.ann, rule, 2, 20)

    def test_what_is_committed_late_is_found(self):
        rule = self.make_event_rule("mail_open")
        self.run_again()
        # Its transaction began before the last run, and ends after it.
        self.open_trace(days=1 / 24 / 3600)
        self.run_again()
        self.assertCounted(self.ann, rule, 1, 10)

    def test_mails_that_postgresql_knows_nothing_of_are_looked_at_first(self):
        """As after the restore of a database, when it takes all mails for a few."""
        self.env.cr.execute("TRUNCATE mailing_trace CASCADE")
        self.open_trace()
        self.open_trace()
        self.make_event_rule("mail_open")
        self.run_rules()
        self.env.cr.execute(
            "SELECT reltuples FROM pg_class WHERE oid = 'mailing_trace'::regclass"
        )
        self.assertEqual(self.env.cr.fetchall(), [(2.0,)])

    def test_what_is_older_is_found_within_a_day(self):
        rule = self.make_event_rule("mail_open")
        self.run_again()
        self.open_trace(days=3)
        self.run_again()
        self.assertScores(self.ann, [0])
        with self.after(days=2):
            self.run_rules()
        self.assertCounted(self.ann, rule, 1, 10)

    def test_a_lead_that_comes_later_has_done_what_its_address_did(self):
        rule = self.make_event_rule("mail_open")
        self.open_trace("late@company.example", days=3)
        self.run_again()
        lead = self.make_lead(email_from="late@company.example")
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)

    def test_a_lead_or_contact_that_gets_the_address_has_its_points(self):
        partner = self.env["res.partner"].create({"name": "P"})
        rule = self.make_event_rule("mail_open")
        self.make_event_rule("mail_open", apply_to="partner")
        self.open_trace("late@company.example", days=3)
        self.run_again()
        self.assertScores(self.bob, [0])
        self.bob.email_from = partner.email = "late@company.example"
        self.run_again()
        self.assertCounted(self.bob, rule, 1, 10)
        self.assertEqual(partner.score, 10)

    def test_a_new_address_is_noted_once_whichever_addons_look_at_it(self):
        with patch.object(type(self.bob), "_write_flag", autospec=True) as write_flag:
            self.bob.email_from = "late@company.example"
        marked = [call.args[0] for call in write_flag.call_args_list if call.args[0]]
        self.assertEqual(marked, [self.bob])

    def test_merged_leads_have_the_newsletters_of_all(self):
        self.open_trace(model="crm.lead", res_id=self.ann.id)
        self.open_trace("bob@company.example", model="crm.lead", res_id=self.bob.id)
        rule = self.make_event_rule("mail_open")
        self.run_again()
        merged = (self.ann + self.bob).merge_opportunity()
        self.run_again()
        self.assertCounted(merged, rule, 2, 20)

    def test_opens_expire(self):
        rule = self.make_event_rule("mail_open", valid_days=7)
        self.open_trace(days=6)
        self.open_trace(days=8)
        self.run_again()
        self.assertCounted(self.ann, rule, 1, 10)
        with self.after(days=2):
            self.run_again()
        self.assertScores(self.ann, [0])

    def test_what_was_never_delivered_is_not_ignored(self):
        rule = self.make_event_rule("mail_ignored", -2, ignored_days=1)
        self.assertEqual(rule.condition, "Newsletter not opened within a day")
        for status in ("outgoing", "pending", "process", "error", "cancel", "bounce"):
            self.make_trace(ANN, 5, trace_status=status)
        self.make_trace(ANN, trace_status="sent", sent_datetime=False)
        self.run_rules()
        self.assertScores(self.ann, [0])
        self.make_trace(ANN, 5)
        rule.action_apply()
        self.assertCounted(self.ann, rule, 1, -2)

    def test_what_is_sent_with_its_time_unknown_was_opened_by_somebody(self):
        self.open_trace(sent_datetime=False)
        self.make_event_rule("mail_open")
        self.run_rules()
        self.assertScores(self.ann, [10])

    def test_running_again_changes_nothing(self):
        for event in ("mail_open", "mail_ignored", "mail_bounce", "mail_unsubscribe"):
            self.make_event_rule(event)
        self.open_trace()
        self.make_trace(ANN, 50)
        self.make_trace(ANN, 50, trace_status="bounce")
        self.run_rules()
        self.assertScores(self.ann, [30])
        lines = self.ann.score_line_ids
        for run in (self.run_rules, self.run_again, self.Rule.search([]).action_apply):
            run()
            self.assertEqual(self.ann.score_line_ids, lines)
            self.assertScores(self.ann, [30])
