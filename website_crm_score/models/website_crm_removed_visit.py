from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import ParentMany2one


class WebsiteCrmRemovedVisit(models.Model):
    """What is still known of visits of which the single tracks were removed: a row per
    visitor and url.

    As tracks do, they belong to the visitor, whoever that turns out to be. So they
    count for its leads and its contact as its tracks do, and stop counting, move and go
    as these do.
    """

    _name = "website.crm.removed.visit"
    _description = "Removed Visits"
    _log_access = False

    visitor_id = ParentMany2one(comodel_name="website.visitor", index=False)
    url_id = fields.Many2one(
        comodel_name="website.crm.url",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    page_id = fields.Many2one(
        comodel_name="website.page",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    visit_count = fields.Integer(required=True, readonly=True)
    first_date = fields.Datetime(required=True, readonly=True)
    last_date = fields.Datetime(required=True, readonly=True)

    _visitor_url_uniq = models.UniqueIndex("(visitor_id, url_id)")

    @api.model
    def _take_over(self, track_ids, leads):
        """Delete tracks of visitors whose leads are all among ``leads``, and remember
        what they told."""
        tracks = SQL(
            """
            SELECT track.id, %s AS url
              FROM website_track track
             WHERE track.id = ANY(%s)
               AND NOT EXISTS (
                   SELECT FROM crm_lead_website_visitor_rel link
                    WHERE link.website_visitor_id = track.visitor_id
                      AND link.crm_lead_id != ALL(%s))
            """,
            self.env["website.crm.url"]._normalized_sql(SQL("track.url")),
            list(track_ids),
            leads.ids,
        )
        self.env["website.crm.url"]._add(
            SQL("(SELECT url FROM (%s) old WHERE url > '')", tracks)
        )
        self._add(
            gone=SQL(
                """
                DELETE FROM website_track track USING (%s) old
                 WHERE track.id = old.id
             RETURNING visitor_id, old.url, page_id, visit_datetime AS date
                """,
                tracks,
            ),
            rows=SQL(
                """
                SELECT visitor_id, entry.id AS url_id, page_id, 1 AS visit_count,
                       date AS first_date, date AS last_date
                  FROM gone
                  JOIN (%s) entry USING (url)
                """,
                self.env["website.crm.url"]._find_sql(SQL("gone")),
            ),
        )
        self.env["website.track"].invalidate_model()

    @api.model
    def _hand_over(self, visitors, target):
        """Give what is known of ``visitors`` to the one that they are merged into."""
        self._add(
            gone=SQL(
                "DELETE FROM website_crm_removed_visit WHERE visitor_id = ANY(%s)"
                " RETURNING *",
                visitors.ids,
            ),
            rows=SQL(
                """
                SELECT %s AS visitor_id, url_id, page_id, visit_count, first_date,
                       last_date
                  FROM gone
                """,
                target.id,
            ),
        )

    @api.model
    def _add(self, gone, rows):
        """Add to what is known the query ``rows``, from ``gone``: a statement by which
        they go from where they are now."""
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (%s)
                INSERT INTO website_crm_removed_visit AS known
                       (visitor_id, url_id, page_id, visit_count, first_date, last_date)
                SELECT visitor_id, url_id, max(page_id), sum(visit_count),
                       min(first_date), max(last_date)
                  FROM (%s) removed GROUP BY visitor_id, url_id
                    ON CONFLICT (visitor_id, url_id) DO UPDATE
                   SET page_id = COALESCE(excluded.page_id, known.page_id),
                       visit_count = known.visit_count + excluded.visit_count,
                       first_date = LEAST(known.first_date, excluded.first_date),
                       last_date = GREATEST(known.last_date, excluded.last_date)
                """,
                gone,
                rows,
            )
        )
        self.invalidate_model()
