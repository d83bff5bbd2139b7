"""Fields of the ledger, without the foreign keys that Odoo adds by default."""

from odoo import fields


class LedgerMany2one(fields.Many2one):
    """A link of a ledger line that its writer keeps whole, not a foreign key.

    The check of the keys row by row takes as long as all else that a run does for a new
    line. See :class:`~.scoring.writing.Writing` for what is in their
    place.
    """

    def update_db_foreign_key(self, model, column):
        pass


class LedgerMany2many(fields.Many2many):
    """A relation whose table is the ledger."""

    def update_db_foreign_keys(self, model):
        pass
