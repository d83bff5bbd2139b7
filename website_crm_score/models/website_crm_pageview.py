import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..fields import ParentMany2one, TechnicalMany2one
from ..scoring.page_notes import erase_notes, note_on_leads
from ..scoring.page_visits import (
    collect_visits,
    find_late_lead_ids,
    find_stale_lead_ids,
    get_is_kept_sql,
)
from ..tools.tracked_url import is_at, shorten

BATCH_SIZE = 2000
# Time being up, a job still derives for so many times as long as it took to find what
# to derive: the next call would have to find it again.
PATIENCE = 4
# Of pages that were all seen longer ago than this, no note tells.
TOLD_AGE = timedelta(days=7)


class WebsiteCrmPageview(models.Model):
    """What a lead saw on the website: one row per lead and url.

    Derived from the tracks of the visitors that the lead is linked to, and from what is
    known of those that were removed. Deriving again changes nothing, and rows survive
    what they come from.
    """

    _name = "website.crm.pageview"
    _description = "Lead Page View"
    _rec_name = "url"
    _order = "view_date desc, id desc"
    _log_access = False

    lead_id = ParentMany2one(comodel_name="crm.lead", index=False)
    page_id = fields.Many2one(
        comodel_name="website.page",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    url_id = TechnicalMany2one(
        comodel_name="website.crm.url",
        string="Address",
        required=True,
        ondelete="restrict",
    )
    url = fields.Text(related="url_id.url", string="URL")
    title = fields.Char(string="Page Title", compute="_compute_title")
    link = fields.Char(compute="_compute_link")
    view_count = fields.Integer(string="Views", readonly=True, required=True)
    first_view_date = fields.Datetime(string="First View", readonly=True, required=True)
    view_date = fields.Datetime(string="Last View", readonly=True, required=True)

    _lead_url_uniq = models.UniqueIndex("(lead_id, url_id)")
    _url_lead_idx = models.Index("(url_id, lead_id)")

    @api.depends("page_id.name", "url_id.url")
    def _compute_title(self):
        """What a page is called; what is none, by its address."""
        hosts = self.env["website"]._get_all_hosts()
        for pageview in self:
            # sudo: the page was shown to a visitor, not to whoever looks at the lead
            name = pageview.page_id.sudo().name
            pageview.title = name or shorten(pageview.url, hosts)

    @api.depends("page_id.url", "page_id.website_id", "url_id.url")
    def _compute_link(self):
        """Where a page can be opened: nowhere but on a website of this database,
        whatever host the visitor's request named."""
        hosts = self.env["website"]._get_all_hosts()
        for pageview in self:
            page = pageview.page_id.sudo()  # sudo: see _compute_title
            link = is_at(pageview.url, hosts) and pageview.url
            if page and not link:
                website = page.website_id or self.env["website"].get_current_website()
                link = website.get_base_url() + page.url
            pageview.link = link

    def unlink(self):
        """Erase the visits as well, from which they would else be derived again, and
        the notes that tell of them."""
        self.check_access("unlink")
        # Odoo's Privacy Lookup deletes what it found one by one, after their lead, too.
        self = self.exists()
        if self:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    """
                    WITH erased AS (
                        SELECT link.website_visitor_id AS visitor_id, url_id, entry.url
                          FROM website_crm_pageview known
                          JOIN website_crm_url entry ON entry.id = known.url_id
                          JOIN crm_lead_website_visitor_rel link
                            ON link.crm_lead_id = known.lead_id
                         WHERE known.id IN %s
                    ), removed AS (
                        DELETE FROM website_crm_removed_visit removed USING erased
                         WHERE removed.visitor_id = erased.visitor_id
                           AND removed.url_id = erased.url_id
                    )
                    DELETE FROM website_track track USING erased
                     WHERE track.visitor_id = erased.visitor_id
                       AND %s = erased.url
                    """,
                    self._ids,
                    self.env["website.crm.url"]._normalized_sql(SQL("track.url")),
                )
            )
            self.env["website.track"].invalidate_model()
            self.env["website.crm.removed.visit"].invalidate_model()
            # sudo: who may erase what was seen need not be able to delete messages
            erase_notes(self.sudo().lead_id)
            self.env["website.crm.score.mention"]._erase(self.lead_id)
        urls = self.sudo().url_id  # sudo: nobody may read the dictionary
        result = super().unlink()
        urls._erase_unused()
        return result

    # DERIVATION

    @api.model
    def _sync_recent(self):
        """Bring up to date the page views of all leads of which they are stale.

        These are the leads whose visitors were seen since the date that the job is
        caught up to, and those whose visitors changed. Leads that somebody is changing
        are left for the next time.

        :return: whether all was done; in a scheduled action time can run out
        """
        # sudo: users may read page views, the job alone writes them
        self = self.sudo()
        jobs, progress = self.env["ir.cron"], self.env["website.crm.score.progress"]
        progress = progress.sudo()._get()
        started = time.monotonic()
        up_to = jobs._transact(progress._begin_pass)
        # In a new transaction: what this one cannot see may be older than that.
        jobs._commit_batch(0, 0)
        lead_ids = find_stale_lead_ids(progress)
        patience = PATIENCE * (time.monotonic() - started)
        remaining = len(lead_ids)
        for batch in split_every(BATCH_SIZE, lead_ids):
            jobs._transact(partial(self._sync_batch, batch, progress, up_to))
            remaining -= len(batch)
            has_time = jobs._commit_batch(len(batch), remaining)
            is_late = not has_time and time.monotonic() - started > patience
            if remaining and is_late:
                return False
        jobs._transact(partial(progress._end_pass, up_to))
        return True

    @api.model
    def _sync_batch(self, lead_ids, progress, up_to):
        leads = self.env["crm.lead"].browse(lead_ids)
        free = leads.try_lock_for_update(allow_referencing=True)
        self._sync(free)
        is_complete = not (leads - free).exists()
        progress._note_leads(up_to, max(lead_ids), is_complete)

    @api.model
    def _sync(self, leads):
        """Bring up to date the page views of ``leads`` and note the new ones."""
        leads = leads.exists()
        if not leads:
            return
        self.env.flush_all()
        self._drop_other_companies(leads)
        visits = collect_visits(leads)
        urls = self.env["website.crm.url"]
        urls._add(visits)
        new = self._upsert(
            SQL(
                """
                SELECT visit.lead_id, entry.id, visit.page_id, visit.view_count,
                       visit.first_view_date, visit.view_date
                  FROM %s visit
                  JOIN (%s) entry USING (url)
                """,
                visits,
                urls._find_sql(visits),
            )
        )
        self.env.cr.execute(SQL("DROP TABLE %s", visits))
        self.invalidate_model(flush=False)
        leads.invalidate_recordset(["score_pageview_ids", "pageviews_count"])
        leads._unmark_pageviews_stale()
        note_on_leads(new)

    @api.model
    def _merge(self, leads, pairs):
        """Give ``leads`` the page views of their duplicates, see ``get_pairs_sql``."""
        self._upsert(
            SQL(
                """
                SELECT pair.owner_id, url_id, max(page_id), max(view_count),
                       min(first_view_date), max(view_date)
                  FROM website_crm_pageview other
                  JOIN %s ON other.lead_id = pair.duplicate_id
              GROUP BY pair.owner_id, url_id
                """,
                pairs,
            )
        )
        self.invalidate_model()
        leads.invalidate_recordset(["score_pageview_ids", "pageviews_count"])
        # The visitors of all of them are now those of one: count the visits again.
        # sudo: whoever merges leads
        leads.sudo().filtered("visitor_ids")._mark_pageviews_stale()

    @api.model
    def _drop_other_companies(self, leads):
        """Delete page views of websites of companies that ``leads`` are not of: they
        are derived again if the leads are of that company again."""
        if not self.env["website"]._has_several_companies():
            return
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM website_crm_pageview known
                 USING website_crm_url entry
                 WHERE known.lead_id IN %s AND entry.id = known.url_id AND NOT %s
             RETURNING known.lead_id
                """,
                leads._ids,
                get_is_kept_sql(leads),
            )
        )
        leads.browse({lead_id for (lead_id,) in rows})._mark_stale()

    @api.model
    def _upsert(self, rows):
        """Write page views; what is known of them already is never made less.

        :param SQL rows: a query of lead, url, page, count, first and last date
        :return: the new page views of leads that were here lately
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH written AS (
                    INSERT INTO website_crm_pageview AS known
                           (lead_id, url_id, page_id, view_count, first_view_date,
                            view_date)
                    %s
                        ON CONFLICT (lead_id, url_id) DO UPDATE
                       SET page_id = COALESCE(excluded.page_id, known.page_id),
                           view_count = GREATEST(known.view_count, excluded.view_count),
                           first_view_date =
                               LEAST(known.first_view_date, excluded.first_view_date),
                           view_date = GREATEST(known.view_date, excluded.view_date)
                     WHERE excluded.view_count > known.view_count
                        OR excluded.first_view_date < known.first_view_date
                        OR excluded.view_date > known.view_date
                 RETURNING id, lead_id, view_date, xmax = 0 AS is_new
                )
                SELECT lead_id,
                       CASE WHEN max(view_date) FILTER (WHERE is_new) >= %s
                            THEN array_agg(id) FILTER (WHERE is_new) END
                  FROM written GROUP BY lead_id ORDER BY lead_id
                """,
                rows,
                fields.Datetime.now() - TOLD_AGE,
            )
        )
        leads = self.env["crm.lead"].browse(lead_id for lead_id, _ids in rows)
        leads._mark_stale()
        return self.browse(id_ for _lead_id, ids in rows for id_ in ids or ())

    @api.model
    def _find_late_lead_ids(self):
        """Return the ids of leads with visits that are not in their page views: none
        but in a scheduled action, as one transaction that does both sees none."""
        if not self.env["ir.cron"]._is_job():
            return []
        return find_late_lead_ids(self.env["website.crm.score.progress"]._get())
