from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.tools.own_context import OURS


class MailingTrace(models.Model):
    """Traces are found by whom they are of and by when something happened to them, and
    know when somebody, not a machine, opened the newsletter first, and when it bounced.
    They follow leads and contacts into those that these are merged into."""

    _inherit = "mailing.trace"

    bounce_datetime = fields.Datetime(
        string="Bounced On",
        compute="_compute_bounce_datetime",
        store=True,
        precompute=True,
        copy=False,
    )

    _score_email_idx = models.Index("(email)")
    _score_document_idx = models.Index(
        "(res_id) WHERE model IN ('crm.lead', 'res.partner')"
    )
    _score_sent_idx = models.Index("(sent_datetime) WHERE sent_datetime IS NOT NULL")
    _score_open_idx = models.Index("(open_datetime) WHERE open_datetime IS NOT NULL")
    _score_bounce_idx = models.Index(
        "(bounce_datetime) WHERE bounce_datetime IS NOT NULL"
    )

    @api.depends("trace_status")
    def _compute_bounce_datetime(self):
        """Keep the date of the first bounce, whatever is written later."""
        bounced = self.filtered(lambda trace: trace.trace_status == "bounce")
        (self - bounced).bounce_datetime = False
        for trace in bounced:
            trace.bounce_datetime = trace.bounce_datetime or self.env.cr.now()

    def set_opened(self, domain=None):
        if self.env.context.get("website_crm_score_machine") is OURS:
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

    @api.model
    def _move(self, model_name, pairs):
        """Give traces to those whom the leads or contacts are merged into.

        In SQL: nothing happened to the newsletters, so that they keep their dates.

        :param SQL pairs: see ``website.crm.scored._get_pairs_sql``
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE mailing_trace trace SET res_id = pair.owner_id FROM %s"
                " WHERE trace.model = %s AND trace.res_id = pair.duplicate_id",
                pairs,
                model_name,
            )
        )
        self.invalidate_model(["res_id"], flush=False)
