from odoo.tests import tagged

from .mailing_common import MailingCase

ANN, BOB = "ann@company.example", "bob@company.example"


@tagged("post_install", "-at_install")
class TestMailRequests(MailingCase):
    """From the newsletter that is sent to the score, by what its recipients ask for."""

    def test_who_opens_a_newsletter_has_the_points(self):
        rule = self.make_event_rule("mail_open", 3)
        self.send(self.ann + self.bob)
        self.run_again()
        self.assertScores(self.ann + self.bob, [0, 0])
        with self.after(hours=1):
            self.open_mail(ANN)
            self.run_again()
        self.assertCounted(self.ann, rule, 1, 3)
        self.assertScores(self.ann + self.bob, [3, 0])

    def test_a_newsletter_is_opened_once(self):
        rule = self.make_event_rule("mail_open", 3)
        self.send(self.ann)
        for hours in (1, 2, 3):
            with self.after(hours=hours):
                self.open_mail(ANN)
                self.run_again()
                self.assertCounted(self.ann, rule, 1, 3)
        with self.after(days=1):
            self.send(self.ann)
        with self.after(days=1, hours=1):
            self.open_mail(ANN)
            self.run_again()
            self.assertCounted(self.ann, rule, 2, 6)

    def test_who_clicks_a_link_has_its_points(self):
        solution = self.make_event_rule(
            "mail_click", 3, link_match="contains", link_url="/Solution"
        )
        prices = self.make_event_rule(
            "mail_click", 5, link_match="contains", link_url="pricing"
        )
        other = self.make_event_rule(
            "mail_click", 7, link_match="contains", link_url="/%"
        )
        self.send(self.ann + self.bob)
        with self.after(hours=1):
            self.click(ANN, "More about our solution")
            self.click(BOB, "Packages and prices")
            self.run_again()
        self.assertCounted(self.ann, solution, 1, 3)
        self.assertCounted(self.bob, prices, 1, 5)
        self.assertFalse(self.get_line(self.ann + self.bob, other))
        self.assertScores(self.ann + self.bob, [3, 5])

    def test_a_link_is_found_by_its_address_as_it_is_pasted(self):
        rule = self.make_event_rule(
            "mail_click", 3, link_match="contains", link_url="x"
        )
        self.send(self.ann)
        link = self.env["link.tracker"].search([("url", "ilike", "/pricing")], limit=1)
        with self.after(hours=1):
            self.click(ANN)
            for url, pasted in (
                ("https://company.example/über", "http://company.example/%C3%BCber"),
                ("https://company.example/%C3%BCber", "/über"),
                ("https://company.example/p?a=1", "company.example/p?A=1"),
            ):
                with self.subTest(pasted):
                    link.url = url
                    rule.link_url = pasted
                    self.run_again()
                    self.assertCounted(self.ann, rule, 1, 3)
                    link.url = "https://company.example/other"
                    rule.action_apply()
                    self.assertScores(self.ann, [0])

    def test_a_mail_to_a_lead_of_another_company_is_none_of_a_lead_s(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.ann.company_id = self.env.company
        values = {"email_from": self.ann.email_from}
        other = self.make_lead(company_id=company.id, **values)
        of_none = self.make_lead(company_id=False, **values)
        self.make_event_rule("mail_open", 3)
        self.send(other)
        with self.after(hours=1):
            self.open_mail(ANN)
            self.run_again()
        self.assertScores(self.ann + other + of_none, [0, 3, 3])

    def test_a_link_is_chosen_itself(self):
        rule = self.make_event_rule("mail_click", 5)
        self.send(self.ann)
        link = self.env["link.tracker"].search([("url", "ilike", "/pricing")], limit=1)
        rule.write({"link_match": "link", "link_id": link.id})
        with self.after(hours=1):
            self.click(ANN, "More about our solution")
            self.run_again()
            self.assertScores(self.ann, [0])
        with self.after(hours=1, minutes=1):
            self.click(ANN)
            self.run_again()
            self.assertCounted(self.ann, rule, 1, 5)

    def test_each_click_counts_or_one_of_each_newsletter(self):
        once = self.make_event_rule("mail_click", 5)
        each = self.make_event_rule("mail_click", 1, click_unit="click")
        self.send(self.ann)
        for hours in (1, 2, 3):
            with self.after(hours=hours):
                self.click(ANN)
                self.run_again()
                self.assertCounted(self.ann, once, 1, 5)
                self.assertCounted(self.ann, each, hours, hours)

    def test_who_clicks_has_opened(self):
        rule = self.make_event_rule("mail_open", 3)
        self.send(self.ann)
        with self.after(hours=1):
            self.click(ANN)
            self.run_again()
        self.assertCounted(self.ann, rule, 1, 3)

    def test_who_does_not_open_in_time_loses_points(self):
        rule = self.make_event_rule("mail_ignored", -2, ignored_days=30)
        self.send(self.ann + self.bob)
        with self.after(days=10):
            self.open_mail(BOB)
        with self.after(days=29, hours=23):
            self.run_again()
            self.assertScores(self.ann + self.bob, [0, 0])
        with self.after(days=30, hours=1):
            self.run_again()
            self.assertCounted(self.ann, rule, 1, -2)
            self.assertScores(self.ann + self.bob, [-2, 0])

    def test_who_opens_too_late_has_not_opened_in_time(self):
        ignored = self.make_event_rule("mail_ignored", -2, ignored_days=30)
        opened = self.make_event_rule("mail_open", 3)
        self.send(self.ann)
        with self.after(days=31):
            self.open_mail(ANN)
            self.run_again()
            self.assertCounted(self.ann, ignored, 1, -2)
            self.assertCounted(self.ann, opened, 1, 3)

    def test_what_bounced_was_not_ignored(self):
        bounced = self.make_event_rule("mail_bounce", -7)
        self.make_event_rule("mail_ignored", -2, ignored_days=30)
        mailing = self.send(self.ann + self.bob)
        with self.after(hours=1):
            self.bounce(mailing, self.ann)
            self.run_again()
            self.assertCounted(self.ann, bounced, 1, -7)
            self.assertEqual(self.get_line(self.ann, bounced).first_date.hour, 13)
        with self.after(days=30, hours=1):
            self.run_again()
        self.assertScores(self.ann + self.bob, [-7, -2])

    def test_what_opened_a_mail_that_bounced_was_a_machine(self):
        self.make_event_rule("mail_open", 3)
        mailing = self.send(self.ann)
        with self.after(minutes=5):
            self.open_mail(ANN)
            self.bounce(mailing, self.ann)
            self.run_again()
        self.assertScores(self.ann, [0])

    def test_who_leaves_a_mailing_list_has_unsubscribed(self):
        rule = self.make_event_rule("mail_unsubscribe", -20)
        other = self.env["mailing.list"].create({"name": "Other"})
        chosen = self.make_event_rule("mail_unsubscribe", -1, mailing_list_id=other.id)
        self.subscribe(ANN, self.list, other)
        self.subscribe("Ann again <ann@Company.example>", self.list)
        self.subscribe(BOB)
        self.send(self.list + other)
        self.run_again()
        with self.after(hours=1):
            self.unsubscribe(ANN)
            self.run_again()
            # Two lists and two contacts, but once.
            self.assertCounted(self.ann, rule, 1, -20)
            self.assertCounted(self.ann, chosen, 1, -1)
        self.assertScores(self.ann + self.bob, [-21, 0])

    def test_who_subscribes_again_has_the_points_back(self):
        self.make_event_rule("mail_unsubscribe", -20)
        self.subscribe(ANN)
        self.send(self.list)
        with self.after(hours=1):
            self.unsubscribe(ANN)
            self.run_again()
            self.assertScores(self.ann, [-20])
        self.list._update_subscription_from_email(ANN, opt_out=False)
        with self.after(days=2):
            self.run_rules()
        self.assertScores(self.ann, [0])

    def test_who_wants_no_mail_any_more_has_unsubscribed(self):
        rule = self.make_event_rule("mail_unsubscribe", -20)
        listed = self.make_event_rule(
            "mail_unsubscribe", -1, mailing_list_id=self.list.id
        )
        self.send(self.ann + self.bob)
        self.run_again()
        with self.after(hours=1):
            self.unsubscribe(ANN)
            self.assertTrue(self.ann.is_blacklisted)
            self.run_again()
            self.assertCounted(self.ann, rule, 1, -20)
            self.assertFalse(self.get_line(self.ann, listed))
        self.assertScores(self.ann + self.bob, [-20, 0])

    def test_whom_the_staff_blocks_has_not_unsubscribed(self):
        self.make_event_rule("mail_unsubscribe", -20)
        self.env["mail.blacklist"]._add(ANN)
        self.run_rules()
        self.assertScores(self.ann, [0])

    def test_whom_a_colleague_blocked_who_left_has_not_unsubscribed(self):
        self.make_event_rule("mail_unsubscribe", -20)
        colleague = self.make_user("ws_colleague", "base.group_user")
        self.env["mail.blacklist"].with_user(colleague).sudo()._add(ANN)
        colleague.group_ids = self.env.ref("base.group_portal")
        self.run_rules()
        self.assertScores(self.ann, [0])

    # WHOSE

    def test_newsletters_of_mailing_lists_are_found_by_address(self):
        rule = self.make_event_rule("mail_open", 3)
        self.subscribe("Ann <ANN@company.example>")
        self.send(self.list)
        with self.after(hours=1):
            self.open_mail(ANN)
            self.run_again()
        self.assertCounted(self.ann, rule, 1, 3)
        self.assertScores(self.bob, [0])

    def test_newsletters_to_a_contact_are_those_of_its_lead(self):
        partner = self.env["res.partner"].create({"name": "C", "email": "c@co.example"})
        # Whatever address the lead has.
        self.ann.partner_id = partner
        self.ann.email_from = "ann@company.example"
        partner.email = "c@co.example"
        self.ann.email_from = "ann@company.example"
        self.env.flush_all()
        rule = self.make_event_rule("mail_open", 3)
        self.send(partner)
        with self.after(hours=1):
            [address] = self.mails
            self.open_mail(address.lower())
            self.run_again()
        self.assertCounted(self.ann, rule, 1, 3)

    def test_a_lead_whose_address_changes_keeps_its_newsletters(self):
        rule = self.make_event_rule("mail_open", 3)
        self.send(self.ann)
        with self.after(hours=1):
            self.open_mail(ANN)
            self.ann.email_from = "new@company.example"
            self.run_again()
        self.assertCounted(self.ann, rule, 1, 3)

    def test_contacts_earn_points_too(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        (self.ann + self.bob).partner_id = partner
        rules = self.Rule
        for event, value in (("mail_open", 3), ("mail_click", 5)):
            rules += self.make_event_rule(event, value, apply_to="partner")
        self.env.flush_all()
        for records in (partner, self.ann, self.list):
            if records == self.list:
                self.subscribe(ANN)
            with self.after(days=len(self.Mailing.search([]))):
                self.send(records)
            with self.after(days=len(self.Mailing.search([])) - 1, hours=1):
                self.click(self.mails.copy().popitem()[0].lower())
                self.run_again()
        for rule in rules:
            self.assertEqual(self.get_count(partner, rule), 3)
        self.assertEqual(partner.score, 24)
