from operator import eq, ge, gt, le, lt

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..scoring.history import get_week_sql

# How the change of a week is compared, here and in PostgreSQL.
WEEK_COMPARISONS = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


class WebsiteCrmScoredWeek(models.AbstractModel):
    """By how much a score changed within a week, as its history tells."""

    _name = "website.crm.scored.week"
    _description = "Change of a Score in a Week"

    score_week_change = fields.Float(
        string="Since a Week Ago",
        compute="_compute_score_week_change",
        search="_search_score_week_change",
        digits=(16, 2),
        help="By how much the score rose, or fell, within a week; of new ones since "
        "they were first scored.",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("score")
    def _compute_score_week_change(self):
        # sudo: who may read a score may read what it was
        history = self.env["website.crm.score.history"].sudo()
        changes = history._get_week_changes(self._origin)
        for owner in self:
            owner.score_week_change = changes.get(owner._origin.id, 0.0)

    @api.model
    def _search_score_week_change(self, operator, value):
        # The ORM asks for the rights on fields that have a column alone.
        self._check_field_access(self._fields["score_week_change"], "read")
        if operator == "in":
            return Domain.OR(self._changed_domain("=", number) for number in value)
        if operator not in WEEK_COMPARISONS:
            return NotImplemented
        return self._changed_domain(operator, value)

    @api.model
    def _changed_domain(self, operator, number):
        """Return the domain of the records whose score changed so within a week."""
        # Who is not in the history has not changed.
        is_of_the_others = WEEK_COMPARISONS[operator](0.0, number or 0.0)
        query = SQL(
            "(%s GROUP BY %s HAVING (sum(score - score_before) %s %s::numeric) != %s)",
            get_week_sql(self, SQL.identifier(self._ledger_field)),
            SQL.identifier(self._ledger_field),
            SQL(operator),
            number or 0.0,
            is_of_the_others,
        )
        return Domain("id", "not in" if is_of_the_others else "in", query)
