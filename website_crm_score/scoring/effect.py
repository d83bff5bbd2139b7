"""What a rule would give to owners if it were applied now, beside what they have."""

from odoo.exceptions import UserError
from odoo.tools import SQL

from .counting import get_counts_sql, get_worth_sql
from .grading import FIT
from .matching import get_query, get_scope_query


def get_effect_sql(rule, owners):
    """Return the query of the points that owners have of ``rule``, and would have.

    :param models.BaseModel rule: with all rights; what is saved of it is its origin
    :param models.BaseModel owners: the model of leads or of contacts, of the user
    :rtype: SQL
    """
    saved = rule._origin
    is_kept = (rule.rule_type, rule.apply_to) == (saved.rule_type, saved.apply_to)
    found, losers = _find(rule, owners)
    units = _get_units(rule)
    return SQL(
        """
        SELECT owner_id,
               points_before, %(was_fit)s AS was_fit,
               points_after, %(is_fit)s AS is_fit
          FROM (SELECT COALESCE(line.owner_id, found.owner_id) AS owner_id,
                       COALESCE(line.points, 0) AS points_before,
                       COALESCE(CASE WHEN %(is_lost)s THEN 0
                                     WHEN %(is_foreign)s THEN 0
                                     ELSE %(worth)s END, 0) AS points_after
                  FROM (SELECT %(owner_id)s AS owner_id, points, units
                          FROM website_crm_score_line
                         WHERE rule_id = %(saved_id)s
                           AND %(owner_id)s IS NOT NULL) line
             FULL JOIN (%(found)s) found ON found.owner_id = line.owner_id
            CROSS JOIN (%(rule)s) rule) effect
        """,
        was_fit=saved.category == FIT,
        is_fit=rule.category == FIT,
        is_lost=_get_is_lost(losers, is_kept),
        is_foreign=_get_is_foreign(rule, owners),
        worth=get_worth_sql(units),
        owner_id=SQL.identifier(owners._ledger_field),
        saved_id=saved.id or 0,
        found=found,
        rule=_get_row(rule),
    )


def _find(rule, owners):
    """Return what a run would find that applies ``rule``.

    :return: the query of owners with their ``units``, and that of those who lose
        their line if they are not among them, or None
    """
    if not rule.active:
        return SQL("SELECT NULL::integer AS owner_id, 1 AS units WHERE FALSE"), None
    scope = owners._open_domain()
    is_event = rule.rule_type == "event"
    if is_event and (error := rule._find_event_error()):
        raise UserError(error)
    query, losers = get_query(rule, scope), None
    if is_event or rule.event_based and rule.take_back:
        losers = get_scope_query(rule, scope)
    if is_event:
        return get_counts_sql(rule, query), losers
    owner_id = SQL.identifier(query.table, "id")
    return query.select(SQL("%s AS owner_id", owner_id), SQL("1 AS units")), losers


def _get_units(rule):
    """Return for how many units of its value a line is, as a run leaves it."""
    if rule.rule_type == "event":
        return SQL("COALESCE(found.units, line.units)")
    return SQL("COALESCE(line.units, found.units)")


def _get_is_lost(losers, is_kept):
    """Return the condition that an owner would have no line any more."""
    if not is_kept:
        return SQL("found.owner_id IS NULL")
    if losers is None:
        return SQL("FALSE")
    return SQL("found.owner_id IS NULL AND line.owner_id IN %s", losers.subselect())


def _get_is_foreign(rule, owners):
    """Return the condition that a line gives nothing: it is of another company."""
    if not rule.company_id:
        return SQL("FALSE")
    return SQL(
        "COALESCE(line.owner_id, found.owner_id) NOT IN"
        " (SELECT id FROM %s WHERE company_id = %s)",
        SQL.identifier(owners._table),
        rule.company_id.id,
    )


def _get_row(rule):
    return SQL(
        """
        SELECT %s::boolean AS active, %s::varchar AS rule_type,
               round(%s::numeric, 2) AS value, round(%s::numeric, 2) AS max_points
        """,
        rule.active,
        rule.rule_type,
        rule.value,
        rule.max_points,
    )
