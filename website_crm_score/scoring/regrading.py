"""Owners are graded anew, where the settings changed by which they were."""

from odoo.tools import SQL

from .grading import get_totals_sql
from .scores import get_differs_sql, get_set_sql
from .worklist import tune


def regrade_part(model, after, size):
    """Give the next owners what they have by their reasons and by the settings.

    Those that have it are not written.

    :param models.BaseModel model: the model of the owners
    :param int after: the id of the owner up to which all are done
    :param int size: how many to look at
    :return: up to which id all are done now, None at the end, and the ids of those that
        were written
    :rtype: tuple[int | None, list[int]]
    """
    tune(model.env.cr)
    is_scored = SQL("owner.score_date IS NOT NULL")
    # In the order of the owners, as where lines change.
    [(last_id, ids)] = model.env.execute_query(
        SQL(
            """
            WITH entry AS MATERIALIZED (
                SELECT id FROM %(table)s WHERE id > %(after)s ORDER BY id LIMIT %(size)s
            ), wrong AS (
                SELECT owner.id, total.*
                  FROM entry
                  JOIN %(table)s owner ON owner.id = entry.id
            CROSS JOIN LATERAL (%(totals)s) total
                 WHERE %(differs)s
              ORDER BY owner.id
                   FOR NO KEY UPDATE OF owner
            ), written AS (
                UPDATE %(table)s owner SET %(totals_set)s
                  FROM wrong total
                 WHERE owner.id = total.id
             RETURNING owner.id
            )
            SELECT (SELECT max(id) FROM entry), array_agg(id) FROM written
            """,
            table=SQL.identifier(model._table),
            after=after,
            size=size,
            totals=get_totals_sql(model, SQL("entry.id")),
            differs=get_differs_sql(is_scored),
            totals_set=get_set_sql(is_scored),
        )
    )
    return last_id, ids or []
