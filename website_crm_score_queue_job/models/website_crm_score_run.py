import logging

from psycopg2 import IntegrityError

from odoo import Command, api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import STARTED
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.addons.website_crm_score.scoring.worklist import has_tables

_logger = logging.getLogger(__name__)

JOBS = (
    "website_crm_score.ir_cron_assign_scores",
    "website_crm_score.ir_cron_score_new_leads",
)


class WebsiteCrmScoreRun(models.Model):
    """What a run found is written by jobs, a part of the owners each, which several
    workers do at the same time.

    A job counts in a run of its own, which users do not see: in the same one they would
    wait for each other. The scheduled action sums them up when all parts are written.
    """

    _inherit = "website.crm.score.run"

    whole_id = fields.Many2one(
        comodel_name="website.crm.score.run",
        string="Part of the Run",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    part = fields.Integer(readonly=True)

    @api.model
    def _go_on(self):
        run = self._find_run_for_jobs()
        if not run:
            return super()._go_on()
        jobs = self.env["ir.cron"]
        jobs._transact(run._go_on_by_jobs)
        if run.end_date and run.looks_at == "stale":  # there may be newer leads
            run.cron_id._trigger()
        jobs._commit_batch(run.lead_count, 0)
        return True

    @api.model
    def _find_run_for_jobs(self):
        """Return the run that the scheduled action goes on with, if jobs can do it.

        Other scheduled actions than those of scoring wait for the scores, and write
        them themselves.
        """
        cron_id = self.env["ir.cron"]._get_job_id()
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        if not cron_id or cron_id not in [get_id(job) for job in JOBS]:
            return self.browse()
        run = self._find_unfinished()
        if run.part_count <= 1:
            return self.browse()
        if not self._has_job_runner():
            _logger.info("No job runner on this database: run %s has no jobs", run.id)
            return self.browse()
        return run

    @api.model
    def _has_job_runner(self):
        """Return whether a job runner serves this database: it then holds a lock."""
        query = SQL(
            """
            SELECT EXISTS (
                SELECT FROM pg_locks JOIN pg_database base ON base.oid = database
                 WHERE locktype = 'advisory' AND granted AND objsubid = 1
                   AND (classid::bigint << 32) + objid::bigint = %s
                   AND datname = current_database())
            """,
            PG_ADVISORY_LOCK_ID,
        )
        return self.env.execute_query(query)[0][0]

    def _go_on_by_jobs(self):
        """Enqueue what is left to write, or end the run."""
        written = self.search([("whole_id", "=", self.id)]).mapped("part")
        parts = range(self.done_part_count, self.part_count)
        if left := set(parts).difference(written):
            # The run is not written meanwhile: jobs that refer to it would then fail.
            self._delay_parts(left)
        else:
            self.done_part_count = self.part_count
            self._end()

    def _delay_parts(self, parts):
        """Enqueue a job for each of ``parts`` that has none waiting or running."""
        # An identity key alone lets a job wait behind a running one of its kind.
        running = self.env["queue.job"].search(
            [("method_name", "=", "_write_part_by_job"), ("state", "=", STARTED)]
        )
        running_keys = set(running.mapped("identity_key"))
        for part in sorted(parts):
            key = f"{self._name}:{self.id}:{part}"
            if key not in running_keys:
                name = self.env._(
                    "Scoring run %(run)s, part %(part)s of %(count)s",
                    run=self.id,
                    part=part + 1,
                    count=self.part_count,
                )
                later = self.with_delay(identity_key=key, description=name)
                later._write_part_by_job(part)

    def _write_part_by_job(self, part):
        """Write a part of what this run found: a job, in one transaction."""
        if not (self.exists()._can_go_on() and has_tables(self)):
            return  # it comes too late: another run finds the owners
        try:
            self._write_part(part, self._start_part(part))
            self.env.flush_all()
        except IntegrityError as error:
            # Somebody deleted or made the same meanwhile. The job queue tries again
            # by itself after other errors of concurrency, but not after these.
            raise RetryableJobError(str(error)) from error
        self.cron_id._trigger()

    def _start_part(self, part):
        """Return the run that counts for a part of this one."""
        now, rules = fields.Datetime.now(), self.line_ids.rule_id
        return self.create(
            {
                "whole_id": self.id,
                "part": part,
                "looks_at": self.looks_at,
                "start_date": now,
                "end_date": now,
                "line_ids": [Command.create({"rule_id": rule.id}) for rule in rules],
            }
        )

    def _end(self):
        parts = self.search([("whole_id", "=", self.id)])
        names = ("lead_count", "scored_count", "gained_count", "lost_count")
        self._count(*(sum(parts.mapped(name)) for name in names))
        gained = parts.line_ids.grouped("rule_id")
        for line in self.line_ids:
            own = gained.get(line.rule_id, line.browse())
            line.gained_count += sum(own.mapped("gained_count"))
        parts.unlink()
        return super()._end()
