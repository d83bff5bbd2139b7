from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.mail.tests.common import MailCase

from .common import LONG_AGO, ScoringCase

JOB = "ir_cron_score_new_leads"
ALERTS = "odoo.addons.website_crm_score.models.website_crm_score_alert"
WRITING = "odoo.addons.website_crm_score.scoring.writing"


class AlertCase(ScoringCase, MailCase):
    """Two salespeople, and a rule that makes a lead one that does much."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann, cls.bob = (
            cls.make_user(login, "sales_team.group_sale_salesman", name=login)
            for login in ("alert_ann", "alert_bob")
        )
        cls.pricing = cls.make_rule(
            name="Saw the prices",
            value=60,
            rule_type="event",
            event_type="page_visit",
            page_url="/pricing",
            max_count=1,
        )

    def age_rules(self):
        """Have the rules changed long ago."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE website_crm_score SET write_date = %s, changed_date = %s",
            (LONG_AGO, LONG_AGO),
        )
        self.env.invalidate_all()

    def make_known(self, name="Known", user=None, **values):
        """Make a lead of a salesperson that has been scored, with its visitor."""
        lead = self.make_lead(name, user_id=(user or self.ann).id, **values)
        self.make_visitor(lead)
        self.settle()
        return lead

    def settle(self):
        self.age_rules()
        self.told(self.run_rules)

    def see(self, lead, *paths, **values):
        return self.make_tracks(lead.visitor_ids, *(paths or ["/pricing"]), **values)

    def told(self, work=None):
        """Return who was told of leads while something was done, and in which words."""
        with self.mock_mail_gateway(), self.mock_mail_app():
            (work or self.run_rules)()
            self.env.flush_all()
        return [
            (user.login, " ".join(html2plaintext(message.body).split()))
            for message in self.find_messages()
            for user in message.notified_partner_ids.user_ids
        ]

    def find_messages(self):
        messages = self._new_msgs.exists()
        return messages.filtered(lambda message: "of yours" in (message.body or ""))

    def told_users(self, work=None):
        return sorted(login for login, _words in self.told(work))


@tagged("post_install", "-at_install")
class TestRises(AlertCase):
    """Salespeople are told of leads that rise into a better grade."""

    def test_a_salesperson_is_told_of_a_lead_that_rises(self):
        lead = self.make_known("Big deal", contact_name="Vera")
        self.see(lead)
        [(login, words)] = self.told()
        self.assertEqual(login, "alert_ann")
        self.assertEqual(lead.score_grade, "C1")
        for part in ("Big deal", "Vera", "C3 → C1", "60 (+60)", "Saw the prices"):
            self.assertIn(part, words)
        self.assertFalse(self.told())
        self.assertFalse(self.env["website.crm.score.alert"].search([]))

    def test_the_job_of_every_five_minutes_tells_it(self):
        self.see(self.make_known())
        told = self.told_users(lambda: self.run_cron(JOB))
        self.assertEqual(told, ["alert_ann"])

    def test_each_salesperson_has_one_message_a_run_the_best_lead_first(self):
        leads = [self.make_known(f"Lead {number}") for number in range(3)]
        other = self.make_known("Of Bob", self.bob)
        self.make_rule([("name", "=", "Lead 2")], value=7, event_based=True)
        self.age_rules()
        for lead in [*leads, other]:
            self.see(lead)
        told = dict(self.told())
        self.assertEqual(sorted(told), ["alert_ann", "alert_bob"])
        self.assertIn("3 leads", told["alert_ann"])
        words = told["alert_ann"]
        self.assertLess(words.index("Lead 2"), words.index("Lead 0"))
        self.assertNotIn("Of Bob", words)

    def test_a_run_of_several_parts_tells_once(self):
        leads = [self.make_known(f"Lead {number}") for number in range(4)]
        for lead in leads:
            self.see(lead)
        with patch(f"{WRITING}.PART_SIZE", 2):
            [(_login, words)] = self.told(lambda: self.run_cron(JOB))
        self.assertIn("4 leads", words)

    def test_who_prefers_mail_gets_a_mail(self):
        self.ann.notification_type = "email"
        self.see(self.make_known())
        self.told()
        mails = [mail for mail in self._mails if self.ann.email in mail["email_to"][0]]
        self.assertEqual(len(mails), 1)

    def test_the_first_scoring_is_no_news(self):
        self.settle()
        lead = self.make_lead(user_id=self.ann.id)
        self.make_tracks(self.make_visitor(lead), "/pricing")
        self.assertFalse(self.told())
        self.assertEqual(lead.score, 60)

    def test_a_closed_lead_is_no_news(self):
        lead = self.make_known()
        self.see(lead)
        lead.action_set_lost()
        self.assertFalse(self.told())
        self.assertEqual(lead.score, 0)

    def test_a_lead_of_nobody_is_no_news(self):
        lead = self.make_known()
        lead.user_id = False
        self.see(lead)
        self.assertFalse(self.told())

    def test_a_score_within_the_same_grade_is_no_news(self):
        self.pricing.value = 10
        self.see(self.make_known())
        self.assertFalse(self.told())

    def test_a_grade_that_is_better_and_worse_is_no_news(self):
        fit = self.make_rule(
            [("name", "=", "Fits")], value=60, event_based=True, take_back=True
        )
        self.assertEqual(fit.category, "fit")
        lead = self.make_known("Fits")
        self.assertEqual(lead.score_grade, "A3")
        lead.name = "Does not"
        self.see(lead)
        self.assertFalse(self.told())
        self.assertEqual(lead.score_grade, "C1")

    def test_a_lead_that_becomes_worse_is_no_news(self):
        lead = self.make_known()
        self.see(lead)
        self.told()
        lead.visitor_ids.website_track_ids.unlink()
        lead._mark_stale()
        self.assertFalse(self.told())
        self.assertEqual(lead.score_grade, "C3")

    # CHANGES OF RULES

    def assertSilent(self, lead, work, grade="C1"):
        self.assertFalse(self.told(work))
        self.assertFalse(self.told())
        self.assertEqual(lead.score_grade, grade)

    def test_a_changed_value_is_no_news(self):
        self.pricing.value = 5
        lead = self.make_known()
        self.see(lead)
        self.told()
        self.assertSilent(lead, lambda: self.pricing.write({"value": 60}))

    def test_a_rule_that_is_restored_is_no_news(self):
        lead = self.make_known()
        self.see(lead)
        self.told()
        self.pricing.active = False
        self.assertSilent(lead, lambda: self.pricing.write({"active": True}))

    def test_another_category_is_no_news(self):
        lead = self.make_known()
        self.see(lead)
        self.told()
        self.assertSilent(lead, lambda: self.pricing.write({"category": "fit"}), "A3")

    def test_a_rule_that_is_applied_by_hand_is_no_news(self):
        lead = self.make_known()
        rule = self.make_rule([("name", "=", "Known")], value=60)
        self.assertSilent(lead, rule.action_apply, "A3")

    def test_a_new_rule_is_no_news(self):
        lead = self.make_known()
        self.make_rule([("name", "=", "Known")], value=60, event_based=True)
        self.assertSilent(lead, self.run_rules, "A3")

    def test_other_pages_of_a_rule_are_no_news(self):
        lead = self.make_known()
        self.see(lead, "/jobs")
        self.told()
        self.pricing.page_url = "/jobs"
        self.assertSilent(lead, self.run_rules)

    def test_what_happens_after_a_rule_was_changed_is_news(self):
        lead = self.make_known()
        self.pricing.page_url = "/jobs"
        self.see(lead, "/jobs", date=datetime.now() + timedelta(seconds=2))
        [(_login, words)] = self.told(lambda: self.run_cron(JOB))
        self.assertIn("C3 → C1", words)

    def test_a_rule_that_is_renamed_or_moved_silences_nobody(self):
        self.make_rule([("name", "=", "Nobody")], event_based=True)
        lead = self.make_known()
        self.pricing.write({"name": "Looked at the prices", "sequence": 3})
        self.pricing.write({"value": 70})
        self.see(lead)
        [(_login, words)] = self.told()
        self.assertIn("Looked at the prices", words)

    def test_a_changed_rule_silences_no_lead_that_has_nothing_of_it(self):
        lead = self.make_known()
        self.make_rule([("name", "=", "Nobody")], value=60, event_based=True)
        self.see(lead)
        self.assertEqual(self.told_users(), ["alert_ann"])

    def test_a_new_rule_silences_nothing_but_what_it_gives(self):
        lead = self.make_known()
        self.make_rule([("name", "=", "Known")], value=70, event_based=True)
        self.see(lead)
        [(login, words)] = self.told()
        self.assertEqual(login, "alert_ann")
        self.assertEqual(lead.score_grade, "A1")
        self.assertIn("Saw the prices", words)

    def test_what_a_changed_rule_no_longer_takes_is_no_news(self):
        fit = self.make_rule(
            [("name", "=", "Known")], value=60, event_based=True, category="fit"
        )
        bad = self.make_rule(
            [("name", "=", "Known")],
            value=-60,
            event_based=True,
            take_back=True,
            category="fit",
        )
        lead = self.make_known()
        self.assertEqual((lead.score, lead.score_grade), (0, "C3"))
        self.assertTrue(fit)
        bad.domain = [("name", "=", "Nobody")]
        self.assertSilent(lead, self.run_rules, "A3")

    def test_more_of_what_happened_before_a_rule_was_changed_is_no_news(self):
        self.pricing.write({"value": 30})
        lead = self.make_known()
        self.see(lead)
        self.see(lead)
        self.settle()
        self.assertEqual(lead.score_grade, "C2")
        self.pricing.max_count = 2
        self.assertSilent(lead, self.run_rules)

    def test_other_thresholds_are_no_news(self):
        self.pricing.value = 40
        lead = self.make_known()
        self.see(lead)
        self.told()
        self.assertEqual(lead.score_grade, "C2")
        settings = self.env["res.config.settings"]
        lower = settings.create({"website_crm_score_grade_1": 30})
        self.assertSilent(lead, lower.execute)

    def test_a_run_before_all_are_graded_anew_tells_nothing(self):
        self.pricing.value = 40
        lead = self.make_known()
        self.see(lead)
        self.told()
        self.env["ir.config_parameter"].set_param("website_crm_score.grade_1", "30")
        self.see(lead, "/other")
        self.assertSilent(lead, lambda: self.run_cron(JOB))

    # SETTINGS

    def test_nothing_is_told_if_it_is_switched_off(self):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_alert_rises": False}).execute()
        lead = self.make_known()
        self.see(lead)
        self.assertFalse(self.told())

    # THE MESSAGE

    def test_what_people_wrote_is_escaped(self):
        lead = self.make_known(
            "<img src=x onerror=alert(1)>", contact_name="<script>alert(2)</script>"
        )
        self.pricing.name = "<b>Prices</b>"
        self.age_rules()
        self.see(lead)
        self.told()
        body = self.find_messages().body
        self.assertIn("&lt;img src=x", body)
        self.assertIn("&lt;b&gt;Prices", body)
        self.assertNotIn("<img", body)
        self.assertNotIn("<script", body)

    def test_the_lead_is_linked(self):
        lead = self.make_known()
        self.see(lead)
        self.told()
        message = self.find_messages()
        self.assertIn(f"model=crm.lead&amp;res_id={lead.id}", message.body)
        self.assertEqual(message.subject, "Getting better: Known")
        self.assertEqual(message.author_id, self.env.ref("base.partner_root"))

    # WHAT GOES WRONG

    def test_a_run_that_was_killed_before_it_told_is_made_up_for(self):
        lead = self.make_known()
        self.see(lead)
        alerts = type(self.env["website.crm.score.alert"])
        with patch.object(alerts, "_end_run", lambda self, run: None):
            self.assertFalse(self.told())
        self.assertEqual(lead.score_grade, "C1")
        [(login, words)] = self.told()
        self.assertEqual(login, "alert_ann")
        self.assertIn("C3 → C1", words)
        self.assertFalse(self.told())

    def test_what_was_not_told_is_no_news_when_it_is_no_longer_so(self):
        lead = self.make_known()
        alerts = type(self.env["website.crm.score.alert"])
        for change in ({"user_id": self.bob.id}, {"active": False}):
            with self.subTest(**change):
                self.env["website.crm.score.alert"].search([]).unlink()
                lead.write({"user_id": self.ann.id, "active": True})
                lead.visitor_ids.website_track_ids.unlink()
                lead._mark_stale()
                self.settle()
                self.see(lead)
                with patch.object(alerts, "_end_run", lambda self, run: None):
                    self.told()
                self.assertTrue(self.env["website.crm.score.alert"].search([]))
                lead.write(change)
                self.assertFalse(self.told())
                self.assertFalse(self.env["website.crm.score.alert"].search([]))

    @mute_logger(ALERTS)
    def test_a_message_that_fails_does_not_keep_others_from_theirs(self):
        for lead in [self.make_known(user=user) for user in (self.ann, self.bob)]:
            self.see(lead)
        alerts = type(self.env["website.crm.score.alert"])
        tell = alerts._tell

        def fail_for_ann(alerts, user):
            tell(alerts, user)
            if user == self.ann:
                raise ValueError("No")

        with patch.object(alerts, "_tell", fail_for_ann):
            self.assertEqual(self.told_users(), ["alert_bob"])
        self.assertEqual(self.told_users(), ["alert_ann"])

    def test_what_is_left_over_is_deleted(self):
        lead = self.make_known()
        alert = self.env["website.crm.score.alert"].create(
            {"lead_id": lead.id, "user_id": self.ann.id, "grade_before": "C3"}
        )
        alert._gc_alerts()
        self.assertFalse(alert.exists())


@tagged("post_install", "-at_install")
class TestReturns(AlertCase):
    """Salespeople are told of leads that come back to the website."""

    def make_gone(self, days, **values):
        """Make a lead that was last seen so many days ago."""
        lead = self.make_known(**values)
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = %s", (LONG_AGO, lead.id)
        )
        self.see(lead, "/a", date=datetime.now() - timedelta(days=days))
        self.settle()
        return lead

    def test_a_salesperson_is_told_of_a_lead_that_comes_back(self):
        lead = self.make_gone(40)
        self.see(lead, "/b")
        [(login, words)] = self.told(lambda: self.run_cron(JOB))
        self.assertEqual(login, "alert_ann")
        self.assertIn("back on the website", words)
        self.assertNotIn("→", words)
        for path in ("/c", "/d"):
            self.see(lead, path)
            self.assertFalse(self.told())

    def test_who_comes_back_and_rises_is_one_line(self):
        lead = self.make_gone(40)
        self.see(lead)
        [(_login, words)] = self.told()
        self.assertIn("C3 → C1", words)
        self.assertIn("back on the website", words)
        self.assertEqual(words.count("Known"), 1)

    def test_who_rises_after_it_was_told_to_be_back_is_told_to_rise_only(self):
        lead = self.make_gone(40)
        self.see(lead, "/b")
        self.told()
        self.see(lead)
        [(_login, words)] = self.told()
        self.assertIn("60 (+60)", words)
        self.assertNotIn("back on the website", words)

    def test_who_was_away_for_less_is_no_news(self):
        self.see(self.make_gone(20), "/b")
        self.assertFalse(self.told())

    def test_the_days_are_set(self):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_alert_absence_days": 10}).execute()
        self.see(self.make_gone(20), "/b")
        self.assertEqual(self.told_users(), ["alert_ann"])

    def test_it_can_be_switched_off(self):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_alert_returns": False}).execute()
        self.see(self.make_gone(40), "/b")
        self.assertFalse(self.told())

    def test_neither_new_nor_closed_leads_nor_those_of_nobody_are_news(self):
        gone = self.make_gone(40, name="Lost")
        free = self.make_gone(40, name="Free")
        new = self.make_lead("New", user_id=self.ann.id)
        self.make_visitor(new)
        self.see(new, "/a", date=datetime.now() - timedelta(days=40))
        for lead in (gone, free, new):
            self.see(lead, "/b", date=datetime.now() - timedelta(minutes=1))
        gone.action_set_lost()
        free.user_id = False
        self.assertFalse(self.told())
        self.assertFalse(self.told())

    def test_returns_that_were_told_of_are_forgotten_after_a_while(self):
        lead = self.make_gone(40)
        self.see(lead, "/b")
        self.told()
        alerts = self.env["website.crm.score.alert"]
        alerts._gc_alerts()
        [alert] = alerts.search([])
        alert.return_date = fields.Datetime.now() - timedelta(days=3)
        alerts._gc_alerts()
        self.assertFalse(alert.exists())
