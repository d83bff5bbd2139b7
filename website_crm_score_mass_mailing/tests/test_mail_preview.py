import random
from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.preview_common import PreviewCase

from .mailing_common import MailingCase

EVENTS = ("mail_open", "mail_click", "mail_ignored", "mail_bounce", "mail_unsubscribe")


@tagged("post_install", "-at_install")
class TestMailPreview(PreviewCase, MailingCase):
    """What is previewed of rules on newsletters is what then happens."""

    def make_history(self, lead, number):
        """Have a lead open some newsletters, ignore some, and one bounce."""
        email = lead.email_normalized
        for days in range(number):
            opened = self.now - timedelta(days=days)
            values = {"trace_status": "open", "open_datetime": opened}
            self.make_trace(email, days + 1, **values)
        self.make_trace(email, 40 + number, trace_status="sent")
        if number % 2:
            contact = self.subscribe(email)
            contact.subscription_ids.opt_out = True
            self.make_trace(email, 3, trace_status="bounce")

    def test_what_is_previewed_of_random_rules_comes_true(self):
        random.seed(16)
        leads = self.ann + self.bob + self.make_lead(email_from="cid@company.example")
        for number, lead in enumerate(leads, 1):
            self.make_history(lead, number)
        self.env.flush_all()
        self.run_rules()
        scores = set()
        for number in range(15):
            values = {
                "rule_type": "event",
                "event_type": EVENTS[number % len(EVENTS)],
                "value": random.choice([-2, 3.5, 10]),
                "category": "engagement",
                "max_count": random.choice([0, 1, 2]),
                "valid_days": random.choice([0, 2]),
                "ignored_days": random.choice([10, 30]),
            }
            rule = self.assertComesTrue(leads, **values)
            rule = self.assertComesTrue(leads, rule, value=1, max_count=0)
            scores.update(leads.mapped("score"))
        self.assertGreater(len(scores), 10)
