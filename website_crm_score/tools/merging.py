"""What belongs to duplicates belongs to the owners that they are merged into."""

from odoo.tools import SQL


def get_pairs_sql(duplicates):
    """Return each ``owner_id`` with each ``duplicate_id``, as ``pair``.

    :param dict duplicates: records by the record that they are merged into
    :rtype: SQL
    """
    return SQL(
        "unnest(%s::int[], %s::int[]) AS pair(owner_id, duplicate_id)",
        [owner.id for owner, others in duplicates.items() for _other in others],
        [other.id for others in duplicates.values() for other in others],
    )


def move_to_owners(records, name, pairs, condition=None):
    """Have records refer to the owners of the duplicates that they refer to.

    In SQL: nothing happened to the records, so that they keep their dates.

    :param models.BaseModel records: their model
    :param str name: the field that has the id of a lead or contact
    :param SQL pairs: see :func:`get_pairs_sql`
    :param SQL condition: which records, a row ``moved`` each
    """
    records.env.flush_all()
    records.env.cr.execute(
        SQL(
            """
            UPDATE %(table)s moved SET %(column)s = pair.owner_id
              FROM %(pairs)s
             WHERE moved.%(column)s = pair.duplicate_id AND %(condition)s
            """,
            table=SQL.identifier(records._table),
            column=SQL.identifier(name),
            pairs=pairs,
            condition=condition or SQL("TRUE"),
        )
    )
    records.invalidate_model([name], flush=False)
