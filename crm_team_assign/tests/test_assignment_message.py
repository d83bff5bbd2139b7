from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.mail.tests.common import MailCase

from ..execution import messages
from ..execution.letters import LettersOfAssigned
from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestAssignmentMessage(AssignmentCase, MailCase):
    """The assignee gets one message per run, with all his leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()

    def assign_and_track(self):
        self.flush_tracking()
        with self.mock_mail_gateway(), self.mock_mail_app():
            self.assign()
            self.flush_tracking()
        notifications = self._new_notifs
        return {
            user: notifications.filtered(
                lambda item, user=user: item.res_partner_id == user.partner_id
            )
            for user in (self.ann, self.bob, self.eve)
        }

    def test_each_assignee_is_told_once_per_run(self):
        self.make_team("Direct", 50, [self.ann, self.bob])
        self.make_team("Rest", 0, [self.ann, self.eve])
        leads = self.make_scored(90, 80, 70, 60, 40, 30, 20, 10)
        told = self.assign_and_track()
        self.assertTrue(all(leads.mapped("user_id")))
        self.assertEqual([len(items) for items in told.values()], [1, 1, 1])

    def test_a_run_that_assigns_nothing_tells_nobody(self):
        self.make_team("Direct", 50, [self.ann])
        self.make_scored(10)
        told = self.assign_and_track()
        self.assertFalse(told[self.ann])

    def test_who_owns_a_duplicate_hears_nothing_of_the_merger(self):
        self.make_team("Direct", 0, [self.ann])
        values = {"email_from": "twin@example.com", "team_id": False}
        owned = self.make_lead("Owned", user_id=self.ann.id, **values)
        head = self.make_lead("Further on", user_id=False, type="opportunity", **values)
        told = self.assign_and_track()
        self.assertFalse(owned.exists())
        self.assertEqual(head.user_id, self.ann)
        self.assertFalse(told[self.ann])

    def test_the_message_lists_the_leads_best_first_with_links(self):
        self.make_team("Direct", 0, [self.ann])
        low, high = self.make_scored(10, 90)
        message = self.assign_and_track()[self.ann].mail_message_id
        self.assertIn("2 new leads", message.subject)
        body = message.body
        self.assertLess(body.index("Score 90"), body.index("Score 10"))
        for lead in low + high:
            self.assertIn(f"model=crm.lead&amp;res_id={lead.id}", body)
            self.assertIn(f'data-oe-id="{lead.id}"', body)

    def test_a_lead_that_is_deleted_is_deleted_in_the_message(self):
        self.make_team("Direct", 0, [self.ann])
        low, high = self.make_scored(10, 90)
        message = self.assign_and_track()[self.ann].mail_message_id
        high.unlink()
        self.assertNotIn("Score 90", message.body)
        self.assertIn("Score 10", message.body)
        low.unlink()
        self.assertFalse(message.exists())

    def find_why(self, lead):
        """Return the messages on ``lead`` that say why somebody got it."""
        return [
            html2plaintext(message.body)
            for message in lead.message_ids
            if "turn of" in message.body or "prefers" in message.body
        ]

    def test_the_chatter_says_once_why_who_got_the_lead_did(self):
        self.make_team("Rest", 0, [self.eve])
        self.make_team("Direct", 50, [self.ann, self.bob])
        low, first, second = self.make_scored(20, 70, 60)
        self.assign_and_track()
        of_direct = "≥ 50, the highest minimum of the teams that take it. It is the"
        for lead, words in (
            (low, "It is the turn of Eve in Rest."),
            (first, f"70 {of_direct} turn of Ann in Direct: turn 1 of 2."),
            (second, f"60 {of_direct} turn of Bob in Direct: turn 2 of 2."),
        ):
            self.assertEqual(self.find_why(lead), [words])
            [message] = lead.message_ids.filtered("tracking_value_ids")
            self.assertIn("turn of", message.body)  # where the change is logged
        self.assign_and_track()
        self.assertEqual(len(self.find_why(first)), 1)

    def test_who_hands_a_lead_on_repeats_nothing(self):
        self.make_team("Direct", 50, [self.ann, self.bob])
        lead = self.make_scored(70)
        self.assign_and_track()
        first, user = self.find_why(lead), lead.user_id
        self.assertEqual(len(first), 1)
        for other in (self.eve, user, self.bob, self.env["res.users"]):
            lead.user_id = other
            self.flush_tracking()
            self.assertEqual(self.find_why(lead), first, other.name)
        self.assign_and_track()
        self.assertTrue(lead.user_id)
        again = self.find_why(lead)
        self.assertEqual(len(again), 2, "Given once more, it says why once more")

    def test_who_hands_a_lead_on_at_once_repeats_nothing(self):
        self.make_team("Direct", 50, [self.ann])
        lead = self.make_scored(70)
        self.flush_tracking()
        self.assign()
        lead.user_id = self.eve
        self.flush_tracking()
        lead.user_id = self.bob
        self.flush_tracking()
        self.assertLessEqual(len(self.find_why(lead)), 1)

    def test_the_chatter_says_it_in_the_language_of_the_salesperson(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ann.lang = "fr_FR"
        team = self.make_team("Direct", 50, [self.ann])
        team.with_context(lang="fr_FR").name = "En direct"
        lead = self.make_scored(60)
        self.assign_and_track()
        [message] = lead.message_ids.filtered("tracking_value_ids")
        self.assertIn("En direct", message.body)

    def test_numbers_are_those_of_the_language_of_the_salesperson(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ann.lang = "fr_FR"
        self.make_team("Direct", 50.5, [self.ann])
        lead = self.make_scored(60.25)
        self.assign_and_track()
        [message] = lead.message_ids.filtered("tracking_value_ids")
        self.assertIn("60,25", message.body)
        self.assertIn("50,5", message.body)
        told = [("partner_ids", "in", self.ann.partner_id.ids)]
        [letter] = self.env["mail.message"].search(told)
        self.assertIn("60,25", letter.body)

    def test_names_in_the_chatter_are_escaped(self):
        self.make_team("<b>Direct</b>", 50, [self.ann])
        lead = self.make_scored(60)
        self.assign_and_track()
        [message] = lead.message_ids.filtered("tracking_value_ids")
        self.assertIn("&lt;b&gt;Direct", message.body)

    def test_what_people_wrote_is_escaped(self):
        self.make_team("Direct", 0, [self.ann])
        self.make_lead(
            "<img src=x onerror=alert(1)>", contact_name="<script>alert(2)</script>"
        )
        body = self.assign_and_track()[self.ann].mail_message_id.body
        self.assertNotIn("<img", body)
        self.assertNotIn("<script", body)
        self.assertIn("&lt;img src=x", body)

    def test_who_prefers_mail_gets_a_mail(self):
        self.ann.notification_type = "email"
        self.make_team("Direct", 0, [self.ann])
        self.make_scored(50, 60)
        told = self.assign_and_track()
        self.assertEqual(told[self.ann].mapped("notification_type"), ["email"])
        mails = [
            mail for mail in self._mails if self.ann.email in str(mail["email_to"])
        ]
        self.assertEqual(len(mails), 1)
        self.assertIn("Score 60", mails[0]["body"])

    def test_the_message_is_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ann.lang = "fr_FR"
        view = self.env.ref("crm_team_assign.message_leads_assigned")
        view.update_field_translations(
            "arch_db",
            {"fr_FR": {"A lead was assigned to you:": "Une piste pour vous :"}},
        )
        self.make_team("Direct", 0, [self.ann])
        self.make_scored(50)
        body = self.assign_and_track()[self.ann].mail_message_id.body
        self.assertIn("Une piste pour vous", body)

    def test_one_whose_message_fails_does_not_keep_others_from_theirs(self):
        self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        self.make_scored(50, 60, 70)
        usual = messages._tell

        def tell(env, user, *letter):
            if user == self.bob:
                raise ValueError("no message for Bob")
            return usual(env, user, *letter)

        with (
            patch.object(messages, "_tell", tell),
            mute_logger("odoo.addons.crm_team_assign.models.ir_cron"),
        ):
            told = self.assign_and_track()
        self.assertEqual([len(items) for items in told.values()], [1, 0, 1])

    @contextmanager
    def listen(self):
        """Have an override note the subjects of messages that are sent."""
        heard, cls = [], type(self.env["mail.thread"])

        def notify(thread, **values):
            message = super(cls, thread).message_notify(**values)
            heard.append(message.subject)
            return message

        with patch.object(cls, "message_notify", notify, create=True):
            yield heard

    def test_an_addon_hears_of_each_message(self):
        self.make_team("Direct", 0, [self.ann, self.bob])
        self.make_scored(50, 60)
        with self.listen() as heard:
            told = self.assign_and_track()
        self.assertEqual(len(heard), 2)
        self.assertTrue(all(heard))
        self.assertEqual([len(items) for items in told.values()], [1, 1, 0])

    @contextmanager
    def step_in(self, model, name):
        """Have an override note that a method of a model is called."""
        heard, cls = [], type(self.env[model])

        def call(record, *args, **values):
            result = getattr(super(cls, record), name)(*args, **values)
            heard.append(record)
            return result

        with patch.object(cls, name, call, create=True):
            yield heard

    def test_an_addon_hears_of_each_step_of_a_message(self):
        self.make_team("Direct", 0, [self.ann, self.bob])
        for model, name in (
            ("mail.thread", "_notify_thread_by_inbox"),
            ("mail.message", "_to_store"),
        ):
            self.make_scored(50, 60)
            with self.subTest(method=name), self.step_in(model, name) as heard:
                self.assertFalse(messages.Outbox.is_known(self.env))
                told = self.assign_and_track()
                self.assertEqual([len(items) for items in told.values()], [1, 1, 0])
                self.assertTrue(heard)
        self.assertTrue(messages.Outbox.is_known(self.env))

    def test_who_shares_an_address_with_one_who_prefers_mail_gets_a_mail(self):
        self.ann.notification_type = "email"
        self.env.cr.execute(
            "UPDATE res_users SET partner_id = %s WHERE id = %s",
            (self.ann.partner_id.id, self.eve.id),
        )
        self.env.invalidate_all()
        self.make_team("Direct", 0, [self.bob, self.eve])
        self.make_scored(50, 60)
        told = self.assign_and_track()
        self.assertEqual(told[self.bob].mapped("notification_type"), ["inbox"])
        # As in Odoo, which asks the first user of a contact.
        self.assertEqual(told[self.eve].mapped("notification_type"), ["email"])

    def test_more_people_are_told_with_as_many_queries(self):
        counts = []
        few = self.make_team("Few", 0, [self.ann])
        many = self.make_team("Many", 0, [self.ann, self.bob, self.eve])
        for team in many, few, many:  # the first time, all is read that is kept
            leads = self.make_scored(50, 50, 50, team_id=team.id)
            with self.count_telling(counts):
                self.assign()  # not tracked: that hears of each notification
            self.assertEqual(leads.user_id, team.crm_team_member_ids.user_id)
        self.assertEqual(counts[1], counts[2])

    @contextmanager
    def count_telling(self, counts):
        """Add to ``counts`` how many queries it takes to tell people together."""
        tell, cr = messages._tell_together, self.env.cr

        def count(*args):
            self.env.flush_all()
            self.env.invalidate_all()
            before = cr.sql_log_count
            done = tell(*args)
            counts.append(cr.sql_log_count - before)
            return done

        with patch.object(messages, "_tell_together", count):
            yield

    def test_a_link_is_the_one_that_odoo_makes(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        site = {"name": "Abroad", "domain": "https://abroad.example.com"}
        self.env["website"].create(site | {"company_id": abroad.id})
        team = self.make_team("Direct", 0, [self.ann])
        self.ann.company_ids += abroad
        leads = self.make_scored(50, 60, team_id=team.id)
        leads += self.make_scored(70, team_id=team.id, company_id=abroad.id)
        letters = LettersOfAssigned(leads)
        for is_known in (True, False):
            letters.is_known = is_known
            for lead in leads:
                link = lead._notify_get_action_link(
                    "view", model="crm.lead", res_id=lead.id
                )
                self.assertEqual(letters.link(lead), link)

    def test_a_long_list_is_cut(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_unlimited": True})])
        self.make_scored(*[50] * 103)
        message = self.assign_and_track()[self.ann].mail_message_id
        self.assertEqual(message.body.count("<li"), 100)
        self.assertIn("And 3 more", " ".join(message.body.split()))
