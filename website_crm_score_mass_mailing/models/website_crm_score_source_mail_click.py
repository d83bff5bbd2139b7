from odoo import api, models
from odoo.tools import SQL, LazyTranslate

from odoo.addons.website_crm_score.tools.tracked_url import read_address

from .website_crm_score_source_mail import WebsiteCrmScoreSourceMail

_lt = LazyTranslate(__name__)


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
        if rule.link_match == "contains":
            return self.env._(
                "%(event)s to “%(address)s”", event=text, address=rule.link_url or ""
            )
        if rule.link_match == "link":
            # sudo: who may read the rule may know what it is on
            url = rule.sudo().link_id.url or ""
            return self.env._("%(event)s to “%(address)s”", event=text, address=url)
        return text

    @api.model
    def _find_error(self, rule):
        return super()._find_error(rule) or self._find_link_error(rule)

    @api.model
    def _find_link_error(self, rule):
        if rule.link_match == "link":
            return not rule.link_id and self.env._("choose the link.")
        if rule.link_match == "contains":
            return self._find_link_url_error(rule)
        return not rule.link_match and self.env._("say which link.")

    @api.model
    def _find_link_url_error(self, rule):
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
        is_of_somebody = self.env["mailing.trace"]._get_is_of_somebody_sql(
            SQL("click.create_date")
        )
        condition = SQL("%s AND %s", is_of_somebody, self._get_link_sql(rule))
        clicks = self._get_clicks(rule, owners, condition)
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
        is_of_somebody = self.env["mailing.trace"]._get_is_of_somebody_sql(
            SQL("click.create_date")
        )
        link = self._get_link_sql(rule)
        condition = SQL("(%s) IS NOT TRUE AND %s", is_of_somebody, link)
        clicks = self._get_clicks(rule, owners, condition)
        return SQL("SELECT owner_id, date, 'machine' AS reason FROM (%s) click", clicks)

    @api.model
    def _iter_changes(self, rule, since):
        yield self._get_recent_clicks(since)
