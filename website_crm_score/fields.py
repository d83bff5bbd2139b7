"""Fields of the ledger, of jobs and of parts."""

from odoo import fields


class LedgerMany2one(fields.Many2one):
    """A link of a ledger line that its writer keeps whole, not a foreign key.

    The check of the keys row by row takes as long as all else that a run does for a new
    line. What is in their place: :class:`~.scoring.writing.Writing`.
    """

    readonly = True

    def update_db_foreign_key(self, model, column):
        pass


class LedgerMany2many(fields.Many2many):
    """A relation whose table is the ledger."""

    def update_db_foreign_keys(self, model):
        pass


class Technical:
    """A field that jobs alone have a use for: users are not offered it where they
    choose fields to search, group, sort, measure or export by.

    Whoever has the rights can still search it, in code and by a domain.
    """

    readonly = True

    def get_description(self, env, attributes=None):
        description = super().get_description(env, attributes)
        offers = {"searchable", "sortable", "groupable", "exportable", "aggregator"}
        return {**description, **dict.fromkeys(offers & description.keys(), False)}


class TechnicalBoolean(Technical, fields.Boolean): ...


class TechnicalChar(Technical, fields.Char): ...


class TechnicalDatetime(Technical, fields.Datetime): ...


class TechnicalFloat(Technical, fields.Float): ...


class TechnicalInteger(Technical, fields.Integer): ...


class TechnicalJson(Technical, fields.Json): ...


class TechnicalMany2one(Technical, fields.Many2one): ...


class ParentMany2one(fields.Many2one):
    """A link to what a record is a part of, and goes with."""

    required = True
    readonly = True
    index = True
    ondelete = "cascade"
