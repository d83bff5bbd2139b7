import logging
import random
import time

from odoo import api, models

from ..tools.attempt import CONCURRENCY_ERRORS
from ..tools.own_context import OURS

_logger = logging.getLogger(__name__)

MAX_TRIES = 5
# Seconds before the second try; before each further one twice as many.
PAUSE = 0.1


class IrCron(models.Model):
    """Batches for code that runs in a scheduled action as well as outside of one."""

    _inherit = "ir.cron"

    @api.model
    def _find_rule_crons(self):
        """Return the scheduled actions that have all rules run, if they still exist."""
        names = ("ir_cron_assign_scores", "ir_cron_score_contacts")
        crons = (self.env.ref(f"website_crm_score.{name}", False) for name in names)
        return self.browse().union(*filter(None, crons))

    @api.model
    def _trigger_rule_crons(self):
        for cron in self._find_rule_crons():
            cron._trigger()

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
        """Commit a batch of a scheduled action, nothing outside of one; return whether
        there is time for another."""
        if not self._is_job():
            return True
        return self._commit_progress(processed, remaining=remaining) > 0

    def _transact(self, work):
        """Return ``work()``, idempotent, all since the last commit. In a scheduled
        action, which has no retry of its own, try again when another transaction
        interfered."""
        for tries in range(1, MAX_TRIES + 1):
            try:
                return work()
            except CONCURRENCY_ERRORS:
                if tries == MAX_TRIES or not self._is_job():
                    raise
                self._start_again(tries)

    def _transact_in_parts(self, work, items, size):
        """Do ``work`` for all items, part by part. In a scheduled action each part is a
        transaction, which whoever iterates commits.

        Of a part that others interfere with twice, half is tried, down to an item
        alone; later parts grow again. So much is done as is possible beside those who
        write the same records all the time, and nothing is done in vain for long.

        :param callable work: gets a list of items, idempotent
        :param list items: what there is to do
        :param int size: of the largest part
        :return: an iterator of each part and what ``work`` returns for it: None for an
            item alone that others interfered with again and again
        """
        start, length, failures = 0, size, 0
        while start < len(items):
            part = items[start : start + length]
            try:
                result = work(part)
            except CONCURRENCY_ERRORS as error:
                if not self._is_job():
                    raise
                failures += 1
                self._start_again(failures)
                if len(part) > 1 and failures > 1:
                    length, failures = len(part) // 2, 0
                if len(part) > 1 or failures < MAX_TRIES:
                    continue
                _logger.info("%s is left for the next run: %s", part, error)
                result = None
            yield part, result
            start, failures = start + len(part), 0
            length = min(size, length + length // 4 + 1)

    def _start_again(self, tries):
        """Begin a new transaction, after a pause in which others can finish theirs. It
        grows with each try, and is not the same for all that wait."""
        self.env.cr.rollback()
        time.sleep(random.uniform(0.5, 1) * PAUSE * 2 ** (tries - 1))
