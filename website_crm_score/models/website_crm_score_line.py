from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..fields import LedgerMany2one, TechnicalFloat
from ..scoring.ledger import drop_lines, merge_lines, revalue_lines
from ..scoring.matching import looks_at_pages
from ..scoring.scores import get_wrong_sql
from ..scoring.worklist import tune
from ..tools.owned import delete_of_owners


class WebsiteCrmScoreLine(models.Model):
    """The ledger: the reasons of owners, what a rule gave to each and since when.

    A score is the sum of the points of its lines: those of rules on who they are make
    the fit, those of rules on what they do the engagement. There is one line per owner
    and rule; that of a rule on events is for all the events that count. Lines are
    derived: the scoring job writes them, users read them.

    Whoever changes lines writes their owners in the same transaction, first of all by
    locking them. So of two who change the ledger of an owner, or delete the owner, one
    waits for the other or starts again.
    """

    _name = "website.crm.score.line"
    _description = "Lead Score Reason"
    _rec_name = "rule_name"
    _order = "first_date desc, id desc"
    _log_access = False

    lead_id = LedgerMany2one(comodel_name="crm.lead", ondelete="cascade")
    partner_id = LedgerMany2one(
        comodel_name="res.partner", string="Contact", ondelete="cascade"
    )
    rule_id = LedgerMany2one(
        comodel_name="website.crm.score", required=True, index=True, ondelete="cascade"
    )
    # The name is shown even to those who may not open the rule itself.
    rule_name = fields.Char(related="rule_id.name", string="Reason")
    points = fields.Float(digits=(16, 2), required=True, readonly=True)
    event_count = fields.Integer(
        string="Times",
        default=1,
        required=True,
        readonly=True,
        help="How many times the reason was given.",
    )
    units = TechnicalFloat(
        digits=(16, 6),
        default=1.0,
        required=True,
        help="How many times the value of the rule this is worth: fading events are "
        "worth less than they were.",
    )
    first_date = fields.Datetime(
        string="Since", default=fields.Datetime.now, required=True, readonly=True
    )
    last_date = fields.Datetime(
        string="Last Time", default=fields.Datetime.now, required=True, readonly=True
    )

    _lead_rule_uniq = models.UniqueIndex("(lead_id, rule_id)")
    _partner_rule_uniq = models.UniqueIndex(
        "(partner_id, rule_id) WHERE partner_id IS NOT NULL"
    )
    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(lead_id, partner_id) = 1)",
        "A reason is either that of a lead or that of a contact.",
    )

    # CHANGES OF RULES AND OWNERS

    @api.model
    def _revalue(self, rules):
        """Set the points of the lines of ``rules`` to what they now give: archived ones
        give nothing."""
        for owners, group in rules._group_by_owners():
            parts = group.grouped(lambda rule: bool(rule.company_id))
            for has_companies, part in parts.items():
                condition = SQL("line.rule_id IN %s", part._ids)
                revalue_lines(owners, condition, has_companies)

    @api.model
    def _revalue_owners(self, owners):
        """Set the points of ``owners``, whose companies changed, to what the rules now
        give to them."""
        if owners:
            owner = SQL.identifier("line", owners._ledger_field)
            revalue_lines(owners, SQL("%s IN %s", owner, owners._ids))

    @api.model
    def _resum_holders(self, rules, condition=None):
        """Set the scores of those who have points of ``rules``, whose categories
        changed, to the totals of their reasons.

        :param callable condition: returns the condition on ``owner`` of those whose
            scores are set, of a model; by default all
        """
        for owners, group in rules._group_by_owners():
            self.env.flush_all()
            tune(self.env.cr)
            # In the order of the owners, as where lines change.
            query = SQL(
                """
                SELECT owner.id FROM %s owner
                 WHERE owner.id IN (
                       SELECT %s FROM website_crm_score_line WHERE rule_id IN %s)
                   AND %s
              ORDER BY owner.id FOR NO KEY UPDATE
                """,
                SQL.identifier(owners._table),
                SQL.identifier(owners._ledger_field),
                group._ids,
                condition(owners) if condition else SQL("TRUE"),
            )
            rows = self.env.execute_query(query)
            if rows:
                owners.browse(id_ for (id_,) in rows)._resum_scores()

    @api.model
    def _drop_rules(self, rules):
        for owners, group in rules._group_by_owners():
            drop_lines(owners, SQL("line.rule_id IN %s", group._ids))

    @api.model
    def _drop_page_lines(self, leads):
        """Delete the lines that rules on visited pages gave to ``leads``."""
        # sudo: also those of other companies, whoever erases what was seen
        rules = self.env["website.crm.score"].sudo().with_context(active_test=False)
        rules = rules.search([])  # pylint: disable=no-search-all
        ids = rules.filtered(looks_at_pages).ids
        condition = SQL(
            "line.lead_id IN %s AND line.rule_id = ANY(%s)", leads._ids, ids
        )
        drop_lines(leads.browse(), condition)

    @api.model
    def _drop_owners(self, owners):
        delete_of_owners(self, owners)
        self.env["website.crm.score.history"]._drop_owners(owners)

    @api.model
    def _drop_orphans(self):
        """Delete lines of owners or rules deleted behind Odoo's back."""
        no_rule = SQL("line.rule_id NOT IN (SELECT id FROM website_crm_score)")
        for owners in self.env["website.crm.score"]._iter_owners():
            owner = SQL.identifier(owners._ledger_field)
            _delete_orphans(self, owners)
            drop_lines(owners, SQL("line.%s IS NOT NULL AND %s", owner, no_rule))
            _delete_orphans(self.env["website.crm.score.history"], owners)

    @api.model
    def _catch_up(self):
        """Mend what a run and a change of a rule or owner left, at the same time: the
        ledger is then caught up to what rules and owners are."""
        progress = self.env["website.crm.score.progress"]._get()
        caught_up_to, _track_id = progress._find_caught_up_to()
        changed = Domain.TRUE
        if progress._is_to_look_at_all():
            self._drop_orphans()
        elif progress.ledger_date:
            changed = Domain("write_date", ">=", progress.ledger_date)
        # Companies of owners change behind the back of their rules.
        changed |= Domain("company_id", "!=", False)
        rules = self.env["website.crm.score"].with_context(active_test=False)
        self._revalue(rules.search(changed))
        # Some gained points of rules while these changed their categories.
        moved = Domain("category_date", ">=", progress.ledger_date or datetime.min)
        self._resum_holders(rules.search(moved), get_wrong_sql)
        if self.env["ir.cron"]._is_job():
            progress._note("ledger_date", caught_up_to)

    @api.model
    def _merge(self, owners, pairs):
        """Give owners the lines of their duplicates, each rule counting once.

        :param SQL pairs: see ``get_pairs_sql``
        """
        self.env.flush_all()
        history = self.env["website.crm.score.history"]
        history._merge(owners, pairs)
        merge_lines(owners.browse(), pairs)
        history._end_merge(owners)


def _delete_orphans(records, owners):
    """Delete what belongs to owners that were deleted behind Odoo's back."""
    records.env.cr.execute(
        SQL(
            """
            DELETE FROM %(records)s record
             WHERE %(owner_id)s IS NOT NULL
               AND NOT EXISTS (SELECT FROM %(owners)s WHERE id = %(owner_id)s)
            """,
            records=SQL.identifier(records._table),
            owners=SQL.identifier(owners._table),
            owner_id=SQL.identifier("record", owners._ledger_field),
        )
    )
