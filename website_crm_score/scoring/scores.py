"""Scores are the sums of the points of the ledger, set in SQL."""

from odoo.tools import SQL


def get_sum_sql(model, owner_id):
    """Return the query of the ``points`` that an owner has.

    :param models.BaseModel model: the model of the owner
    :param SQL owner_id: its id
    :rtype: SQL
    """
    return SQL(
        "SELECT COALESCE(sum(points), 0) AS points FROM website_crm_score_line"
        " WHERE %s = %s",
        SQL.identifier(model._ledger_field),
        owner_id,
    )


def find_changed_scores(model, batch):
    """Return the ids of those owners of ``batch`` whose reasons have another sum.

    :param SQL batch: see :func:`write_scores`
    :rtype: list[int]
    """
    rows = model.env.execute_query(
        SQL(
            """
            SELECT owner.id
              FROM (%(batch)s) batch
              JOIN %(table)s owner ON owner.id = batch.owner_id
              JOIN LATERAL (%(sum)s) total ON owner.score != total.points
          ORDER BY owner.id
            """,
            batch=batch,
            table=SQL.identifier(model._table),
            sum=get_sum_sql(model, SQL("owner.id")),
        )
    )
    return [id_ for (id_,) in rows]


def write_scores(model, batch, keeps):
    """Set the scores of owners to the sums of their reasons.

    Each owner is written, even if its score stays the same: whoever is about to change
    or delete it meanwhile has to start again, and then sees its ledger.

    :param models.BaseModel model: the model of the owners
    :param SQL batch: a query of ``owner_id``, of the ``place`` of its row, and of
        ``is_settled``: whether it is no longer stale after this
    :param bool keeps: whether scores stay, and only the rest is written
    :return: how many owners were written, and of how many the score changed
    :rtype: tuple[int, int]
    """
    # An array of places has PostgreSQL read these rows alone, whatever it guesses of a
    # table that was just made.
    [counts] = model.env.execute_query(
        SQL(
            """
            WITH written AS (
                UPDATE %(table)s owner
                   SET score = CASE WHEN %(keeps)s THEN owner.score
                                    ELSE total.points END,
                       score_date = CASE
                           WHEN owner.score_date IS NULL AND NOT batch.is_settled
                           THEN NULL
                           WHEN owner.score_date IS NULL
                                OR owner.score != total.points
                           THEN now() AT TIME ZONE 'UTC'
                           ELSE owner.score_date
                       END,
                       score_outdated = owner.score_outdated AND NOT batch.is_settled
                  FROM (%(batch)s) batch
            CROSS JOIN LATERAL (%(sum)s) total
                 WHERE owner.id = batch.owner_id
                   AND owner.ctid = ANY(ARRAY(SELECT place FROM (%(batch)s) batch))
             RETURNING owner.score_date
            )
            SELECT count(*),
                   count(*) FILTER (WHERE score_date = now() AT TIME ZONE 'UTC')
              FROM written
            """,
            table=SQL.identifier(model._table),
            batch=batch,
            keeps=keeps,
            sum=get_sum_sql(model, SQL("batch.owner_id")),
        )
    )
    return counts


def sum_scores(model, ids):
    """Set the scores of owners to the sums of their reasons, and nothing else.

    :param list[int] ids: those of the owners
    """
    model.env.cr.execute(
        SQL(
            "UPDATE %s owner SET score = (%s) WHERE id = ANY(%s)",
            SQL.identifier(model._table),
            get_sum_sql(model, SQL("owner.id")),
            list(ids),
        )
    )
