from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .mailing_common import MailingCase


@tagged("post_install", "-at_install")
class TestMailRules(MailingCase):
    """How marketers say which newsletters count."""

    def test_what_is_missing_is_refused(self):
        for event, values, message in (
            ("mail_open", {"mailing_match": False}, "say which newsletter"),
            ("mail_open", {"mailing_match": "mailing"}, "choose the newsletter"),
            ("mail_bounce", {"mailing_match": "campaign"}, "choose the campaign"),
            ("mail_click", {"link_match": False}, "say which link"),
            ("mail_click", {"link_match": "link"}, "choose the link"),
            ("mail_click", {"link_match": "contains"}, "the address of the link"),
            (
                "mail_click",
                {"link_match": "contains", "link_url": " "},
                "the address of the link",
            ),
            ("mail_ignored", {"ignored_days": 0}, "at least one"),
        ):
            with (
                self.subTest(event=event, values=values),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self.make_event_rule(event, **values)

    def test_a_rule_whose_newsletter_was_deleted_counts_no_other(self):
        mailing = self.make_mailing(self.list)
        rule = self.make_event_rule(
            "mail_open", mailing_match="mailing", mailing_id=mailing.id
        )
        mailing.unlink()
        with mute_logger("odoo.addons.website_crm_score.models.website_crm_score"):
            self.run_rules()
        self.assertEqual(rule.error, "choose the newsletter.")

    def test_a_marketer_makes_rules_in_the_form(self):
        user = self.make_user(
            "ws_marketer",
            "sales_team.group_sale_manager,mass_mailing.group_mass_mailing_user",
        )
        mailing = self.make_mailing(self.list)
        with Form(self.Rule.with_user(user)) as form:
            form.name = "Clicked the prices"
            form.value = 5
            form.rule_type = "event"
            form.event_type = "mail_click"
            form.mailing_match = "mailing"
            form.mailing_id = mailing
            form.link_match = "contains"
            form.link_url = "/pricing"
        rule = form.save()
        self.assertEqual(rule.mailing_id, mailing)
        self.assertFalse(rule.error)

    def test_a_manager_who_sends_no_newsletters_sees_such_rules(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        rule = self.make_event_rule(
            "mail_open",
            mailing_match="mailing",
            mailing_id=self.make_mailing(self.list).id,
        )
        with Form(rule.with_user(manager)) as form:
            form.value = 4
        self.assertEqual(rule.value, 4)
        with Form(self.Rule.with_user(manager)) as form:
            form.name = "Opened"
            form.rule_type = "event"
            form.event_type = "mail_open"
        self.assertEqual(form.record.mailing_match, "all")

    def test_links_are_found_by_where_they_lead_to(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        self.send(self.ann)
        links = self.env["link.tracker"].with_user(manager)
        self.assertEqual(len(links.name_search("company.example/pri")), 1)
        links = links.with_context(website_crm_score_show_url=True)
        found = links.name_search("company.example/pri")
        self.assertEqual(len(found), 1)
        self.assertIn("/pricing", found[0][1])

    def test_newsletter_engagement_is_a_template(self):
        wizard = self.env["website.crm.score.template"].create(
            {"template": "newsletter"}
        )
        domain = wizard.action_create_rules()["domain"]
        rules = self.Rule.with_context(active_test=False).search(domain)
        self.assertEqual(sorted(rules.mapped("value")), [-2, 3, 3, 5])
        self.assertFalse(rules.filtered("active"))
        rules.active = True
        self.send(self.ann + self.bob)
        with self.after(hours=1):
            self.open_mail("ann@company.example")
            self.click("ann@company.example", "More about our solution")
        with self.after(hours=1, minutes=1):
            self.click("ann@company.example")
        with self.after(days=31):
            self.run_again()
        self.assertScores(self.ann + self.bob, [11, -2])

    def test_a_newsletter_shows_the_rules_that_score_it(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        records = self.env["crm.lead"].create({"name": "Reader"})
        mailing, other = (
            self.make_mailing(records, campaign_id=campaign.id),
            self.make_mailing(records),
        )
        values = {"rule_type": "event", "event_type": "mail_open"}
        rules = self.make_rule(**values, mailing_match="all")
        rules |= self.make_rule(
            **values, mailing_match="mailing", mailing_id=mailing.id
        )
        rules |= self.make_rule(
            **values, mailing_match="campaign", mailing_campaign_id=campaign.id
        )
        self.make_rule(**values, active=False)
        self.assertEqual((mailing | other).mapped("score_rule_count"), [3, 1])
        action = mailing.action_open_score_rules()
        self.assertEqual(self.Rule.search(action["domain"]), rules)
