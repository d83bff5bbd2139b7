from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from .website_crm_score_source_mail import OPENED

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceMailOpen(models.AbstractModel):
    """Newsletters that were opened by somebody.

    What opened a mail that bounced was a machine.
    """

    _name = "website.crm.score.source.mail.open"
    _inherit = "website.crm.score.source.mail"
    _description = "Source of Events: Newsletter Opened"

    _event_type = "mail_open"
    _label = _lt("Newsletter opened")
    _evidence_condition = SQL("%s IS NOT NULL", OPENED)

    @api.model
    def _get_candidates(self, cohort):
        return [
            (self.env._("Opened a newsletter"), {}),
            (self.env._("Opened three newsletters or more"), {"min_count": 3}),
        ]

    @api.model
    def _get_events(self, rule, owners):
        return self._get_openings(rule, owners, self._get_is_of_somebody_sql())

    @api.model
    def _get_uncounted_events(self, rule, owners):
        return self._get_openings(
            rule,
            owners,
            SQL("(%s) IS NOT TRUE", self._get_is_of_somebody_sql()),
            columns=SQL(
                "CASE WHEN trace.trace_status = 'bounce' THEN 'bounced'"
                " ELSE 'machine' END AS reason"
            ),
        )

    @api.model
    def _get_openings(self, rule, owners, condition, columns=None):
        return self._get_mail_events(
            rule,
            owners,
            OPENED,
            SQL("%s AND %s", self._evidence_condition, condition),
            columns,
        )

    @api.model
    def _get_is_of_somebody_sql(self):
        """Return the condition that somebody opened ``trace``, no machine.

        Of most mails no link was followed, and one need not look for machines that
        follow several.
        """
        traces = self.env["mailing.trace"]
        return SQL(
            """
            trace.trace_status IN ('open', 'reply') AND %s
            AND (trace.links_click_datetime IS NULL OR NOT %s)
            """,
            traces._get_is_later_sql(OPENED),
            traces._get_is_of_links_sql(OPENED),
        )

    @api.model
    def _iter_changes(self, rule, since):
        """What was opened, and clicked: a click can tell that whoever opened the
        newsletter a moment before was a machine."""
        yield SQL(), SQL("%s >= %s", OPENED, since)
        yield self._get_recent_clicks(since)
