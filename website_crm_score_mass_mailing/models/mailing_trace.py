from datetime import timedelta

from odoo import fields, models


class MailingTrace(models.Model):
    """Traces are found by whom they are of and by when something happened to them, and
    know when somebody, not a machine, opened the newsletter first."""

    _inherit = "mailing.trace"

    _score_email_idx = models.Index("(email)")
    _score_document_idx = models.Index(
        "(res_id) WHERE model IN ('crm.lead', 'res.partner')"
    )
    _score_sent_idx = models.Index("(sent_datetime) WHERE sent_datetime IS NOT NULL")
    _score_open_idx = models.Index("(open_datetime) WHERE open_datetime IS NOT NULL")
    _score_bounce_idx = models.Index("(write_date) WHERE trace_status = 'bounce'")

    def set_opened(self, domain=None):
        if self.env.context.get("website_crm_score_machine"):
            return self.browse()
        traces = super().set_opened(domain)
        traces._set_opened_by_somebody()
        return traces

    def _set_opened_by_somebody(self):
        """Note when newsletters are opened that a machine opened at once.

        Core notes the first time alone.
        """
        now = fields.Datetime.now()
        delay = self._get_machine_delay()

        def is_of_machine(trace, date):
            return date and trace.sent_datetime and date < trace.sent_datetime + delay

        self.filtered(
            lambda trace: is_of_machine(trace, trace.open_datetime)
            and not is_of_machine(trace, now)
        ).open_datetime = now

    def _get_machine_delay(self):
        """Return the time after sending in which machines open newsletters.

        :rtype: timedelta
        """
        settings = self.env["res.config.settings"]
        return timedelta(seconds=settings._get_scoring_number("machine_seconds"))
