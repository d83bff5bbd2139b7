"""What the events of a rule count for: who earns, how often, for how long."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..models.website_crm_score_progress import CLOCK_TOLERANCE


def get_worth_sql(units):
    """Return the points that a row ``rule`` gives for ``units`` of its value.

    :param SQL units: a number
    :rtype: SQL
    """
    return SQL(
        """
        CASE WHEN rule.active IS NOT TRUE THEN 0
             WHEN rule.rule_type = 'event' AND rule.max_points > 0
             THEN GREATEST(LEAST(round(rule.value * %(units)s, 2), rule.max_points),
                           -rule.max_points)
             ELSE round(rule.value * %(units)s, 2)
         END
        """,
        units=units,
    )


def get_counts_sql(rule, earners, few=None):
    """Return the query of what the events of each owner count for.

    :param models.BaseModel rule: a rule on events
    :param Query earners: the owners that can earn points
    :param SQL few: a table of few owners, the events of which are read one by one; by
        default all events are
    :return: a query of ``owner_id``, ``units``, ``event_count``, ``first_date`` and
        ``last_date``
    :rtype: SQL
    """
    units, is_counted = _get_worth_of_event(rule)
    events = SQL(
        """
        SELECT event.owner_id, event.date, %(units)s AS units
          FROM (%(events)s) event
         WHERE event.date <= %(latest)s AND %(is_counted)s
        """,
        units=units,
        events=_get_events_of(rule, earners, few),
        latest=get_latest_date(),
        is_counted=is_counted,
    )
    within = SQL()
    if rule.min_count and rule.max_count:  # those beyond are needed, too
        within = SQL("FILTER (WHERE place <= %s)", rule.max_count)
    # The first date is that of all: when a count can fall below the least.
    return SQL(
        """
        SELECT owner_id, round(sum(units) %(within)s, 6) AS units,
               (count(*) %(within)s)::integer AS event_count,
               min(date) AS first_date, max(date) AS last_date
          FROM (%(events)s) event
      GROUP BY owner_id %(enough)s
        """,
        events=_limit_events(rule, events) if rule.max_count else events,
        within=within,
        enough=SQL("HAVING count(*) >= %s", rule.min_count)
        if rule.min_count
        else SQL(),
    )


def _get_worth_of_event(rule):
    """Return how many units a row ``event`` is, and the condition that it is not too
    old to count."""
    units = SQL("event.weight::numeric")
    if rule.is_fading and rule.valid_days:
        age = _get_age_sql(rule, SQL("event.date"))
        units = SQL("%s * (%s - %s) / %s", units, rule.valid_days, age, rule.valid_days)
        return units, SQL("%s < %s", age, rule.valid_days)
    if rule.valid_days:
        return units, SQL("event.date > %s", _get_oldest_date(rule))
    return units, SQL("TRUE")


def get_fates_sql(rule, owner_id):
    """Return the query of all events of an owner, the latest first, and whether they
    count.

    :param models.BaseModel rule: a rule on events
    :param int owner_id: of whom they are
    :return: a query of ``date``, ``units`` and ``fate``: ``counted``, ``early``,
        ``expired``, or ``beyond`` the number that counts
    :rtype: SQL
    """
    units, is_counted = _get_worth_of_event(rule)
    return SQL(
        """
        SELECT date, units,
               CASE WHEN fate = 'counted' AND place > %(max_count)s
                    THEN 'beyond' ELSE fate END AS fate
          FROM (SELECT event.*, row_number() OVER (
                       PARTITION BY fate ORDER BY date DESC, units DESC) AS place
                  FROM (SELECT event.date, %(units)s AS units,
                               CASE WHEN event.date > %(latest)s THEN 'early'
                                    WHEN NOT %(is_counted)s THEN 'expired'
                                    ELSE 'counted' END AS fate
                          FROM (%(events)s) event
                         WHERE event.owner_id = %(owner_id)s) event) event
      ORDER BY date DESC
        """,
        max_count=rule.max_count or None,
        units=units,
        latest=get_latest_date(),
        is_counted=is_counted,
        events=rule._get_events(),
        owner_id=owner_id,
    )


def _get_events_of(rule, earners, few):
    if not few:
        return SQL(
            "SELECT owner_id, date, weight FROM (%s) event WHERE owner_id IN %s",
            rule._get_events(),
            earners.subselect(),
        )
    # Lateral: whatever the source does with the events of an owner, such as to rank
    # them, PostgreSQL then does with those of these owners alone. By its offset the
    # subquery stays one: else it can be joined with all events at once.
    return SQL(
        """
        SELECT few.owner_id, event.date, event.weight
          FROM %(few)s few
    CROSS JOIN LATERAL (
               SELECT * FROM (%(events)s) event
                WHERE event.owner_id = few.owner_id
               OFFSET 0) event
         WHERE few.owner_id IN %(earners)s
        """,
        few=few,
        events=rule._get_events(),
        earners=earners.subselect(),
    )


def _limit_events(rule, events):
    """Return the query of the last ones of the events of each owner; of all of them, by
    their place, where the rule asks for so many at least."""
    ranked = SQL(
        """
        SELECT event.*, row_number() OVER (
               PARTITION BY owner_id ORDER BY date DESC, units DESC) AS place
          FROM (%s) event
        """,
        events,
    )
    if rule.min_count:
        return ranked
    return SQL("SELECT * FROM (%s) ranked WHERE place <= %s", ranked, rule.max_count)


def get_recent_queries(rule, since):
    """Return queries of the owners with events that came or went since the last run.

    Events that count no longer are those of the ledger's oldest dates; fading ones are
    worth less each day, all at the same time.

    :param models.BaseModel rule: a rule on events
    :param datetime since: what counting is caught up to
    :rtype: list[SQL]
    """
    owners = rule._get_owners(rule.apply_to)
    queries = [
        SQL(
            "SELECT owner_id FROM (%(events)s) event"
            " WHERE date >= %(since)s AND date <= %(latest)s AND owner_id IS NOT NULL",
            events=rule._get_source()._get_recent_events(rule, owners, since),
            since=since,
            latest=get_latest_date(),
        )
    ]
    held = SQL(
        "SELECT %s AS owner_id FROM website_crm_score_line WHERE rule_id = %s",
        SQL.identifier(owners._ledger_field),
        rule.id,
    )
    if not rule.valid_days:
        return queries
    if not rule.is_fading:
        return [*queries, SQL("%s AND first_date <= %s", held, _get_oldest_date(rule))]
    if _get_day(rule, since) != _get_day(rule, fields.Datetime.now()):
        queries.append(held)
    return queries


def get_latest_date():
    """Return the date after which an event has not happened yet.

    Clocks differ: what was done a moment ago can bear a later date. To the minute, so
    that rules of a run ask for the same.
    """
    return fields.Datetime.now().replace(second=0) + CLOCK_TOLERANCE


def _get_oldest_date(rule):
    """Return the date at which an event is too old to count."""
    return fields.Datetime.now() - timedelta(days=rule.valid_days)


def _get_day(rule, date):
    """Return the day that ``date`` is on where the author of the rule is."""
    rule = rule.with_context(tz=rule.tz or "UTC")
    return fields.Datetime.context_timestamp(rule, date).date()


def _get_age_sql(rule, date):
    """Return the SQL of the number of days since the day of ``date``."""
    today = _get_day(rule, fields.Datetime.now())
    return SQL("GREATEST(%s::date - %s, 0)", today, rule._get_day_sql(date))
