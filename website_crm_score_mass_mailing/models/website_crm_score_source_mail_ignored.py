from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.website_crm_score.models.website_crm_score_progress import (
    CLOCK_TOLERANCE,
)

from .website_crm_score_source_mail import OPENED, WebsiteCrmScoreSourceMail

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceMailIgnored(models.AbstractModel):
    """Newsletters that were not opened in time, from the end of that time on.

    That they are opened later changes nothing.
    """

    _name = "website.crm.score.source.mail.ignored"
    _inherit = "website.crm.score.source.mail"
    _description = "Source of Events: Newsletter Not Opened"

    _event_type = "mail_ignored"
    _label = _lt("Newsletter not opened")
    _filters = (*WebsiteCrmScoreSourceMail._filters, "ignored_days")

    @api.model
    def _describe(self, rule):
        event, days = super()._describe(rule), rule.ignored_days
        if days == 1:
            return self.env._("%(event)s within a day", event=event)
        return self.env._("%(event)s within %(days)s days", event=event, days=days)

    @api.model
    def _find_error(self, rule):
        is_wrong = rule.ignored_days < 1
        return super()._find_error(rule) or (
            is_wrong and self.env._("say within how many days, at least one.")
        )

    @api.model
    def _get_events(self, rule, owners):
        deadline = self._get_deadline_sql(rule)
        return SQL(" UNION ALL ").join(
            self._get_mail_events(rule, owners, deadline, ignored)
            for ignored in self._iter_ignored(rule)
        )

    @api.model
    def _iter_changes(self, rule, since):
        days = timedelta(days=rule.ignored_days)
        latest = fields.Datetime.now() + CLOCK_TOLERANCE
        is_due = SQL(
            "trace.sent_datetime >= %s AND trace.sent_datetime <= %s",
            since - days,
            latest - days,
        )
        for ignored in self._iter_ignored(rule):
            yield SQL(), SQL("%s AND %s", ignored, is_due)

    @api.model
    def _get_uncounted_events(self, rule, owners):
        is_opened = SQL(
            "trace.trace_status IN ('open', 'reply') AND %s AND NOT %s",
            *self._get_opened_sql(rule),
        )
        reason = SQL("'opened' AS reason")
        return self._get_mail_events(rule, owners, OPENED, is_opened, reason)

    @api.model
    def _get_deadline_sql(self, rule):
        return SQL("trace.sent_datetime + %s * interval '1 day'", rule.ignored_days)

    @api.model
    def _get_opened_sql(self, rule):
        """Return the conditions that ``trace`` was opened in time, by whomever, and
        that what opened it followed its links."""
        traces = self.env["mailing.trace"]
        is_opened = SQL(
            "(%(date)s IS NOT NULL AND %(date)s < %(deadline)s AND %(is_later)s)",
            date=OPENED,
            deadline=self._get_deadline_sql(rule),
            is_later=traces._get_is_later_sql(OPENED),
        )
        return is_opened, traces._get_is_of_links_sql(OPENED)

    @api.model
    def _iter_ignored(self, rule):
        """Yield the conditions that ``trace`` was not opened in time.

        That a machine did open it is apart: behind an OR, PostgreSQL would ask for the
        links of each mail that was opened.
        """
        opened, is_of_links = self._get_opened_sql(rule)
        is_delivered = SQL("trace.trace_status IN ('sent', 'open', 'reply')")
        yield SQL("%s AND %s IS NOT TRUE", is_delivered, opened)
        yield SQL("%s AND %s AND %s", is_delivered, opened, is_of_links)
