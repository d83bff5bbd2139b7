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


def delete_orphans(records, owners):
    """Delete what belongs to owners that were deleted behind Odoo's back.

    :param models.BaseModel records: the model of what belongs to them
    :param models.BaseModel owners: the model of the owners
    """
    owner_id = SQL.identifier("record", owners._ledger_field)
    records.env.cr.execute(
        SQL(
            """
            DELETE FROM %(records)s record
             WHERE %(owner_id)s IS NOT NULL
               AND NOT EXISTS (SELECT FROM %(owners)s WHERE id = %(owner_id)s)
            """,
            records=SQL.identifier(records._table),
            owners=SQL.identifier(owners._table),
            owner_id=owner_id,
        )
    )
