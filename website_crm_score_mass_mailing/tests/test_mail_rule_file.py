from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestMailRuleFile(ExchangeCase):
    """Rules on newsletters in files: newsletters by subject, links by address."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailing, cls.twin = cls.env["mailing.mailing"].create(
            [
                {
                    "subject": "Spring",
                    "mailing_model_id": cls.env.ref("crm.model_crm_lead").id,
                }
                for _place in range(2)
            ]
        )

    def test_newsletters_of_one_subject_are_told_apart(self):
        rule = self.make_event_rule(
            "mail_open", mailing_match="mailing", mailing_id=self.mailing.id
        )
        self.assertEqual(
            rule._pack()[0]["mailing_id"],
            {"subject": "Spring", "name": self.mailing.name},
        )
        self.assertEqual(self.assertRoundTrip(rule).mailing_id, self.mailing)

    def test_links_are_known_by_where_they_lead_to(self):
        links = self.env["link.tracker"].create(
            [
                {
                    "url": "https://shop.example/a",
                    "mass_mailing_id": mailing.id,
                    "source_id": mailing.source_id.id,
                }
                for mailing in (self.mailing, self.twin)
            ]
        )
        rule = self.make_event_rule(
            "mail_click", link_match="link", link_id=links[1].id
        )
        reference = rule._pack()[0]["link_id"]
        self.assertEqual(reference["url"], "https://shop.example/a")
        self.assertEqual(reference["mass_mailing_id"]["name"], self.twin.name)
        self.assertEqual(self.assertRoundTrip(rule).link_id, links[1])

    def test_lists_and_campaigns_are_known_by_their_names(self):
        left = self.env["mailing.list"].create({"name": "Exchanged"})
        campaign = self.env["utm.campaign"].create({"title": "Exchange"})
        rules = self.make_event_rule("mail_unsubscribe", mailing_list_id=left.id)
        rules += self.make_event_rule(
            "mail_ignored",
            mailing_match="campaign",
            mailing_campaign_id=campaign.id,
            ignored_days=9,
        )
        packed = rules._pack()
        self.assertEqual(packed[0]["mailing_list_id"], {"name": "Exchanged"})
        self.assertEqual(packed[1]["mailing_campaign_id"], {"title": "Exchange"})
        self.assertRoundTrip(rules)

    def test_a_newsletter_that_is_not_here_is_told(self):
        text = self.export(
            self.make_event_rule(
                "mail_open", mailing_match="mailing", mailing_id=self.mailing.id
            )
        )
        self.mailing.unlink()
        self.twin.unlink()
        [line] = self.read_file(text).line_ids
        self.assertIn("Spring", line.problems)
        self.assertIn("is not here", line.problems)
        self.assertTrue(line.is_wrong)  # it would count nothing
        self.assertFalse(line.is_used)
