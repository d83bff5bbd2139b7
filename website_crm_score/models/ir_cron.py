from psycopg2 import errors

from odoo import models

from ..tools.own_context import OURS

MAX_TRIES = 5
# What a transaction of somebody else can cause, and a new transaction gets over.
CONCURRENCY_ERRORS = (
    errors.DeadlockDetected,
    errors.ForeignKeyViolation,
    errors.LockNotAvailable,
    errors.SerializationFailure,
    errors.UniqueViolation,
)


class IrCron(models.Model):
    """Batches for code that runs in a scheduled action as well as outside of one."""

    _inherit = "ir.cron"

    def _is_job(self):
        """Return whether a scheduled action is running, which may commit."""
        return self.env.context.get("is_job") is OURS

    def _get_job_id(self):
        """Return the id of the scheduled action that is running, if one is."""
        return self._is_job() and self.env.context["cron_id"]

    def _add_progress(self, *, timed_out_counter=None):
        job, progress = super()._add_progress(timed_out_counter=timed_out_counter)
        return job.with_context(is_job=OURS), progress

    def _commit_batch(self, processed, remaining):
        """Commit a batch of a scheduled action; do nothing outside of one.

        :param int processed: items that this batch did
        :param int remaining: items left to do
        :return: whether there is time for another batch
        :rtype: bool
        """
        if not self._is_job():
            return True
        return self._commit_progress(processed, remaining=remaining) > 0

    def _transact(self, work):
        """Return ``work()``; in a scheduled action, try again in a new transaction
        when another one interfered, since crons have no retry of their own.

        :param callable work: what to do since the last commit, idempotent
        """
        for tries_left in reversed(range(MAX_TRIES)):
            try:
                return work()
            except CONCURRENCY_ERRORS:
                if not tries_left or not self._is_job():
                    raise
                self.env.cr.rollback()
