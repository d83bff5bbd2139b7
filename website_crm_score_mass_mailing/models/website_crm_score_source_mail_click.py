from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.website_crm_score.tools.tracked_url import read_address

from .website_crm_score_source_mail import WITH_CLICKS, WebsiteCrmScoreSourceMail

_lt = LazyTranslate(__name__)

CLICKED = SQL("click.create_date")


class WebsiteCrmScoreSourceMailClick(models.AbstractModel):
    """Clicks of somebody on the links of a rule, or the first in each mail."""

    _name = "website.crm.score.source.mail.click"
    _inherit = "website.crm.score.source.mail"
    _description = "Source of Events: Link in a Newsletter Clicked"

    _event_type = "mail_click"
    _label = _lt("Link in a newsletter clicked")
    _evidence_condition = SQL("trace.links_click_datetime IS NOT NULL")
    _filters = (
        *WebsiteCrmScoreSourceMail._filters,
        "link_match",
        "link_url",
        "link_id",
        "click_unit",
    )

    # FILTERS

    @api.model
    def _describe(self, rule):
        text = super()._describe(rule)
        # sudo: who may read the rule may know what it is on
        urls = {"contains": rule.link_url, "link": rule.sudo().link_id.url}
        if rule.link_match not in urls:
            return text
        url = urls[rule.link_match] or ""
        return self.env._("%(event)s to “%(address)s”", event=text, address=url)

    @api.model
    def _find_error(self, rule):
        if error := super()._find_error(rule):
            return error
        if rule.link_match == "link":
            return not rule.link_id and self.env._("choose the link.")
        if rule.link_match != "contains":
            return not rule.link_match and self.env._("say which link.")
        url = (rule.link_url or "").strip()
        if not url:
            return self.env._("say what the address of the link has.")
        return self.env["website.crm.url"]._find_error(url)

    @api.model
    def _get_link_sql(self, rule):
        """Return the condition that ``link`` is one of ``rule``."""
        if rule.link_match == "link":
            return SQL("link.id IN %s", rule.link_id._get_versions()._ids)
        if rule.link_match == "contains":
            parts = read_address(rule.link_url)
            return self.env["website.crm.url"]._has_part_sql(SQL("link.url"), parts)
        return SQL("TRUE")

    # EVENTS

    @api.model
    def _get_candidates(self, cohort):
        return [
            (self.env._("Clicked in a newsletter"), {}),
            (self.env._("Clicked in three newsletters or more"), {"min_count": 3}),
        ]

    @api.model
    def _get_events(self, rule, owners):
        clicks = self._get_clicks(rule, owners, self._get_is_of_somebody_sql())
        if rule.click_unit == "click":
            return clicks
        return SQL(
            """
            SELECT owner_id, min(date) AS date, 1 AS weight, mailing_id
              FROM (%s) click
          GROUP BY owner_id, trace_id, mailing_id
            """,
            clicks,
        )

    @api.model
    def _get_uncounted_events(self, rule, owners):
        is_of_machine = SQL("(%s) IS NOT TRUE", self._get_is_of_somebody_sql())
        clicks = self._get_clicks(rule, owners, is_of_machine)
        return SQL("SELECT owner_id, date, 'machine' AS reason FROM (%s) click", clicks)

    @api.model
    def _get_clicks(self, rule, owners, condition):
        """Return the query of clicks on the links of ``rule``, with their ``trace_id``.

        :param SQL condition: on ``click``
        """
        return self._get_mail_events(
            rule,
            owners,
            CLICKED,
            SQL("%s AND %s", condition, self._get_link_sql(rule)),
            columns=SQL("trace.id AS trace_id"),
            joins=WITH_CLICKS,
        )

    @api.model
    def _get_is_of_somebody_sql(self):
        return self.env["mailing.trace"]._get_is_of_somebody_sql(CLICKED)

    @api.model
    def _iter_changes(self, rule, since):
        yield self._get_recent_clicks(since)
