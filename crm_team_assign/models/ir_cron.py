import logging
from functools import partial

from odoo import api, models

from odoo.addons.website_crm_score.tools.attempt import CONFLICTS, attempt
from odoo.addons.website_crm_score.tools.numbers import read_number

_logger = logging.getLogger(__name__)

# So many leads take no longer than those that core commits together, a hundred.
BATCH_SIZE = 500


class IrCron(models.Model):
    """Work on many leads: in batches, each of which is committed in a scheduled action
    and done again, in ever smaller ones, if others changed the same leads meanwhile.
    Outside of one, all is one transaction.
    """

    _inherit = "ir.cron"

    @api.model
    def _in_batches(self, work, items, leave=None):
        """Do ``work`` batch by batch; in a scheduled action, commit each of them, with
        what is done with its result.

        :param callable work: gets a list of items; can be called again for the same
        :param list items: what there is to do
        :param callable leave: what to do with a list of one item that others write all
            the time, instead: it is left for the next run
        :return: an iterator of the results, which are lists
        """
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: as core does
        size = parameters.get_param("crm.assignment.commit.bundle")
        size = max(read_number(size, default=BATCH_SIZE, largest=10_000), 1)
        # What was done before is not to be lost where the first batch starts again. The
        # run has not ended before the last stage has.
        self._commit_batch(0, 1)
        work = partial(self._work_and_flush, work)
        for batch, done in self._transact_in_parts(work, items, size):
            if done is None:
                done = leave and leave(batch) or []
            yield done
            self._commit_batch(len(batch), 1)
            if self._is_job():
                self.env.invalidate_all()  # memory is not to grow with the leads

    @api.model
    def _work_and_flush(self, work, batch):
        done = work(batch)
        if self._is_job():
            self.env.cr.flush()  # what conflicts with others does so here
        return done

    @api.model
    def _attempt(self, work, items):
        """Return what ``work`` returns, left out the items that it fails on.

        :param callable work: gets a list of items, returns a list
        :param list items: done together if that works, else in ever smaller parts
        :rtype: list
        """
        # Whatever listens to leads runs here. What violates a constraint may do so each
        # time: it is left out, too.
        with attempt(self.env.cr, lost=CONFLICTS) as outcome:
            return work(items)
        if len(items) > 1:
            half = len(items) // 2
            first, second = items[:half], items[half:]
            return self._attempt(work, first) + self._attempt(work, second)
        _logger.warning("Lead assignment left out %s: %s", items, outcome.error)
        return []
