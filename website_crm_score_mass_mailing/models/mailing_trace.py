from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.tools.own_context import OURS

# Different links that are followed within this time are followed by a machine.
LINKS_MOMENT = timedelta(seconds=3)


class MailingTrace(models.Model):
    """Traces are found by whom they are of and by when something happened to them, and
    know when somebody, not a machine, opened the newsletter first, and when it
    bounced."""

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
        """Note when newsletters are opened that a machine opened before.

        Core notes the first time alone.
        """
        now = fields.Datetime.now()
        again = self.filtered(lambda one: one.open_datetime and one.open_datetime < now)
        if not again:
            return
        self.env.flush_all()  # the click that opens it
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM mailing_trace trace WHERE id IN %s AND NOT (%s) AND %s",
                again._ids,
                self._get_is_of_somebody_sql(SQL("trace.open_datetime")),
                self._get_is_of_somebody_sql(SQL("%s::timestamp", now)),
            )
        )
        self.browse(id_ for (id_,) in rows).open_datetime = now

    @api.model
    def _get_is_of_somebody_sql(self, date):
        """Return the condition that what happened to ``trace`` then was no machine's
        doing."""
        is_later = self._get_is_later_sql(date)
        return SQL("(%s AND NOT %s)", is_later, self._get_is_of_links_sql(date))

    @api.model
    def _get_is_later_sql(self, date):
        """Return the condition that it did not happen as soon as ``trace`` was
        delivered, which is when machines open a mail."""
        settings = self.env["res.config.settings"]
        return SQL(
            "(%s >= trace.sent_datetime + %s OR trace.sent_datetime IS NULL)",
            date,
            timedelta(seconds=settings._get_scoring_number("machine_seconds")),
        )

    @api.model
    def _get_is_of_links_sql(self, date):
        """Return the condition that several links of ``trace`` were followed then.

        Machines open a mail whenever they follow its links, and follow several at once.
        Whoever follows one is taken away by it, and has to come back to the mail for
        the next.
        """
        return SQL(
            """
            EXISTS (
                SELECT FROM link_tracker_click near
                  JOIN link_tracker_click other
                    ON other.mailing_trace_id = near.mailing_trace_id
                   AND other.link_id > near.link_id
                 WHERE near.mailing_trace_id = trace.id
                   AND near.create_date BETWEEN %(date)s - %(moment)s
                                            AND %(date)s + %(moment)s
                   AND other.create_date BETWEEN %(date)s - %(moment)s
                                             AND %(date)s + %(moment)s)
            """,
            date=date,
            moment=LINKS_MOMENT,
        )
