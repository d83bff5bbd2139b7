from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.website_crm_score.models.website_crm_score_progress import (
    CLOCK_TOLERANCE,
)

from .website_crm_score_source_mail import WebsiteCrmScoreSourceMail

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
        return self._get_ignored(rule, owners, SQL("TRUE"))

    @api.model
    def _get_recent_events(self, rule, owners, since):
        days = timedelta(days=rule.ignored_days)
        return self._get_ignored(
            rule,
            owners,
            SQL(
                "trace.sent_datetime >= %s AND trace.sent_datetime <= %s",
                since - days,
                fields.Datetime.now() + CLOCK_TOLERANCE - days,
            ),
        )

    @api.model
    def _get_uncounted_events(self, rule, owners):
        return self._get_mail_events(
            rule,
            owners,
            SQL("trace.open_datetime"),
            SQL(
                "trace.trace_status IN ('open', 'reply') AND %s AND NOT %s",
                self._get_is_opened_sql(rule),
                self._get_is_of_links_sql(),
            ),
            columns=SQL("'opened' AS reason"),
        )

    @api.model
    def _get_deadline_sql(self, rule):
        return SQL("trace.sent_datetime + %s * interval '1 day'", rule.ignored_days)

    @api.model
    def _get_is_opened_sql(self, rule):
        """Return the condition that ``trace`` was opened in time, by whomever."""
        date = SQL("trace.open_datetime")
        return SQL(
            "(%(date)s IS NOT NULL AND %(date)s < %(deadline)s AND %(is_later)s)",
            date=date,
            deadline=self._get_deadline_sql(rule),
            is_later=self.env["mailing.trace"]._get_is_later_sql(date),
        )

    @api.model
    def _get_is_of_links_sql(self):
        """Return the condition that what opened ``trace`` followed its links."""
        date = SQL("trace.open_datetime")
        return self.env["mailing.trace"]._get_is_of_links_sql(date)

    @api.model
    def _get_ignored(self, rule, owners, condition):
        """Return the query of the newsletters that were not opened in time.

        Those that a machine did open are apart: behind an OR, PostgreSQL would ask for
        the links of each mail that was opened.
        """
        opened = self._get_is_opened_sql(rule)
        return SQL(" UNION ALL ").join(
            self._get_mail_events(
                rule,
                owners,
                self._get_deadline_sql(rule),
                SQL(
                    "trace.trace_status IN ('sent', 'open', 'reply') AND %s AND %s",
                    is_ignored,
                    condition,
                ),
            )
            for is_ignored in (
                SQL("%s IS NOT TRUE", opened),
                SQL("%s AND %s", opened, self._get_is_of_links_sql()),
            )
        )
