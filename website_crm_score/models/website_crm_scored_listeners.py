import logging

from odoo import api, models
from odoo.tools import split_every

from ..scoring.scores import TOTALS, sum_scores
from ..tools.attempt import attempt
from ..tools.merge_rehearsal import is_rehearsal
from ..tools.own_context import OURS

_logger = logging.getLogger(__name__)

# So many records go through the ORM at once where somebody listens to their scores.
LISTENED_SIZE = 500


class WebsiteCrmScoredListeners(models.AbstractModel):
    """What listens to a score that is written in SQL: stored fields that depend on it,
    messages in the chatter, automation rules.

    Where nothing does, the ORM is not asked.
    """

    _name = "website.crm.scored.listeners"
    _description = "What Listens to a Score"

    @api.model
    def _has_score_listeners(self):
        """Return whether something happens when a score changes."""
        return not is_rehearsal(self.env) and self._is_score_listened_to()

    @api.model
    def _is_score_listened_to(self):
        """Return whether the score, or what goes with it, is tracked in the chatter, or
        fields that are stored depend on it."""
        return any(
            getattr(field, "tracking", False)
            or any(other.store for other in self.pool.get_dependent_fields(field))
            for field in map(self._fields.get, TOTALS)
        )

    @api.model
    def _recompute_scores(self, ids):
        """Have the ORM compute scores, so that what listens to them hears of it.

        Where what listens fails, the scores are right nevertheless.
        """
        for batch in split_every(LISTENED_SIZE, ids):
            owners = self.browse(batch)
            with attempt(self.env.cr) as outcome:
                # The score and all that is computed from it, at the end of this.
                owners.modified(["score_line_ids"])
            if error := outcome.error:
                _logger.warning(
                    "What listens to the scores of %s failed",
                    self._name,
                    exc_info=error,
                )
                sum_scores(self, batch)
            self.env.invalidate_all()

    def _tell_silently(self):
        """Have what is computed from the scores of these owners follow, without that
        an automation rule runs or a message tells of it."""
        silent = self.with_context(tracking_disable=True, is_restated=OURS)
        silent._notify_scores_changed(list(TOTALS))
        silent.env.flush_all()

    def _notify_scores_changed(self, names):
        """Tell the ORM that SQL changed these fields of these owners."""
        known = [*names, "score_line_ids", "score_ids", "score_week_change"]
        self.invalidate_recordset(known, flush=False)
        if not is_rehearsal(self.env):
            self.modified(names)
