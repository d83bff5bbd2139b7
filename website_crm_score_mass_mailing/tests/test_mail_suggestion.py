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

    def click(self, traces, date):
        """Have a link be clicked in each of the newsletters."""
        link = self.env["link.tracker"].create(
            {
                "url": "https://company.example/prices",
                "mass_mailing_id": traces.mass_mailing_id.id,
            }
        )
        clicks = self.env["link.tracker.click"].create(
            [
                {
                    "link_id": link.id,
                    "mailing_trace_id": trace.id,
                    "mass_mailing_id": trace.mass_mailing_id.id,
                }
                for trace in traces
            ]
        )
        traces.links_click_datetime = date
        self.date(clicks, date)
        return clicks

    def date(self, clicks, date):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE link_tracker_click SET create_date = %s WHERE id IN %s",
            [date, clicks._ids],
        )
        self.env.invalidate_all()

    def test_clicks_before_the_end_are_suggested_and_later_ones_are_not(self):
        won, lost = self.make_closed(60, 60)
        for lead in won + lost:
            lead.email_from = f"reader.{lead.id}@reader.example"
        # All of them opened it: that tells nothing.
        traces = self.open_mails(won + lost, days=120)
        readers = (won[:30] + lost[:3]).ids
        chosen = traces.filtered(lambda trace: trace.res_id in readers)
        clicks = self.click(chosen, self.now - timedelta(days=119))
        self.assertIn("Clicked in a newsletter", self.get_names(self.suggest()))
        late = self.now - timedelta(days=5)
        chosen.links_click_datetime = late
        self.date(clicks, late)
        self.assertEqual(self.suggest().state, "empty")
