from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.suggestion_common import SuggestionCase


@tagged("post_install", "-at_install")
class TestMailSuggestion(SuggestionCase):
    """Newsletters that were opened before leads were closed are learnt from."""

    def open_mails(self, leads, days):
        """Have each of the leads have opened a newsletter so many days ago."""
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "News",
                "mailing_model_id": self.env.ref("crm.model_crm_lead").id,
            }
        )
        date = self.now - timedelta(days=days)
        return self.env["mailing.trace"].create(
            [
                {
                    "trace_type": "mail",
                    "mass_mailing_id": mailing.id,
                    "model": "crm.lead",
                    "res_id": lead.id,
                    "email": lead.email_normalized,
                    "trace_status": "open",
                    "sent_datetime": date - timedelta(hours=5),
                    "open_datetime": date,
                }
                for lead in leads
            ]
        )

    def test_mails_opened_before_the_end_are_suggested_and_later_ones_are_not(self):
        won, lost = self.make_closed(60, 60)
        for lead in won + lost:
            lead.email_from = f"reader.{lead.id}@reader.example"
        traces = self.open_mails(won[:30] + lost[:3], days=120)
        self.assertIn("Opened a newsletter", self.get_names(self.suggest()))
        traces.open_datetime = self.now - timedelta(days=5)
        self.assertEqual(self.suggest().state, "empty")
