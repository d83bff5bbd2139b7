from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..fields import TechnicalBoolean
from ..tools.merge_rehearsal import is_rehearsal


class WebsiteCrmScoredStale(models.AbstractModel):
    """Whether rules have to look at an owner again: it is new, or it saw pages."""

    _name = "website.crm.scored.stale"
    _description = "Scored Record"

    # Not found by its empty date: an index on what changes with the score would make
    # each change of a score one of all indexes.
    score_stale = TechnicalBoolean(
        default=True,
        copy=False,
        groups="base.group_system",
        help="It is new, or it saw pages since the rules last looked at it.",
    )

    @api.model
    def _open_domain(self):
        """Return the domain of open records, which rules look at."""
        return Domain("active", "=", True)

    @api.model
    def _ready_domain(self):
        """Return the domain of the records of which all that rules look at is there.

        Others are left for the next run, lest some rules see what others do not.
        """
        return Domain.TRUE

    @api.model
    def _stale_domain(self):
        """Return the domain of the records that are stale, by what is indexed."""
        return self._open_domain() & Domain("score_stale", "=", True)

    @api.model
    def _stale_or_new_domain(self):
        """Return the domain of the records that are stale, new ones also by their
        empty date: some rules may have looked at them."""
        is_new = Domain("score_date", "=", False)
        return self._open_domain() & (Domain("score_stale", "=", True) | is_new)

    @api.model
    def _get_identity_fields(self):
        """Return the names of the fields that say whose events are those of an owner:
        when one of them is written, the owner is stale."""
        return set()

    def _mark_stale(self):
        """Have the rules look at these owners again, since they saw more pages.

        Always written, so that a run that looked at them before notices; but in a
        rehearsal, which no run sees. Owners that were never scored are found by that.
        """
        is_stale, where = SQL("score_stale OR score_date IS NOT NULL"), SQL("TRUE")
        if is_rehearsal(self.env):
            where = SQL("score_stale IS DISTINCT FROM (%s)", is_stale)
        self._write_flag("score_stale", is_stale, where)

    def _write_flag(self, name, value, where):
        # In SQL: nobody but the job shall notice, no automation, no write date.
        if not self:
            return
        self.flush_recordset([name])
        statement = SQL(
            "UPDATE %s SET %s = %s WHERE id IN %s AND %s",
            SQL.identifier(self._table),
            SQL.identifier(name),
            value,
            self._ids,
            where,
        )
        self.env.cr.execute(statement)
        self.invalidate_recordset([name], flush=False)
