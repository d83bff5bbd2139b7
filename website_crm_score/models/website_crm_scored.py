import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools.merge_rehearsal import is_rehearsal
from ..tools.own_context import OURS
from .ir_cron import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

DERIVED_FIELDS = {"score", "score_date", "score_ids"}
# What the jobs note beside these, which nobody can give a default either.
JOB_FIELDS = {
    *DERIVED_FIELDS,
    "score_line_ids",
    "score_pageview_ids",
    "score_outdated",
    "pageviews_outdated",
}
# So many records go through the ORM at once where somebody listens to their scores.
LISTENED_SIZE = 500


class WebsiteCrmScored(models.AbstractModel):
    """What has a score: the sum of what scoring rules gave it, each with its reason.

    Leads and contacts. The jobs write scores in SQL, from the ledger.
    """

    _name = "website.crm.scored"
    _description = "Scored Record"
    # The field of ledger lines that says whose they are.
    _ledger_field = None

    score = fields.Float(
        compute="_compute_score",
        store=True,
        precompute=True,
        required=True,
        readonly=True,
        copy=False,
        digits=(16, 2),
        aggregator="avg",
        help="The sum of the points that scoring rules gave.",
        groups="sales_team.group_sale_salesman",
    )
    score_date = fields.Datetime(
        string="Scored on",
        readonly=True,
        copy=False,
        help="When the score last changed. Empty until the rules first looked.",
        groups="sales_team.group_sale_salesman",
    )
    # Not found by its empty date: an index on what changes with the score would make
    # each change of a score one of all indexes.
    score_outdated = fields.Boolean(
        default=True,
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="It is new, or it saw pages since the rules last looked at it.",
    )

    def _compute_score(self):
        name = self._ledger_field
        totals = dict(
            self.env["website.crm.score.line"]
            .sudo()  # sudo: a score is that of its owner, whoever makes it change
            ._read_group([(name, "in", self.ids)], [name], ["points:sum"])
        )
        for owner in self:
            owner.score = totals.get(owner._origin, 0.0)

    @api.model
    def default_get(self, fields_list):
        """Leave out what only the jobs say, whatever users have as defaults."""
        names = [name for name in fields_list if name not in JOB_FIELDS]
        defaults = super().default_get(names)
        if "score_outdated" in fields_list:
            defaults["score_outdated"] = True
        return defaults

    @api.model
    def _check_no_derived_field(self, vals):
        if names := DERIVED_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "%s cannot be set: scores come from scoring rules.",
                    ", ".join(sorted(names)),
                )
            )

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
        moved._mark_score_outdated()
        return moved

    # SCORING

    @api.model
    def _scored_domain(self):
        """Return the domain of the records that rules look at."""
        return Domain("active", "=", True)

    @api.model
    def _stale_domain(self):
        """Return the domain of the records that are stale, by their mark, which an index
        finds."""
        return self._scored_domain() & Domain("score_outdated", "=", True)

    @api.model
    def _unsettled_domain(self):
        """Return the domain of the records that are stale, or that lost their mark
        before all rules looked at them."""
        is_new = Domain("score_date", "=", False)
        return self._scored_domain() & (Domain("score_outdated", "=", True) | is_new)

    def _resum_scores(self):
        """Set the scores of these leads, whose ledgers changed, to the new sums."""
        self.env.flush_all()
        # sudo: whoever changes a rule, it changes the scores of all
        owners = self.sudo().with_context(active_test=False)
        domain = self._scored_domain() & Domain("id", "in", self.ids)
        looked_at = self & owners.search(domain, order="id")
        (self - looked_at)._restate_scores()
        looked_at._change_scores()

    def _restate_scores(self):
        """Set the scores of these leads, which are closed, to the sums of their lines.

        Silently: nothing happened to them. What is computed from their scores follows,
        but no automation rule runs, no message tells of it, and no date changes.
        """
        if not self:
            return
        self._sum_scores(self.ids)
        silent = self.with_context(tracking_disable=True, is_restated=OURS)
        silent._notify_scores_changed(["score"])
        silent.env.flush_all()

    def _change_scores(self):
        """Set the scores of these leads, which are open, to the sums of their lines."""
        self._write_scores(
            SQL(
                """
                SELECT id AS owner_id, ctid AS place, FALSE AS is_settled
                  FROM %s WHERE id = ANY(%s)
                """,
                SQL.identifier(self._table),
                self.ids,
            )
        )
        self._notify_scores_changed(["score", "score_date"])

    @api.model
    def _write_scores(self, due):
        """Set scores to the sums of the ledger lines, in SQL.

        Each lead is written, even if its score stays the same: whoever is about to
        change or delete it meanwhile has to start again, and then sees its ledger.

        :param SQL due: a query of ``owner_id``, of the ``place`` of its row, and of
            ``is_settled``: whether it is no longer due after this
        :return: how many leads were written, and of how many the score changed
        :rtype: tuple[int, int]
        """
        has_listeners = self._has_score_listeners()
        changed_ids = self._find_changed_scores(due) if has_listeners else []
        # An array of places has PostgreSQL read these rows alone, whatever it guesses
        # of a table that was just made.
        self.env.cr.execute(
            SQL(
                """
                WITH written AS (
                    UPDATE %(table)s lead
                       SET score = CASE WHEN %(keep)s THEN lead.score
                                        ELSE total.points END,
                           score_date = CASE
                               WHEN lead.score_date IS NULL AND NOT due.is_settled
                               THEN NULL
                               WHEN lead.score_date IS NULL
                                    OR lead.score != total.points
                               THEN now() AT TIME ZONE 'UTC'
                               ELSE lead.score_date
                           END,
                           score_outdated = lead.score_outdated AND NOT due.is_settled
                      FROM (%(due)s) due
                CROSS JOIN LATERAL (
                           SELECT COALESCE(sum(points), 0) AS points
                             FROM website_crm_score_line
                            WHERE %(owner)s = due.owner_id) total
                     WHERE lead.id = due.owner_id
                       AND lead.ctid = ANY(ARRAY(SELECT place FROM (%(due)s) due))
                 RETURNING lead.score_date
                )
                SELECT count(*),
                       count(*) FILTER (WHERE score_date = now() AT TIME ZONE 'UTC')
                  FROM written
                """,
                table=SQL.identifier(self._table),
                owner=SQL.identifier(self._ledger_field),
                due=due,
                keep=has_listeners,
            )
        )
        [counts] = self.env.cr.fetchall()
        self._recompute_scores(changed_ids)
        return counts

    @api.model
    def _find_changed_scores(self, due):
        """Return the ids of those leads of ``due`` whose ledgers have another sum."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id
                  FROM (%(due)s) due
                  JOIN %(table)s lead ON lead.id = due.owner_id
                  JOIN LATERAL (
                       SELECT COALESCE(sum(points), 0) AS points
                         FROM website_crm_score_line
                        WHERE %(owner)s = lead.id) total
                    ON lead.score != total.points
              ORDER BY lead.id
                """,
                due=due,
                table=SQL.identifier(self._table),
                owner=SQL.identifier(self._ledger_field),
            )
        )
        return [id_ for (id_,) in rows]

    @api.model
    def _has_score_listeners(self):
        """Return whether something happens when a score changes.

        Fields that are stored and depend on it, its tracking in the chatter, and
        automation rules that run when a lead is changed.
        """
        if is_rehearsal(self.env):
            return False
        field = self._fields["score"]
        return (
            bool(getattr(field, "tracking", False))
            or any(other.store for other in self.pool.get_dependent_fields(field))
            or self._has_score_automations()
        )

    @api.model
    def _has_score_automations(self):
        if "base.automation" not in self.env:
            return False
        # sudo: automation rules are run for everybody, whoever may read them
        automations = self.env["base.automation"].sudo()
        return bool(
            automations.search_count(
                [
                    ("model_name", "=", self._name),
                    ("trigger", "in", ["on_write", "on_create_or_write"]),
                    "|",
                    ("trigger_field_ids", "=", False),
                    ("trigger_field_ids.name", "in", ["score", "score_date"]),
                ],
                limit=1,
            )
        )

    @api.model
    def _recompute_scores(self, ids):
        """Have the ORM compute scores, so that what listens to them hears of it.

        Where what listens fails, the scores are right nevertheless.
        """
        for batch in split_every(LISTENED_SIZE, ids):
            leads = self.browse(batch)
            try:
                with self.env.cr.savepoint():
                    # The score and all that is computed from it, at the end of this.
                    leads.modified(["score_line_ids"])
            # Automation rules can run any code, which may raise anything.
            except Exception as error:  # pylint: disable=broad-exception-caught
                if isinstance(error, CONCURRENCY_ERRORS):
                    raise
                _logger.warning(
                    "What listens to the scores of %s failed",
                    self._name,
                    exc_info=True,
                )
                self._sum_scores(batch)
            self.env.invalidate_all()

    @api.model
    def _sum_scores(self, ids):
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s lead SET score = COALESCE((
                       SELECT sum(points) FROM website_crm_score_line
                        WHERE %(owner)s = lead.id), 0)
                 WHERE id = ANY(%(ids)s)
                """,
                table=SQL.identifier(self._table),
                owner=SQL.identifier(self._ledger_field),
                ids=list(ids),
            )
        )

    def _notify_scores_changed(self, names):
        """Tell the ORM that SQL changed these fields of these leads."""
        known = [*names, "score_line_ids", "score_ids"]
        self.invalidate_recordset(known, flush=False)
        if not is_rehearsal(self.env):
            self.modified(names)

    # MERGE

    @api.model
    def _get_pairs_sql(self, duplicates):
        """Return each ``owner_id`` with each ``duplicate_id``, as ``pair``.

        :param dict duplicates: records by the record that they are merged into
        :rtype: SQL
        """
        pairs = [(owner, other) for owner in duplicates for other in duplicates[owner]]
        return SQL(
            "unnest(%s::int[], %s::int[]) AS pair(owner_id, duplicate_id)",
            [owner.id for owner, _other in pairs],
            [other.id for _owner, other in pairs],
        )

    @api.model
    def _merge_events(self, pairs):
        """Have sources find what happened to the duplicates of these leads or contacts,
        and what will.

        :param SQL pairs: see :meth:`_get_pairs_sql`
        """
        raise NotImplementedError

    # MARKS

    def _mark_score_outdated(self):
        """Have the rules look at these leads again, since they saw more pages.

        Always written, so that a run that looked at them before notices. Leads that
        were never scored are found without the mark.
        """
        mark = SQL("score_outdated OR score_date IS NOT NULL")
        self._write_flag("score_outdated", mark, SQL("TRUE"))

    def _write_flag(self, name, value, where):
        # In SQL: nobody but the job shall notice, no automation, no write date.
        if not self:
            return
        self.flush_recordset([name])
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id IN %s AND %s",
                SQL.identifier(self._table),
                SQL.identifier(name),
                value,
                self._ids,
                where,
            )
        )
        self.invalidate_recordset([name], flush=False)
