import logging
from datetime import timedelta
from urllib.parse import urlsplit

from psycopg2 import errors

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from ..tools.hit import SAVEPOINT, own_transaction
from ..tools.tracked_url import bound_url

_logger = logging.getLogger(__name__)

# What is known of a visitor is not written again for so long.
FRESH = "1 minute"
# What is seen again within so long is seen in the same visit, as core has it.
SAME_VISIT = timedelta(minutes=30)


class WebsiteVisitor(models.Model):
    """Visitors are written once a minute at most, however many pages they see.

    Their leads are stale when what these saw changes other than by a visit. So is the
    contact that they turn out to be: what they did before is now what it did.
    """

    _inherit = "website.visitor"

    consent_withdrawn = fields.Boolean(
        string="No Consent",
        readonly=True,
        help="The visitor no longer accepts optional cookies: visits do not count.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        visitors = super().create(vals_list)
        if any("lead_ids" in vals for vals in vals_list):
            visitors._mark_leads_stale()
        return visitors

    def write(self, vals):
        result = super().write(vals)
        if "lead_ids" in vals:
            self._mark_leads_stale()
        if {"access_token", "partner_id"} & vals.keys():
            self._mark_contacts_stale()
        return result

    def unlink(self):
        urls = self._get_removed_visits().url_id
        result = super().unlink()
        urls._erase_unused()
        return result

    def _merge_visitor(self, target):
        self.env["website.crm.removed.visit"]._hand_over(self, target)
        result = super()._merge_visitor(target)
        target._mark_leads_stale()  # the tracks that it got are not recent ones
        target._mark_contacts_stale()
        return result

    def _mark_leads_stale(self):
        # sudo: visitors are merged by users who may not read leads
        self.sudo().lead_ids._mark_pageviews_stale()

    def _mark_contacts_stale(self):
        # sudo: visitors log in who may not read contacts
        contacts = self.sudo().partner_id
        # Nobody waits at login for a job that writes the contact: what it did before is
        # then found when all contacts are looked at, within a day.
        contacts.try_lock_for_update(allow_referencing=True)._mark_stale()

    def _erase_visits(self):
        """Erase what these visitors saw on the website, for good."""
        removed = self._get_removed_visits()
        urls = removed.url_id
        removed.unlink()
        self.website_track_ids.unlink()
        urls._erase_unused()

    def _get_removed_visits(self):
        # sudo: nobody may read them
        removed = self.env["website.crm.removed.visit"].sudo()
        return removed.search([("visitor_id", "in", self.ids)])

    # HITS

    def _get_visitor_from_request(self, force_create=False, force_track_values=None):
        """Return none to whoever logs in over somebody else's login."""
        if self.env.context.get("is_other_login"):
            return self.sudo().browse()  # sudo: as core returns a visitor
        return super()._get_visitor_from_request(force_create, force_track_values)

    def _upsert_visitor(self, access_token, force_track_values=None):
        """Add a track to the visitor, which is not written if it was a moment ago.

        Simultaneous hits of a visitor would else have to wait for each other, and to
        start again.
        """
        if not force_track_values:
            return super()._upsert_visitor(access_token)
        url = bound_url(force_track_values["url"])
        values = {**force_track_values, "url": url}
        if known := self._append_track(access_token, values):
            return known
        if self.env.context.get("in_own_transaction"):
            return super()._upsert_visitor(access_token, values)
        # Of simultaneous first hits of a visitor, one alone adds it. The others wait,
        # no longer than for this.
        with own_transaction(self.env) as env:
            return self.with_env(env)._upsert_visitor(access_token, values)

    def _append_track(self, access_token, values):
        """Add a track to a visitor that is known; return what :meth:`_upsert_visitor`
        does, or None if it is not known."""
        self.env.cr.execute(
            self._get_append_sql(access_token, values),
            log_exceptions=False,  # it is tried again, and told once if that fails
        )
        row = self.env.cr.fetchone()
        if not row:
            return None
        visitor_id, is_stale, is_counted = row
        if not is_counted:
            self.env["website.crm.uncounted.hit"]._add("reload")
        if is_stale:
            self.sudo().browse(visitor_id)._refresh()  # sudo: as the query above
        return visitor_id, "updated"

    @api.model
    def _get_append_sql(self, access_token, values):
        """Return the statement that adds a track, unless that is a reload: it tells of
        which visitor, whether it is to be refreshed, and whether it was added."""
        settings = self.env["res.config.settings"]
        window = settings._get_scoring_number("reload_seconds")
        return SQL(
            """
            %(savepoint)s
            WITH visitor AS (
                SELECT id, last_connection_datetime < %(now)s - %(fresh)s::interval
                           OR consent_withdrawn IS TRUE AS is_stale
                  FROM website_visitor WHERE access_token = %(access_token)s
            ), track AS (
                INSERT INTO website_track (visitor_id, url, page_id, visit_datetime)
                SELECT id, %(url)s, %(page_id)s::integer, %(now)s FROM visitor
                 WHERE %(is_new)s
             RETURNING id
            )
            SELECT id, is_stale, EXISTS (SELECT FROM track) FROM visitor
            """,
            savepoint=SAVEPOINT,
            now=SQL("now() AT TIME ZONE 'UTC'"),
            fresh=FRESH,
            access_token=str(access_token),
            url=values["url"],
            page_id=values.get("page_id"),
            is_new=self._get_is_new_sql(values["url"], window),
        )

    @api.model
    def _get_is_new_sql(self, url, seconds):
        """Return the condition that ``visitor`` did not see ``url`` moments ago,
        whatever follows its ? or #."""
        if not seconds:
            return SQL("TRUE")
        urls = self.env["website.crm.url"]
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM website_track track
                 WHERE visitor_id = visitor.id
                   AND visit_datetime > now() AT TIME ZONE 'UTC' - %s * interval '1 s'
                   AND %s = %s)
            """,
            seconds,
            urls._normalized_sql(SQL("track.url")),
            urls._normalized_sql(SQL("%s", url)),
        )

    def _refresh(self):
        """Note that this visitor is here, unless another hit does so right now."""
        try:
            with self.env.cr.savepoint(flush=False):
                self._update_visitor_last_visit()
                if self.consent_withdrawn:  # there would be no hit without consent
                    self._set_consent_withdrawn(False)
        except errors.SerializationFailure:
            _logger.debug("Another hit of visitor %s was faster", self.id)

    def _add_tracking(self, domain, website_track_values):
        """Add the url of what was seen, such as a product, to the track; unless its
        page is tracked itself, and the visit counted already."""
        if not website_track_values.get("url") and not (
            request and self.env["ir.http"]._find_reason_not_to_count()
        ):
            url = self._find_url_of(website_track_values)
            if url and not self._has_just_seen(url):
                website_track_values = {**website_track_values, "url": bound_url(url)}
        return super()._add_tracking(domain, website_track_values)

    @api.model
    def _find_url_of(self, values):
        """Return the absolute url of the record that a track is of, or None."""
        tracks = self.env["website.track"]
        for name, id_ in values.items():
            comodel = tracks._fields[name].comodel_name
            if id_ and comodel and "website_url" in self.env[comodel]:
                # sudo: it was shown to the visitor, who may not read all of it
                path = self.env[comodel].sudo().browse(id_).website_url or ""
                if path.startswith("/"):
                    website = self.env["website"].get_current_website()
                    return website.get_base_url() + path
        return None

    def _has_just_seen(self, url):
        """Return whether this visitor saw the page of ``url`` in the same visit."""
        self.env["website.track"].flush_model()
        # The page can bear the language and a category before the name.
        name = "/" + urlsplit(url).path.rpartition("/")[2]
        seen = self.env["website.crm.url"]._normalized_sql(SQL("track.url"))
        query = SQL(
            """
            SELECT FROM website_track track
             WHERE visitor_id = %s AND visit_datetime >= %s
               AND right(%s, length(%s)) = %s LIMIT 1
            """,
            self.id,
            fields.Datetime.now() - SAME_VISIT,
            seen,
            name,
            name,
        )
        return bool(self.env.execute_query(query))

    # CONSENT

    @api.model
    def _withdraw_consent(self):
        """Have the visits of the present visitor not count, if it is known."""
        visitor = self._get_visitor_from_request()
        if visitor and not visitor.consent_withdrawn:
            visitor._set_consent_withdrawn(True)

    def _set_consent_withdrawn(self, value):
        visitor = self.try_lock_for_update(allow_referencing=True)
        visitor.consent_withdrawn = value
        visitor.flush_recordset(["consent_withdrawn"])
