from functools import partial
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ..fields import LedgerMany2many
from ..scoring.card import get_card, get_reason_action
from ..scoring.grading import GRADES, Grading
from ..scoring.regrading import regrade_part
from ..scoring.scores import (
    TOTALS,
    fetch_totals,
    find_changed_scores,
    sum_scores,
    write_scores,
)
from ..tools.merge_rehearsal import is_rehearsal

DERIVED_FIELDS = {*TOTALS, "score_date", "score_ids"}
# What users cannot give a default either. It is not refused: with a user, Odoo creates
# a contact with the defaults of all its fields.
JOB_FIELDS = {
    *DERIVED_FIELDS,
    "score_line_ids",
    "score_pageview_ids",
    "score_stale",
    "pageviews_stale",
}
# What the jobs derive; and what of it the reasons add up to.
DERIVED = {"readonly": True, "copy": False, "groups": "sales_team.group_sale_salesman"}
SUMMED = {**DERIVED, "compute": "_compute_score", "store": True, "precompute": True}
TOTAL = {**SUMMED, "required": True, "digits": (16, 2), "aggregator": "avg"}
# So many are graded anew in one transaction.
REGRADED_SIZE = 4_000


class WebsiteCrmScored(models.AbstractModel):
    """What has a score: the sum of what scoring rules gave it, each with its reason.

    Leads and contacts. The score is made of the fit, who they are, and the engagement,
    what they do, each within the largest value that is set for it; the grade says how
    good both are. The jobs write all of these in SQL, from the ledger.
    """

    _name = "website.crm.scored"
    _inherit = [
        "website.crm.scored.stale",
        "website.crm.scored.week",
        "website.crm.scored.listeners",
    ]
    _description = "Scored Record"
    # The field of ledger lines that says whose they are.
    _ledger_field = None
    # The fields that give it its e-mail address.
    _email_fields = frozenset()

    score = fields.Float(help="The sum of the points that scoring rules gave.", **TOTAL)
    # No index on these: a change of what is indexed is one of all indexes.
    score_fit = fields.Float(string="Fit", help="The points for who they are.", **TOTAL)
    score_engagement = fields.Float(
        string="Engagement", help="The points for what they do.", **TOTAL
    )
    score_grade = fields.Selection(
        selection=[(grade, grade) for grade in GRADES],
        string="Grade",
        help="A, B or C by the fit, 1, 2 or 3 by the engagement: A1 are the best. "
        "Empty until the rules first looked.",
        **SUMMED,
    )
    score_line_ids = fields.One2many(
        comodel_name="website.crm.score.line", string="Score Reasons", **DERIVED
    )
    # The ledger is the relation: an owner has the rules that it has lines of.
    score_ids = LedgerMany2many(
        comodel_name="website.crm.score",
        relation="website_crm_score_line",
        column2="rule_id",
        string="Scoring Rules",
        **DERIVED,
    )
    score_date = fields.Datetime(
        string="Scored on",
        help="When the score last changed. Empty until the rules first looked.",
        **DERIVED,
    )

    @api.depends("score_line_ids.points")
    def _compute_score(self):
        ids, totals = self._origin.ids, {}
        if ids:
            self.env["website.crm.score.line"].flush_model()
            self.env["website.crm.score"].flush_model(["category"])
            totals = fetch_totals(self, ids)
        for owner in self:
            values = totals.get(owner._origin.id, (0.0, 0.0, 0.0, False))
            owner.update(dict(zip(TOTALS, values, strict=True)))

    @api.model
    def default_get(self, fields_list):
        """Leave out what only the jobs say, whatever users have as defaults."""
        names = [name for name in fields_list if name not in JOB_FIELDS]
        defaults = super().default_get(names)
        if "score_stale" in fields_list:
            defaults["score_stale"] = True
        return defaults

    @api.model_create_multi
    def create(self, vals_list):
        self._check_no_derived_field(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_no_derived_field(vals)
        result = super().write(vals)
        if self._get_identity_fields() & vals.keys():
            self.sudo()._mark_stale()  # sudo: the mark is the job's
        return result

    @api.model
    def _check_no_derived_field(self, *vals_list):
        if names := DERIVED_FIELDS.intersection(chain(*vals_list)):
            raise AccessError(
                self.env._(
                    "%s cannot be set: scores come from scoring rules.",
                    ", ".join(sorted(names)),
                )
            )

    # WHY

    @api.readonly
    def get_score_card(self, limit=None):
        """Return how good this record is, and why: what a user sees of its score.

        :param int limit: how many of the reasons, the strongest; by default all
        :return: the ``score``, its ``grade`` and change ``week_change`` since a week
            ago; ``fit`` and ``engagement`` with the most that they can be, ``fit_max``
            and ``engagement_max``, 0 for no limit, and what the reasons add up to,
            ``fit_points`` and ``engagement_points``; the ``minimum`` of its team, a
            ``name`` and ``points``, or False; in ``next_grades`` how many ``points`` of
            a ``category`` are missing for a ``grade``; in ``history`` days, each with
            the score from then on; and the ``reasons``, ``reason_count`` of them in
            all, False for users who may not see them: ``rule_id``, ``name``,
            ``category``, ``points``, how many ``times``, ``since``, ``last``, ``until``
            (with ``is_fading``), and whether :meth:`action_open_score_reason` ``opens``
            something
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        return get_card(self, limit)

    def _ask_to_erase_browsing_history(self):
        """Return the action that asks before ``action_erase_browsing_history``."""
        return {
            "type": "ir.actions.client",
            "tag": "website_crm_score.erase_browsing_history",
            "params": {"model": self._name, "ids": self.ids},
        }

    def action_open_score_reason(self, rule_id):
        """Open what the points of a rule rest on: the pages that were seen, the mails,
        the orders; or else the rule, if the user may read it.

        :return: an action, or False
        :rtype: dict | bool
        """
        self.ensure_one()
        self.check_access("read")
        return get_reason_action(self, rule_id)

    def _get_score_minimum(self):
        """Return the score that this record is to reach, ``name`` says for what; False
        if there is none."""
        return False

    # COMPANIES

    def _get_companies(self):
        """Return the ids of the companies of these records, by theirs."""
        # sudo: whoever changes them
        return {owner.id: owner.company_id.id for owner in self.sudo()}

    def _follow_company(self, before):
        """Have rules of the new company of those of these records that have another one
        than ``before``, see :meth:`_get_companies`, give their points. Return these."""
        after = self._get_companies() if before else {}
        moved = self.browse(id_ for id_ in after if after[id_] != before[id_]).sudo()
        # sudo: whoever changes a record, nobody may write the ledger
        moved.env["website.crm.score.line"]._revalue_owners(moved)
        moved._mark_stale()
        return moved

    # SCORING

    def _resum_scores(self):
        """Set the scores of these owners, whose reasons changed, to the new sums."""
        self.env.flush_all()
        # sudo: whoever changes a rule, it changes the scores of all
        owners = self.sudo().with_context(active_test=False)
        domain = self._open_domain() & Domain("id", "in", self.ids)
        looked_at = self & owners.search(domain, order="id")
        (self - looked_at)._restate_scores()
        looked_at._change_scores()

    def _restate_scores(self):
        """Set the scores of these owners, which are closed, to their sums.

        Silently: nothing happened to them. What is computed from their scores follows,
        but no automation rule runs, no message tells of it, and no date changes.
        """
        if not self:
            return
        sum_scores(self, self.ids)
        self._tell_silently()

    @api.model
    def _regrade(self):
        """Have owners the fit, engagement, score and grade of what is set now, if that
        is not what they are graded by.

        Nothing happened to them: no date changes, nobody hears of it, it is no history.
        In a scheduled action, it goes on in the next call when time is up.

        :return: whether all are graded
        """
        apply_to = self._ledger_field.removesuffix("_id")
        progress = self.env["website.crm.score.progress"]._get(apply_to)
        key, jobs = Grading.load(self.env).key, self.env["ir.cron"]
        goes_on = progress.graded_by != key
        while goes_on:
            goes_on = jobs._transact(partial(self._regrade_part, progress, key))
            if not jobs._commit_batch(1, int(goes_on)) and goes_on:
                return False
        return True

    @api.model
    def _regrade_part(self, progress, key):
        """Grade the next owners by what is set; return whether there are more."""
        self.env.flush_all()
        progress._begin_regrading(key)
        last_id, ids = regrade_part(self, progress.regraded_id, REGRADED_SIZE)
        self.browse(ids)._tell_silently()
        return progress._go_on_regrading(last_id, len(ids))

    def _change_scores(self):
        """Set the scores of these owners, which are open, to their sums."""
        self._write_scores(
            SQL(
                """
                SELECT id AS owner_id, ctid AS place, TRUE AS stays_stale,
                       score_date IS NOT NULL AS was_scored, score AS score_before,
                       score_grade AS grade_before
                  FROM %s WHERE id = ANY(%s)
                """,
                SQL.identifier(self._table),
                self.ids,
            )
        )
        self.env["website.crm.score.history"].invalidate_model(flush=False)
        self._notify_scores_changed([*TOTALS, "score_date"])

    @api.model
    def _write_scores(self, batch, alerts=None):
        """Set scores to the sums of the reasons; what listens to them hears of it.

        :param SQL batch: see ``write_scores``
        :param SQL alerts: see there
        :return: how many owners were written, and of how many the score changed
        :rtype: tuple[int, int]
        """
        if is_rehearsal(self.env):
            ids = find_changed_scores(self, batch)
            batch = SQL("SELECT * FROM (%s) b WHERE owner_id = ANY(%s)", batch, ids)
        if not self._has_score_listeners():
            return write_scores(self, batch, keeps=False, alerts=alerts)
        changed_ids = find_changed_scores(self, batch)
        counts = write_scores(self, batch, keeps=True, alerts=alerts)
        self._recompute_scores(changed_ids)
        return counts

    # MERGE

    @api.model
    def _merge_events(self, pairs):
        """Have sources find what happened to the duplicates of these owners,
        and what will.

        :param SQL pairs: see ``get_pairs_sql``
        """
