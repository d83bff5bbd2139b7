import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

KEEP_DAYS = 7
VACUUM_SIZE = 10_000


class WebsiteCrmScoreRun(models.Model):
    """What a run of the scoring rules did, or does at this moment."""

    _name = "website.crm.score.run"
    _description = "Scoring Run"
    _rec_name = "start_date"
    _order = "id desc"
    _log_access = False

    reach = fields.Selection(
        selection=[
            ("due", "New leads and page views"),
            ("usual", "All leads"),
            ("all", "Applied by hand"),
        ],
        string="Looks at",
        required=True,
        readonly=True,
    )
    start_date = fields.Datetime(string="Started on", required=True, readonly=True)
    seconds = fields.Float(
        string="Duration (seconds)", digits=(16, 2), readonly=True, aggregator="sum"
    )
    end_date = fields.Datetime(string="Ended on", readonly=True)
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("done", "Done"),
            ("partial", "To be continued"),
            ("interrupted", "Interrupted"),
        ],
        compute="_compute_state",
    )
    lead_count = fields.Integer(
        string="Leads Written",
        readonly=True,
        help="New leads, leads with new page views and leads whose points changed.",
    )
    scored_count = fields.Integer(string="Scores Changed", readonly=True)
    gained_count = fields.Integer(string="Reasons Added", readonly=True)
    lost_count = fields.Integer(string="Reasons Taken Back", readonly=True)
    left_count = fields.Integer(
        string="Leads Left",
        readonly=True,
        help="Leads that the next run goes on with, because time was up or because "
        "somebody was changing them.",
    )
    line_ids = fields.One2many(
        comodel_name="website.crm.score.run.line",
        inverse_name="run_id",
        string="Rules",
        readonly=True,
    )
    # The connection that does the work, by which one tells whether it is alive.
    backend = fields.Char(readonly=True, groups="base.group_system")

    @api.depends("end_date", "left_count", "backend")
    def _compute_state(self):
        # sudo: everybody may know whether a run is alive
        backends = self._find_live_backends(self.sudo().mapped("backend"))
        for run in self:
            if run.end_date:
                run.state = "partial" if run.left_count else "done"
            else:
                is_alive = run.sudo().backend in backends
                run.state = "running" if is_alive else "interrupted"

    def _find_live_backends(self, backends):
        """Return those of ``backends`` that are in a transaction."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT %s FROM pg_stat_activity
                 WHERE %s = ANY(%s) AND state != 'idle'
                """,
                self._get_backend_sql(),
                self._get_backend_sql(),
                [backend for backend in backends if backend],
            )
        )
        return {backend for (backend,) in rows}

    @staticmethod
    def _get_backend_sql():
        # A number alone may be that of another process later.
        return SQL("pid || '/' || extract(epoch FROM backend_start)::text")

    # RUNNING

    @api.model
    def _start(self, reach):
        """Return a new run that this connection does."""
        [(backend,)] = self.env.execute_query(
            SQL(
                "SELECT %s FROM pg_stat_activity WHERE pid = pg_backend_pid()",
                self._get_backend_sql(),
            )
        )
        values = {"reach": reach, "backend": backend}
        return self.create({**values, "start_date": fields.Datetime.now()})

    def _count(self, written, scored, gained, lost):
        """Add to the counts of this run, as part of what is counted."""
        self.lead_count += written
        self.scored_count += scored
        self.gained_count += gained
        self.lost_count += lost
        self.flush_recordset()

    def _end(self, seconds, left):
        """Note that this run is over.

        :param float seconds: how long it took
        :param int left: how many leads it left for the next run
        """
        self.write(
            {"end_date": fields.Datetime.now(), "seconds": seconds, "left_count": left}
        )
        self.flush_recordset()
        _logger.info(
            "Scoring run %s (%s): %s leads written, %s scores changed, "
            "%s reasons added, %s taken back, %s leads left, %s rules, %.2f s",
            self.id,
            self.reach,
            self.lead_count,
            self.scored_count,
            self.gained_count,
            self.lost_count,
            left,
            len(self.line_ids),
            seconds,
        )

    @api.autovacuum
    def _gc_runs(self):
        """Delete old runs."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        runs = self.search([("start_date", "<", limit)], limit=VACUUM_SIZE)
        runs.unlink()
        return len(runs), len(runs) == VACUUM_SIZE
