from datetime import timedelta

from odoo import api, fields, models
from odoo.http import request
from odoo.tools import SQL

from ..tools.hit import SAVEPOINT

KEEP_DAYS = 365
# Of which the share of all visits is told.
SHARE_DAYS = 30


class WebsiteCrmUncountedHit(models.Model):
    """Hits of tracked pages that do not count as page views, and why.

    A row is added for each of them, and those of a day are put together later.
    """

    _name = "website.crm.uncounted.hit"
    _description = "Visit Not Counted"
    _rec_name = "reason"
    _order = "hit_date desc, id desc"
    _log_access = False

    hit_date = fields.Date(string="Date", required=True, readonly=True)
    website_id = fields.Many2one(
        comodel_name="website", readonly=True, ondelete="cascade"
    )
    reason = fields.Selection(
        selection=[
            ("bot", "Bot"),
            ("automaton", "Browser without a user"),
            ("prefetch", "Loaded in advance"),
            ("head", "Only headers asked for"),
            ("disabled", "Not to be tracked"),
            ("consent", "No consent to cookies"),
            ("staff", "Own staff"),
            ("reload", "Reloaded at once"),
            ("flood", "Too many in a minute"),
            ("error", "Could not be recorded"),
        ],
        required=True,
        readonly=True,
    )
    hit_count = fields.Integer(string="Visits", default=1, required=True, readonly=True)

    @api.model
    def _add(self, reason):
        """Count the present request."""
        website = getattr(request, "website", None)
        statement = SQL(
            """
            %s
            INSERT INTO website_crm_uncounted_hit
                   (hit_date, website_id, reason, hit_count)
            VALUES ((now() AT TIME ZONE 'UTC')::date, %s, %s, 1)
            """,
            SAVEPOINT,
            website.id if website else None,
            reason,
        )
        self.env.cr.execute(statement)

    @api.model
    def get_share(self):
        """Return how many of the visits of tracked pages lately did not count.

        Those of own staff are among the recorded visits, as core has it.

        :rtype: dict
        """
        self.check_access("read")
        start = fields.Date.today() - timedelta(days=SHARE_DAYS)
        counts = dict(
            self._read_group([("hit_date", ">=", start)], ["reason"], ["hit_count:sum"])
        )
        # sudo: how many there are, of which nothing else is told; views of products
        # have no address, and are recorded beside those of their pages
        recorded = self.env["website.track"].sudo()
        tracks = recorded.search_count(
            [("url", "!=", False), ("visit_datetime", ">=", start)]
        )
        uncounted = sum(counts.values())
        return {
            "uncounted": uncounted,
            "visits": tracks + uncounted - counts.get("staff", 0),
            "days": SHARE_DAYS,
        }

    @api.autovacuum
    def _gc_hits(self):
        """Put the rows of a day together, and delete those of long ago."""
        limit = fields.Date.today() - timedelta(days=KEEP_DAYS)
        statement = SQL(
            """
            WITH gone AS (
                DELETE FROM website_crm_uncounted_hit
                 WHERE hit_date < (now() AT TIME ZONE 'UTC')::date
                   AND (hit_date < %s OR id NOT IN (
                       SELECT min(id) FROM website_crm_uncounted_hit
                        GROUP BY hit_date, website_id, reason
                       HAVING count(*) = 1))
             RETURNING hit_date, website_id, reason, hit_count
            )
            INSERT INTO website_crm_uncounted_hit
                   (hit_date, website_id, reason, hit_count)
            SELECT hit_date, website_id, reason, sum(hit_count)
              FROM gone WHERE hit_date >= %s
             GROUP BY hit_date, website_id, reason
            """,
            limit,
            limit,
        )
        self.env.cr.execute(statement)
        self.invalidate_model()
