from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .mailing_common import MailingCase

SEGMENT = [("score", ">=", 50), ("name", "like", "Segment %")]


@tagged("post_install", "-at_install")
class TestMailingRights(MailingCase):
    """Who sends newsletters, and has no rights of sales, mails those with a score."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = cls.make_user(
            "ws_mailer", "base.group_user,mass_mailing.group_mass_mailing_user"
        )
        cls.contacts = cls.env["res.partner"].create(
            [
                {"name": f"Segment {name}", "email": f"{name}@segment.example"}
                for name in ("high", "low")
            ]
        )
        cls.make_rule([("name", "=", "Segment high")], value=60, apply_to="partner")
        cls.make_rule([("name", "=", "Segment low")], value=40, apply_to="partner")
        cls.Rule.assign_scores_to_leads()

    def read_kanban(self):
        """Read what the kanban of newsletters shows to the marketer."""
        mailings = self.Mailing.with_user(self.marketer)
        view = mailings.get_views([(False, "kanban")])
        names = view["models"]["mailing.mailing"]["fields"]
        found = mailings.web_search_read([], {name: {} for name in names})
        return {values["id"]: values for values in found["records"]}

    def make_segment_mailing(self):
        with Form(self.Mailing.with_user(self.marketer)) as form:
            form.subject = "For good customers"
            form.mailing_model_id = self.env["ir.model"]._get("res.partner")
            form.mailing_domain = str(SEGMENT)
        return form.record

    def test_the_kanban_shows_a_newsletter_to_contacts_with_a_score(self):
        mailing = self.make_segment_mailing()
        self.assertEqual(self.read_kanban()[mailing.id]["total"], 1)

    def test_the_kanban_shows_newsletters_to_leads_that_the_user_may_not_see(self):
        leads = self.make_mailing(self.ann)
        leads.mailing_domain = str([("score", ">=", 0)])
        self.assertEqual(self.read_kanban()[leads.id]["total"], 0)

    def test_it_goes_to_those_with_the_score(self):
        mailing = self.make_segment_mailing()
        mailing.action_launch()
        with self.mock_mail_gateway():
            cron = self.env.ref("mass_mailing.ir_cron_mass_mailing_queue")
            cron.method_direct_trigger()
        self.assertEqual(mailing.sudo().mailing_trace_ids.res_id, self.contacts[0].id)

    def test_a_segment_is_saved_as_a_filter_and_used(self):
        segment = self.env["mailing.filter"].with_user(self.marketer)
        segment = segment.create(
            {
                "name": "Good customers",
                "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "mailing_domain": str(SEGMENT),
            }
        )
        with Form(self.Mailing.with_user(self.marketer)) as form:
            form.subject = "For good customers"
            form.mailing_model_id = self.env["ir.model"]._get("res.partner")
            form.mailing_filter_id = segment
        self.assertEqual(form.record.total, 1)

    def test_contacts_are_searched_by_their_score(self):
        contacts = self.env["res.partner"].with_user(self.marketer)
        view = contacts.get_views([(False, "search"), (False, "list")])
        self.assertIn('name="grade_a"', view["views"]["search"]["arch"])
        self.assertIn('name="score"', view["views"]["list"]["arch"])
        self.assertEqual(contacts.search(SEGMENT).mapped("score"), [60])

    def test_a_badge_tells_who_sends_newsletters_the_score_and_not_why(self):
        contact = self.contacts[0].with_user(self.marketer)
        contact.read(["score", "score_grade", "score_week_change", "score_date"])
        card = contact.get_score_card()
        self.assertEqual(card["score"], contact.score)
        self.assertEqual((card["reasons"], card["reason_count"]), ([], False))
        self.assertFalse(contact.action_open_score_reason(1))

    def test_why_they_have_it_is_for_sales_alone(self):
        contact = self.contacts[0].with_user(self.marketer)
        for name in ("score_line_ids", "score_ids"):
            with self.subTest(name), self.assertRaises(AccessError):
                contact.read([name])

    def test_others_do_not_see_scores(self):
        user = self.make_user("ws_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            self.contacts[0].with_user(user).read(["score"])
