from functools import partial

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

BATCH_SIZE = 10_000


class WebsiteTrack(models.Model):
    """Tracks are found by their date, which costs nothing when they are written: an
    index of ranges, since tracks are stored in the order of their dates.

    That a page was seen stays true when the page is deleted.

    Those of leads are removed some day; what they tell is kept.
    """

    _inherit = "website.track"

    page_id = fields.Many2one(ondelete="set null")

    _visit_datetime_idx = models.Index("USING brin (visit_datetime)")

    @api.model
    def _cron_remove_old_tracks(self):
        months = self.env["res.config.settings"]._get_scoring_number("keep_months")
        if not months:
            return
        jobs = self.env["ir.cron"]
        before = fields.Datetime.now() - relativedelta(months=months)
        reached = 0
        while tracks := self._find_old_tracks(before, reached):
            reached = max(tracks)
            jobs._transact(partial(self._remove, tracks))
            if not jobs._commit_batch(len(tracks), remaining=1):
                return
        jobs._commit_batch(0, 0)

    @api.model
    def _find_old_tracks(self, before, after_id):
        query = SQL(
            """
            SELECT track.id FROM website_track track
             WHERE track.visit_datetime < %s AND track.id > %s
               AND EXISTS (
                   SELECT FROM crm_lead_website_visitor_rel link
                    WHERE link.website_visitor_id = track.visitor_id)
             ORDER BY track.id LIMIT %s
            """,
            before,
            after_id,
            BATCH_SIZE,
        )
        return [id_ for (id_,) in self.env.execute_query(query)]

    @api.model
    def _remove(self, track_ids):
        """Remove tracks when the page views of their leads have all they tell.

        Those of leads that somebody is changing stay for the next time.
        """
        query = SQL(
            """
            SELECT DISTINCT link.crm_lead_id
              FROM website_track track
              JOIN crm_lead_website_visitor_rel link
                ON link.website_visitor_id = track.visitor_id
             WHERE track.id = ANY(%s) ORDER BY 1
            """,
            track_ids,
        )
        ids = [id_ for (id_,) in self.env.execute_query(query)]
        leads = self.env["crm.lead"].browse(ids)
        free = leads.try_lock_for_update(allow_referencing=True)
        self.env["website.crm.pageview"]._sync(free)
        self.env["website.crm.removed.visit"]._take_over(track_ids, free)
