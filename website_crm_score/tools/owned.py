"""What belongs to owners goes with them, without the foreign keys of ``fields``."""

from odoo.tools import SQL


def delete_of_owners(records, owners):
    """Delete what belongs to ``owners``, which are deleted themselves.

    :param models.BaseModel records: the model of what belongs to them
    """
    if not owners:
        return
    records.env.flush_all()
    records.env.cr.execute(
        SQL(
            "DELETE FROM %s WHERE %s IN %s",
            SQL.identifier(records._table),
            SQL.identifier(owners._ledger_field),
            owners._ids,
        )
    )
    records.invalidate_model()
