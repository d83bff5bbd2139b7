import logging
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.worklist import Worklist
from .ir_cron import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

KEEP_DAYS = 7
VACUUM_SIZE = 10_000
# What a run found is not written any more when it is older than this.
GO_ON_WITHIN = timedelta(hours=1)


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
    apply_to = fields.Selection(
        selection=[("lead", "Leads"), ("partner", "Contacts")],
        string="Scores",
        required=True,
        readonly=True,
        default="lead",
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
        help="Leads that somebody was changing: the next run looks at them again.",
    )
    line_ids = fields.One2many(
        comodel_name="website.crm.score.run.line",
        inverse_name="run_id",
        string="Rules",
        readonly=True,
    )
    # How far a run came that is made of several calls of a scheduled action.
    cron_id = fields.Many2one(
        comodel_name="ir.cron", readonly=True, groups="base.group_system"
    )
    part_count = fields.Integer(string="Parts", readonly=True)
    part_reached = fields.Integer(string="Parts Done", readonly=True)
    to_write_count = fields.Integer(string="Leads to Write", readonly=True)
    has_losses = fields.Boolean(readonly=True, groups="base.group_system")
    check_date = fields.Datetime(
        readonly=True,
        groups="base.group_system",
        help="The rules last changed before this date looked at all leads in this run.",
    )
    count_date = fields.Datetime(
        readonly=True,
        groups="base.group_system",
        help="The events before this date were counted in this run.",
    )
    # The connection that does the work, by which one tells whether it is alive.
    backend = fields.Char(readonly=True, groups="base.group_system")

    @api.depends("end_date", "left_count", "backend", "part_reached", "part_count")
    def _compute_state(self):
        # sudo: everybody may know whether a run is alive
        backends = self._find_live_backends(self.sudo().mapped("backend"))
        for run in self:
            if run.end_date:
                run.state = "done"
            elif run.sudo().backend in backends:
                run.state = "running"
            elif run._can_go_on():
                run.state = "partial"
            else:
                run.state = "interrupted"

    def _can_go_on(self):
        """Return whether the next call of a scheduled action goes on with this."""
        return (
            self.part_reached < self.part_count
            and self.start_date > fields.Datetime.now() - GO_ON_WITHIN
        )

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
    def _start(self, reach, apply_to="lead"):
        """Return a new run that this connection does."""
        [(backend,)] = self.env.execute_query(
            SQL(
                "SELECT %s FROM pg_stat_activity WHERE pid = pg_backend_pid()",
                self._get_backend_sql(),
            )
        )
        return self.create(
            {
                "reach": reach,
                "apply_to": apply_to,
                "backend": backend,
                "cron_id": self.env["ir.cron"]._get_job_id(),
                "start_date": fields.Datetime.now(),
            }
        )

    def _keep(self, worklist):
        """Note that this run writes its worklist in parts, each in a call."""
        self.write(
            {
                "part_count": worklist.parts,
                "to_write_count": worklist.count,
                "has_losses": worklist.has_losses,
            }
        )
        self.flush_recordset()

    def _write_all(self, worklist):
        """Write all that this run found, outside of a scheduled action."""
        self.to_write_count = worklist.count
        self.flush_recordset()
        if worklist.count:
            worklist.write_part(0, self)
        self._end(worklist)

    def _try(self, work):
        """Do ``work``, unless others disturb it again and again: the leads are then
        left for the next run."""
        try:
            self.env["ir.cron"]._transact(work)
        except CONCURRENCY_ERRORS as error:
            self.env.cr.rollback()
            _logger.info("Some leads are left for the next run: %s", error)

    @api.model
    def _go_on(self):
        """Write the next part of what the last call of a scheduled action found.

        A part a call, since PostgreSQL uses the room that a part left only when the
        transactions that ran meanwhile are over, the scheduler's own included.

        :return: whether there was such a part
        :rtype: bool
        """
        jobs = self.env["ir.cron"]
        cron_id = jobs._get_job_id()
        if not cron_id:
            return False
        self._drop_remains()
        runs = self.search([("cron_id", "=", cron_id), ("end_date", "=", False)])
        run = runs.filtered(lambda run: run._can_go_on())[:1]
        if not run:
            return False
        before, worklist = run.lead_count, run._get_worklist()
        if run.to_write_count and worklist.is_there():
            run._try(partial(worklist.write_part, run.part_reached, run))
        jobs._transact(run._reach_part)
        if not run._can_go_on():
            jobs._transact(partial(run._end, worklist))
        has_newer = run.reach == "due" and run.part_count > 1  # leads, perhaps
        if run._can_go_on() or has_newer:
            jobs.browse(cron_id)._trigger()
        jobs._commit_batch(run.lead_count - before, 0)
        return True

    def _reach_part(self):
        self.part_reached += 1
        self.flush_recordset()

    def _get_worklist(self):
        kept = {"parts": self.part_count, "has_losses": self.has_losses}
        return Worklist(self._get_owners(), self.id, **kept, is_kept=True)

    def _get_owners(self):
        """Return the model of what this run scores, leads or contacts."""
        return self.env["website.crm.score"]._get_owners(self.apply_to)

    @api.model
    def _drop_remains(self):
        """Drop the worklists of runs that nobody goes on with."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT substring(relname FROM '[0-9]+$')::integer
                  FROM pg_class
                 WHERE relpersistence = 'u' AND relkind = 'r'
                   AND relname ~ '^website_crm_score_kept_[a-z]+_[0-9]+$'
                """
            )
        )
        for (id_,) in rows:
            run = self.browse(id_).exists()
            if not run or run.end_date or not run._can_go_on():
                Worklist(self.env["crm.lead"], id_, is_kept=True).drop()

    def _count(self, written, scored, gained, lost):
        """Add to the counts of this run, as part of what is counted."""
        self.lead_count += written
        self.scored_count += scored
        self.gained_count += gained
        self.lost_count += lost
        self.flush_recordset()

    def _end(self, worklist):
        """Note that this run is over, and forget what it found."""
        worklist.drop()
        # Not the time of the transaction, which may have begun before the run.
        [(now,)] = self.env.execute_query(
            SQL("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        )
        self.write(
            {
                "end_date": now,
                "seconds": (now - self.start_date).total_seconds(),
                "left_count": self.to_write_count - self.lead_count,
            }
        )
        if not self.left_count:
            self._note_progress()
        self.flush_recordset()
        _logger.info(
            "Scoring run %s (%s, %s): %s leads written, %s scores changed, "
            "%s reasons added, %s taken back, %s leads left, %s rules, %.2f s",
            self.id,
            self.apply_to,
            self.reach,
            self.lead_count,
            self.scored_count,
            self.gained_count,
            self.lost_count,
            self.left_count,
            len(self.line_ids),
            self.seconds,
        )

    def _note_progress(self):
        """Note how far the rules came, no lead having been left out."""
        progress = self.env["website.crm.score.progress"]._get(self.apply_to)
        if self.check_date:
            progress._note("checked_date", self.check_date)
        if self.count_date:
            progress._note("counted_date", self.count_date)

    @api.autovacuum
    def _gc_runs(self):
        """Delete old runs."""
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        runs = self.search([("start_date", "<", limit)], limit=VACUUM_SIZE)
        runs.unlink()
        return len(runs), len(runs) == VACUUM_SIZE
