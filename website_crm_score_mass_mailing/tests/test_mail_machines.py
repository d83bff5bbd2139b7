from datetime import timedelta

from odoo.service.model import call_kw
from odoo.tests import tagged

from odoo.addons.website_crm_score.scoring.trial import Trial

from .mailing_common import MailingCase

ANN, BOB = "ann@company.example", "bob@company.example"
SOLUTION, PRICES = "More about our solution", "Packages and prices"


@tagged("post_install", "-at_install")
class TestMailMachines(MailingCase):
    """Machines open mails and follow links, too: that does not count."""

    def test_what_opens_and_clicks_at_once_is_a_machine(self):
        opened = self.make_event_rule("mail_open", 3)
        clicked = self.make_event_rule("mail_click", 5, click_unit="click")
        self.send(self.ann)
        with self.after(seconds=10):
            self.open_mail(ANN)
            self.click(ANN)
            self.run_again()
            self.assertScores(self.ann, [0])
        with self.after(hours=1):
            self.open_mail(ANN)
            self.click(ANN)
            self.run_again()
            self.assertCounted(self.ann, opened, 1, 3)
            self.assertCounted(self.ann, clicked, 1, 5)
            self.assertEqual(self.get_line(self.ann, opened).first_date.hour, 13)

    def test_whoever_tests_a_rule_reads_that_it_was_a_machine(self):
        rules = self.make_event_rule("mail_open") + self.make_event_rule("mail_click")
        self.send(self.ann)
        with self.after(seconds=10):
            self.open_mail(ANN)
            self.click(ANN)
        with self.after(days=1):
            for rule in rules:
                events = Trial(rule.sudo(), self.ann).fetch()["events"]
                self.assertEqual({event["fate"] for event in events}, {"machine"})

    def test_what_a_machine_alone_opened_is_ignored(self):
        rule = self.make_event_rule("mail_ignored", -2, ignored_days=30)
        self.send(self.ann + self.bob)
        with self.after(seconds=10):
            self.open_mail(ANN)
            self.open_mail(BOB)
        with self.after(days=1):
            self.open_mail(BOB)
        with self.after(days=31):
            self.run_again()
        self.assertCounted(self.ann, rule, 1, -2)
        self.assertScores(self.ann + self.bob, [-2, 0])

    def test_how_soon_is_a_setting(self):
        self.make_event_rule("mail_open", 3)
        self.send(self.ann)
        with self.after(seconds=10):
            self.open_mail(ANN)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.website_crm_score_machine_seconds, 90)
        settings.website_crm_score_machine_seconds = 5
        settings.execute()
        self.run_rules()
        self.assertScores(self.ann, [3])

    def test_programs_that_tell_what_they_are_do_not_count(self):
        self.make_event_rule("mail_open", 3)
        self.make_event_rule("mail_click", 5, click_unit="click")
        mailing = self.send(self.ann)
        for kwargs in (
            {"agent": "Mozilla/5.0 (compatible; Examplebot/1.0)"},
            {"agent": "Mimecast URL Protect"},
            {"agent": "HeadlessChrome/140.0"},
            {"headers": {"Sec-Purpose": "prefetch"}},
        ):
            with self.subTest(kwargs), self.after(hours=1):
                self.open_mail(ANN, **kwargs)
                self.click(ANN, **kwargs)
                self.run_again()
                self.assertScores(self.ann, [0])
                self.assertEqual(mailing.mailing_trace_ids.trace_status, "sent")
        with self.after(hours=1):
            self.click(ANN, method="HEAD")
            self.run_again()
            self.assertScores(self.ann, [0])

    def test_mail_programs_that_fetch_pictures_for_somebody_count(self):
        self.make_event_rule("mail_open", 3)
        self.send(self.ann)
        agent = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) (via ggpht.com GoogleImageProxy)"
        with self.after(hours=1):
            self.open_mail(ANN, agent=agent)
            self.run_again()
        self.assertScores(self.ann, [3])

    def test_what_the_context_of_a_client_says_makes_nobody_a_machine(self):
        traces = self.send(self.ann).mailing_trace_ids
        context = {"website_crm_score_machine": True}
        call_kw(traces, "set_opened", [traces.ids], {"context": context})
        self.assertEqual(traces.trace_status, "open")

    # SEVERAL LINKS AT ONCE

    def click_at(self, *clicks):
        """Have links clicked so many seconds after an hour each."""
        for seconds, label in clicks:
            with self.after(hours=1, seconds=seconds):
                self.click(ANN, label)

    def test_who_follows_several_links_at_once_is_a_machine(self):
        self.make_event_rule("mail_open", 3)
        self.make_event_rule("mail_click", 5)
        self.make_event_rule("mail_click", 1, click_unit="click")
        self.send(self.ann)
        self.click_at((0, SOLUTION), (2, PRICES))
        with self.after(hours=2):
            self.run_rules()
        self.assertScores(self.ann, [0])

    def test_who_comes_back_to_a_mail_for_its_next_link_is_somebody(self):
        rule = self.make_event_rule("mail_click", 1, click_unit="click")
        self.send(self.ann)
        self.click_at((0, SOLUTION), (20, PRICES), (21, PRICES))
        with self.after(hours=2):
            self.run_rules()
        self.assertCounted(self.ann, rule, 3, 3)

    def test_what_counted_before_it_turned_out_to_be_a_machines_is_taken_back(self):
        opened = self.make_event_rule("mail_open", 3)
        solution = self.make_event_rule(
            "mail_click", 5, link_match="contains", link_url="/solution"
        )
        self.send(self.ann)
        self.click_at((0, SOLUTION))
        with self.after(hours=1, seconds=1):
            self.run_again()
        self.assertCounted(self.ann, opened, 1, 3)
        self.assertCounted(self.ann, solution, 1, 5)
        self.click_at((2, PRICES))
        with self.after(hours=1, seconds=5):
            self.run_again()
        self.assertScores(self.ann, [0])

    def test_who_opens_a_mail_after_its_links_were_checked_has_the_points(self):
        opened = self.make_event_rule("mail_open", 3)
        ignored = self.make_event_rule("mail_ignored", -2, ignored_days=30)
        self.send(self.ann + self.bob)
        self.click_at((0, SOLUTION), (1, PRICES))
        with self.after(days=1):
            self.open_mail(ANN)
        with self.after(days=31):
            self.run_again()
        self.assertCounted(self.ann, opened, 1, 3)
        date = self.get_line(self.ann, opened).first_date
        self.assertEqual(date, self.now + timedelta(days=1))
        self.assertFalse(self.get_line(self.ann, ignored))

    def test_what_a_link_checker_alone_opened_is_ignored(self):
        rule = self.make_event_rule("mail_ignored", -2, ignored_days=30)
        self.send(self.ann)
        self.click_at((0, SOLUTION), (1, PRICES))
        with self.after(days=31):
            self.run_again()
        self.assertCounted(self.ann, rule, 1, -2)
