"""The ledger changes but by a run, see :mod:`.writing`: rules or owners changed."""

from odoo.tools import SQL

from .counting import get_worth_sql
from .worklist import tune


def revalue_lines(owners, condition, has_companies=True):
    """Set the points of lines to what their rules now give.

    :param models.BaseModel owners: the model of whom the lines are
    :param SQL condition: on ``line``
    :param bool has_companies: whether the rules are perhaps of companies: if none is,
        the owners are not read
    """
    owner_id = SQL.identifier("line", owners._ledger_field)
    join, company = SQL(), SQL("NULL")
    if has_companies:
        table = SQL.identifier(owners._table)
        join = SQL("JOIN %s owner ON owner.id = %s", table, owner_id)
        company = SQL.identifier("owner", "company_id")
    changes = SQL(
        """
        SELECT line.id, %(owner_id)s AS owner_id, %(points)s AS points
          FROM website_crm_score_line line
          JOIN website_crm_score rule ON rule.id = line.rule_id
               %(join)s
         WHERE %(condition)s AND line.points != %(points)s
        """,
        owner_id=owner_id,
        join=join,
        points=_get_points_sql(SQL.identifier("line", "units"), company),
        condition=condition,
    )
    statement = SQL(
        """
        UPDATE website_crm_score_line line SET points = changed.points
          FROM changed WHERE line.id = changed.id
        """
    )
    _change_lines(owners, changes, statement)


def drop_lines(owners, condition):
    """Delete lines, and sum the scores of their owners again.

    :param models.BaseModel owners: the model of whom the lines are
    :param SQL condition: on ``line``
    """
    changes = SQL(
        "SELECT line.id, line.%s AS owner_id FROM website_crm_score_line line WHERE %s",
        SQL.identifier(owners._ledger_field),
        condition,
    )
    statement = SQL(
        "DELETE FROM website_crm_score_line line"
        " USING changed WHERE line.id = changed.id"
    )
    _change_lines(owners, changes, statement)


def merge_lines(owners, pairs):
    """Give owners the lines of their duplicates, each rule counting once.

    :param models.BaseModel owners: the model of whom the lines are
    :param SQL pairs: see ``get_pairs_sql``
    """
    owner_id = SQL.identifier(owners._ledger_field)
    changes = SQL(
        """
        SELECT DISTINCT ON (owner.id, other.rule_id)
               owner.id AS owner_id, other.rule_id, %(points)s AS points,
               other.units, other.event_count, other.first_date, other.last_date
          FROM website_crm_score_line other
          JOIN website_crm_score rule ON rule.id = other.rule_id
          JOIN %(pairs)s ON other.%(owner_id)s = pair.duplicate_id
          JOIN %(table)s owner ON owner.id = pair.owner_id
      ORDER BY owner.id, other.rule_id, other.first_date, other.id
        """,
        pairs=pairs,
        owner_id=owner_id,
        points=_get_points_sql(
            SQL.identifier("other", "units"), SQL.identifier("owner", "company_id")
        ),
        table=SQL.identifier(owners._table),
    )
    statement = SQL(
        """
        INSERT INTO website_crm_score_line AS line
               (%s, rule_id, points, units, event_count, first_date, last_date)
        SELECT owner_id, rule_id, points, units, event_count, first_date, last_date
          FROM changed
            ON CONFLICT %s DO UPDATE
           SET first_date = LEAST(line.first_date, excluded.first_date),
               last_date = GREATEST(line.last_date, excluded.last_date)
        """,
        owner_id,
        get_key_sql(owners),
    )
    _change_lines(owners, changes, statement)


def _change_lines(owners, changes, statement):
    """Execute ``statement`` and sum the scores of the owners again.

    :param SQL changes: a query of what is to change, with ``owner_id``
    :param SQL statement: what changes it, it can use the query as ``changed``
    """
    env = owners.env
    env.flush_all()
    tune(env.cr)
    # In the order of the owners, so that no two of these wait for each other.
    rows = env.execute_query(
        SQL(
            """
            WITH changed AS MATERIALIZED (
                SELECT found.*
                  FROM (%(changes)s) found
                  JOIN %(table)s owner ON owner.id = found.owner_id
              ORDER BY owner.id
                   FOR NO KEY UPDATE OF owner
            ), done AS (
                %(statement)s RETURNING line.%(owner_id)s
            )
            SELECT DISTINCT * FROM done
            """,
            table=SQL.identifier(owners._table),
            owner_id=SQL.identifier(owners._ledger_field),
            changes=changes,
            statement=statement,
        )
    )
    if rows:
        env["website.crm.score.line"].invalidate_model()
        owners.browse(id_ for (id_,) in rows)._resum_scores()


def _get_points_sql(units, company):
    """Return the points that a row ``rule`` gives to an owner.

    The lines of another company's rules give nothing. They are kept, since core empties
    the company of a lead for a while: when its customer is linked, or when it has no
    team.
    """
    return SQL(
        "CASE WHEN rule.company_id IS NULL OR rule.company_id = %s THEN %s ELSE 0 END",
        company,
        get_worth_sql(units),
    )


def get_key_sql(owners):
    """Return the columns of the unique index of the lines of ``owners``."""
    if owners._ledger_field == "lead_id":
        return SQL("(lead_id, rule_id)")
    owner = SQL.identifier(owners._ledger_field)
    return SQL("(%s, rule_id) WHERE %s IS NOT NULL", owner, owner)
