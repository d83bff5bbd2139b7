from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import LedgerMany2one
from ..scoring.history import get_day, get_merge_sql, get_week_sql
from ..tools.owned import delete_of_owners

VACUUM_SIZE = 50_000
# What has changed since a week ago is said in any case.
LEAST_DAYS = 8


class WebsiteCrmScoreHistory(models.Model):
    """What the score of an owner was: a row for each day on which it changed.

    What writes scores writes these, in the same statement. The first scoring is no
    change: a lead whose score stays as it came has no history. Nor have closed leads.
    A change of the settings, which changes the scores of all, is none of theirs; so
    what an owner earned in some days is the sum of the changes in these.
    """

    _name = "website.crm.score.history"
    _description = "Lead Score History"
    _rec_name = "date"
    _order = "date desc, id desc"
    _log_access = False

    lead_id = LedgerMany2one(comodel_name="crm.lead", ondelete="cascade")
    partner_id = LedgerMany2one(
        comodel_name="res.partner", string="Contact", ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True, help="The day, in UTC.")
    score_before = fields.Float(
        digits=(16, 2),
        required=True,
        readonly=True,
        aggregator="avg",
        help="The score at the beginning of the day.",
    )
    score = fields.Float(
        digits=(16, 2),
        required=True,
        readonly=True,
        aggregator="avg",
        help="The score at the end of the day.",
    )

    _lead_date_uniq = models.UniqueIndex("(lead_id, date) WHERE lead_id IS NOT NULL")
    _partner_date_uniq = models.UniqueIndex(
        "(partner_id, date) WHERE partner_id IS NOT NULL"
    )
    _date_idx = models.Index("USING brin (date)")
    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(lead_id, partner_id) = 1)",
        "A history is either that of a lead or that of a contact.",
    )

    @api.model
    def _get_week_changes(self, owners):
        """Return by how much the scores of ``owners`` changed within a week, by id."""
        if not owners.ids:
            return {}
        owner = SQL.identifier(owners._ledger_field)
        query = get_week_sql(owners, SQL("%s, sum(score - score_before)::float", owner))
        query = SQL("%s AND %s = ANY(%s) GROUP BY 1", query, owner, owners.ids)
        return dict(self.env.execute_query(query))

    # WHAT BECOMES OF OWNERS

    @api.model
    def _drop_owners(self, owners):
        delete_of_owners(self, owners)

    @api.model
    def _merge(self, owners, pairs):
        """Have owners have had, on each day, the highest of their scores and those of
        their duplicates, before their ledgers are merged.

        That of today changes with the scores, see :meth:`_end_merge`.

        :param SQL pairs: see ``get_pairs_sql``
        """
        domain = owners._open_domain() & fields.Domain("score_date", "!=", False)
        owners = owners.sudo().filtered_domain(domain)  # sudo: whoever merges them
        self.env.cr.execute(get_merge_sql(owners, pairs))
        self.invalidate_model()

    @api.model
    def _end_merge(self, owners):
        """Have the history of ``owners``, which were merged, end with their scores."""
        statement = SQL(
            """
            UPDATE website_crm_score_history history SET score = owner.score
              FROM %(table)s owner
             WHERE owner.id = ANY(%(ids)s) AND history.%(owner)s = owner.id
               AND history.date = %(today)s AND history.score != owner.score;
            DELETE FROM website_crm_score_history
             WHERE %(owner)s = ANY(%(ids)s) AND date = %(today)s
               AND score = score_before
            """,
            table=SQL.identifier(owners._table),
            owner=SQL.identifier(owners._ledger_field),
            today=get_day(),
            ids=owners.ids,
        )
        self.env.cr.execute(statement)
        self.invalidate_model()

    @api.autovacuum
    def _gc_history(self):
        days = self.env["res.config.settings"]._get_scoring_number("history_days")
        if not days:
            return 0, False
        limit = get_day() - timedelta(days=max(days, LEAST_DAYS))
        statement = SQL(
            """
            DELETE FROM website_crm_score_history
             WHERE id IN (SELECT id FROM website_crm_score_history
                           WHERE date < %s LIMIT %s)
            """,
            limit,
            VACUUM_SIZE,
        )
        self.env.cr.execute(statement)
        self.invalidate_model()
        count = self.env.cr.rowcount
        return count, count == VACUUM_SIZE
