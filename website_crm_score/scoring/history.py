"""What scores were, day by day: written with the scores, and read for a week."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

WEEK = timedelta(days=7)


def get_day():
    """Return the day that it is, as the history has it: in UTC."""
    return fields.Datetime.now().date()


def get_key_sql(model):
    """Return the columns of the unique index of the history of owners."""
    owner = SQL.identifier(model._ledger_field)
    return SQL("(%s, date) WHERE %s IS NOT NULL", owner, owner)


def get_record_sql(model, written):
    """Return the statement that keeps what scores were written.

    The first scoring is not kept: it costs nothing then, and says nothing.

    :param models.BaseModel model: the model of the owners
    :param SQL written: a table of ``owner_id``, ``was_scored``, ``score_before`` and
        ``score``
    :rtype: SQL
    """
    return SQL(
        """
        INSERT INTO website_crm_score_history (%(owner)s, date, score_before, score)
        SELECT owner_id, %(today)s, score_before, score
          FROM %(written)s
         WHERE was_scored AND score_before != score
            ON CONFLICT %(key)s DO UPDATE SET score = excluded.score
        """,
        owner=SQL.identifier(model._ledger_field),
        today=get_day(),
        written=written,
        key=get_key_sql(model),
    )


def get_week_sql(model, columns):
    """Return the query of what has changed since a week ago, without its groups.

    :param models.BaseModel model: the model of the owners
    :param SQL columns: what it selects
    """
    return SQL(
        "SELECT %s FROM website_crm_score_history WHERE %s IS NOT NULL AND date > %s",
        columns,
        SQL.identifier(model._ledger_field),
        get_day() - WEEK,
    )


def get_merge_sql(owners, pairs):
    """Return the statement that gives owners the history of their duplicates.

    Of each day on which one of them changed, and of today, it has the highest score
    that one of those had which were there then.

    :param models.BaseModel owners: those that go on: they have a row for today
    :param SQL pairs: see ``get_pairs_sql``
    :rtype: SQL
    """
    return SQL(
        """
        WITH member AS (
            SELECT owner_id AS head_id, owner.id, owner.score,
                   create_date::date AS since
              FROM (SELECT owner_id, owner_id AS id FROM %(pairs)s
                     UNION SELECT owner_id, duplicate_id FROM %(pairs)s) pair
              JOIN %(table)s owner USING (id)
             WHERE owner.score_date IS NOT NULL
        ), day AS (
            SELECT DISTINCT head_id, date
              FROM member JOIN website_crm_score_history ON %(owner)s = member.id
             UNION SELECT id, %(today)s FROM unnest(%(ids)s::int[]) head (id)
        ), highest AS (
            SELECT day.head_id, day.date,
                   max(%(score_before)s) AS score_before,
                   max(%(score)s) AS score
              FROM day JOIN member USING (head_id)
             WHERE since <= day.date
          GROUP BY day.head_id, day.date
        )
        INSERT INTO website_crm_score_history (%(owner)s, date, score_before, score)
        SELECT head_id, date, score_before, score FROM highest
            ON CONFLICT %(key)s DO UPDATE
           SET score_before = excluded.score_before, score = excluded.score
        """,
        pairs=pairs,
        table=SQL.identifier(owners._table),
        owner=SQL.identifier(owners._ledger_field),
        today=get_day(),
        ids=owners.ids,
        score_before=_get_score_sql(owners, SQL("day.date - 1")),
        score=_get_score_sql(owners, SQL("day.date")),
        key=get_key_sql(owners),
    )


def _get_score_sql(model, date):
    """Return the score that a row ``member`` had at the end of a day."""
    return SQL(
        """
        COALESCE((SELECT score FROM website_crm_score_history
                   WHERE %(owner)s = member.id AND date <= %(date)s
                ORDER BY date DESC LIMIT 1),
                 (SELECT score_before FROM website_crm_score_history
                   WHERE %(owner)s = member.id AND date > %(date)s
                ORDER BY date LIMIT 1),
                 member.score)
        """,
        owner=SQL.identifier(model._ledger_field),
        date=date,
    )
