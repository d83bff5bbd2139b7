"""What owners have of their reasons: scores, fit, engagement and grades, set in SQL."""

from odoo.tools import SQL

from .grading import get_totals_sql
from .history import get_record_sql

# What the reasons of an owner say; the column is called so in the totals.
TOTALS = {
    "score": "score",
    "score_fit": "fit",
    "score_engagement": "engagement",
    "score_grade": "grade",
}
# Whether all rules looked at an owner of a batch.
IS_SCORED = SQL("owner.score_date IS NOT NULL OR NOT batch.stays_stale")


def find_changed_scores(model, batch):
    """Return the ids of those owners of ``batch`` that are about to have another score,
    fit, engagement or grade.

    :param SQL batch: see :func:`write_scores`
    :rtype: list[int]
    """
    rows = model.env.execute_query(
        SQL(
            """
            SELECT owner.id
              FROM (%(batch)s) batch
              JOIN %(table)s owner ON owner.id = batch.owner_id
        CROSS JOIN LATERAL (%(totals)s) total
             WHERE %(differs)s
          ORDER BY owner.id
            """,
            batch=batch,
            table=SQL.identifier(model._table),
            totals=get_totals_sql(model, SQL("owner.id")),
            differs=get_differs_sql(IS_SCORED),
        )
    )
    return [id_ for (id_,) in rows]


def write_scores(model, batch, keeps, alerts=None):
    """Set what owners have to the totals of their reasons.

    Each owner is written, even if its score stays the same: whoever is about to change
    or delete it meanwhile has to start again, and then sees its ledger.

    :param models.BaseModel model: the model of the owners
    :param SQL batch: a query of ``owner_id``, of the ``place`` of its row, of
        ``stays_stale``: whether it still is after this, if it is stale, and of what its
        row says now: ``was_scored``, ``score_before`` and ``grade_before``
    :param bool keeps: whether scores and grades stay, and only the rest is written
    :param SQL alerts: what notes which of those that were ``written`` are news
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
                   SET %(totals_set)s
                       score_date = CASE
                           WHEN owner.score_date IS NULL AND batch.stays_stale
                           THEN NULL
                           WHEN owner.score_date IS NULL
                                OR owner.score != total.score
                           THEN now() AT TIME ZONE 'UTC'
                           ELSE owner.score_date
                       END,
                       score_stale = owner.score_stale AND batch.stays_stale
                  FROM (%(batch)s) batch
            CROSS JOIN LATERAL (%(totals)s) total
                 WHERE owner.id = batch.owner_id
                   AND owner.ctid = ANY(ARRAY(SELECT place FROM (%(batch)s) batch))
             RETURNING batch.owner_id, batch.was_scored, batch.score_before,
                       batch.grade_before, total.score, total.grade, owner.score_date,
                       owner.user_id
            ), history AS (
                %(record)s
            )%(alerts)s
            SELECT count(*),
                   -- those that other rules have not looked at have no date yet
                   count(*) FILTER (WHERE score_date = now() AT TIME ZONE 'UTC'
                                       OR score != score_before)
              FROM written
            """,
            table=SQL.identifier(model._table),
            batch=batch,
            totals_set=SQL() if keeps else SQL("%s,", get_set_sql(IS_SCORED)),
            totals=get_totals_sql(model, SQL("batch.owner_id")),
            record=get_record_sql(model, SQL("written")),
            alerts=SQL(", alert AS (%s)", alerts) if alerts else SQL(),
        )
    )
    return counts


def sum_scores(model, ids):
    """Set what owners have to the totals of their reasons, and nothing else.

    :param list[int] ids: those of the owners
    """
    model.env.cr.execute(
        SQL(
            """
            UPDATE %(table)s owner SET %(totals_set)s
              FROM unnest(%(ids)s::int[]) entry (owner_id)
        CROSS JOIN LATERAL (%(totals)s) total
             WHERE owner.id = entry.owner_id
            """,
            table=SQL.identifier(model._table),
            totals_set=get_set_sql(SQL("owner.score_date IS NOT NULL")),
            ids=list(ids),
            totals=get_totals_sql(model, SQL("entry.owner_id")),
        )
    )


def get_wrong_sql(model):
    """Return the condition that a row ``owner`` of the table of ``model`` has something
    else than the totals of its reasons."""
    return SQL(
        "EXISTS (SELECT FROM (%s) total WHERE %s)",
        get_totals_sql(model, SQL("owner.id")),
        get_differs_sql(SQL("owner.score_date IS NOT NULL")),
    )


def fetch_totals(model, ids):
    """Return what owners are to have by their reasons, by their ids.

    :param list[int] ids: those of the owners
    :rtype: dict[int, tuple]
    """
    rows = model.env.execute_query(
        SQL(
            """
            SELECT entry.owner_id, total.score::float, total.fit::float,
                   total.engagement::float, %(grade)s
              FROM unnest(%(ids)s::int[]) entry (owner_id)
         LEFT JOIN %(table)s owner ON owner.id = entry.owner_id
        CROSS JOIN LATERAL (%(totals)s) total
            """,
            grade=_get_grade_sql(SQL("owner.score_date IS NOT NULL")),
            ids=list(ids),
            table=SQL.identifier(model._table),
            totals=get_totals_sql(model, SQL("entry.owner_id")),
        )
    )
    return {id_: totals for id_, *totals in rows}


def _get_grade_sql(is_scored):
    """Return the grade of an owner, which has none before it was first scored."""
    return SQL("CASE WHEN %s THEN total.grade END", is_scored)


def _get_values_sql(is_scored):
    """Return the totals as the columns of :data:`TOTALS` have them."""
    return [
        _get_grade_sql(is_scored) if name == "grade" else SQL.identifier("total", name)
        for name in TOTALS.values()
    ]


def get_set_sql(is_scored):
    """Return the assignments of the totals to the columns of ``owner``.

    :param SQL is_scored: whether the rules looked at it
    """
    return SQL(", ").join(
        SQL("%s = %s", SQL.identifier(column), value)
        for column, value in zip(TOTALS, _get_values_sql(is_scored), strict=True)
    )


def get_differs_sql(is_scored):
    """Return the condition that ``owner`` has something else than the totals say."""
    return SQL(
        "(%s) IS DISTINCT FROM (%s)",
        SQL(", ").join(SQL.identifier("owner", column) for column in TOTALS),
        SQL(", ").join(_get_values_sql(is_scored)),
    )
