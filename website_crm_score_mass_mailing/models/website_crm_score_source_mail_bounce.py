from odoo import api, models
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceMailBounce(models.AbstractModel):
    """Newsletters that bounced."""

    _name = "website.crm.score.source.mail.bounce"
    _inherit = "website.crm.score.source.mail"
    _description = "Source of Events: Newsletter Bounced"

    _event_type = "mail_bounce"
    _label = _lt("Newsletter bounced")
    _evidence_condition = SQL("trace.trace_status = 'bounce'")

    @api.model
    def _get_events(self, rule, owners):
        return self._get_mail_events(
            rule,
            owners,
            SQL("trace.bounce_datetime"),
            SQL("trace.bounce_datetime IS NOT NULL"),  # it is of such alone
        )

    @api.model
    def _iter_changes(self, rule, since):
        yield SQL(), SQL("trace.bounce_datetime >= %s", since)

    @api.model
    def _get_uncounted_events(self, rule, owners):
        return self._get_mail_events(
            rule,
            owners,
            SQL("trace.create_date"),
            SQL("trace.trace_status IN ('error', 'cancel')"),
            columns=SQL("'unsent' AS reason"),
        )
