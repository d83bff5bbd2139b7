from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .website_crm_pageview import CLOCK_TOLERANCE


class WebsiteCrmScoreEvent(models.Model):
    """Counting the events of rules of the type *event*: who earns, how often, for how
    long, and which leads a run has to look at."""

    _inherit = "website.crm.score"

    @api.model
    def _get_worth_sql(self, units):
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

    def _get_news_queries(self):
        """Return queries of the leads with events that came or went since the last run.

        Events that count no longer are those of the ledger's oldest dates; fading ones
        are worth less each day, all at the same time.

        :rtype: list[SQL]
        """
        since = self._get_progress().counted_date
        owners = self._get_owners(self.apply_to)
        queries = [
            SQL(
                "SELECT owner_id FROM (%(events)s) event"
                " WHERE date >= %(since)s AND date <= %(latest)s"
                " AND owner_id IS NOT NULL",
                events=self._get_source()._get_recent_events(self, owners, since),
                since=since,
                latest=self._get_latest_date(),
            )
        ]
        held = SQL(
            "SELECT %s AS owner_id FROM website_crm_score_line WHERE rule_id = %s",
            self._get_owner_sql(),
            self.id,
        )
        if not self.valid_days:
            return queries
        if not self.is_fading:
            oldest = self._get_oldest_date()
            return [*queries, SQL("%s AND first_date <= %s", held, oldest)]
        if self._get_day(since) != self._get_day(fields.Datetime.now()):
            queries.append(held)
        return queries

    def _get_counts_sql(self, earners, news=None):
        """Return the query of what the events of each lead count for.

        :param Query earners: the leads that can earn points
        :param SQL news: a table of few leads, the events of which are read one by one;
            by default all events are
        :return: a query of ``owner_id``, ``units``, ``event_count``, ``first_date`` and
            ``last_date``
        :rtype: SQL
        """
        units, is_counted = SQL("event.weight::numeric"), SQL("TRUE")
        if self.is_fading and self.valid_days:
            age = self._get_age_sql(SQL("event.date"))
            units = SQL(
                "%s * (%s - %s) / %s", units, self.valid_days, age, self.valid_days
            )
            is_counted = SQL("%s < %s", age, self.valid_days)
        elif self.valid_days:
            is_counted = SQL("event.date > %s", self._get_oldest_date())
        events = SQL(
            """
            SELECT event.owner_id, event.date, %(units)s AS units
              FROM (%(events)s) event
             WHERE event.date <= %(latest)s AND %(is_counted)s
            """,
            units=units,
            events=self._get_events_of(earners, news),
            latest=self._get_latest_date(),
            is_counted=is_counted,
        )
        if self.max_count:
            events = self._limit_events(events)
        return SQL(
            """
            SELECT owner_id, round(sum(units), 6) AS units,
                   count(*)::integer AS event_count,
                   min(date) AS first_date, max(date) AS last_date
              FROM (%s) event
          GROUP BY owner_id
            """,
            events,
        )

    def _get_events_of(self, earners, news):
        """Return the query of the events of ``earners``."""
        if not news:
            return SQL(
                "SELECT owner_id, date, weight FROM (%(events)s) event"
                " WHERE event.owner_id IN %(earners)s",
                events=self._get_events(),
                earners=earners.subselect(),
            )
        # Lateral: whatever the source does with the events of a lead, such as to rank
        # them, PostgreSQL then does with those of these leads alone. By its offset the
        # subquery stays one: else it can be joined with all events at once.
        return SQL(
            """
            SELECT news.owner_id, event.date, event.weight
              FROM %(news)s news
        CROSS JOIN LATERAL (
                   SELECT * FROM (%(events)s) event
                    WHERE event.owner_id = news.owner_id
                   OFFSET 0) event
             WHERE news.owner_id IN %(earners)s
            """,
            news=news,
            events=self._get_events(),
            earners=earners.subselect(),
        )

    def _get_owner_sql(self):
        """Return the name of the column that says whose a line is."""
        return SQL.identifier(self._get_owners(self.apply_to)._ledger_field)

    def _limit_events(self, events):
        """Return the query of the last ones of the events of each lead."""
        return SQL(
            """
            SELECT * FROM (
                SELECT event.*, row_number() OVER (
                       PARTITION BY owner_id ORDER BY date DESC, units DESC) AS place
                  FROM (%s) event
            ) ranked WHERE place <= %s
            """,
            events,
            self.max_count,
        )

    @api.model
    def _get_latest_date(self):
        """Return the date after which an event has not happened yet.

        Clocks differ: what was done a moment ago can bear a later date.
        """
        return fields.Datetime.now() + CLOCK_TOLERANCE

    def _get_oldest_date(self):
        """Return the date at which an event is too old to count."""
        return fields.Datetime.now() - timedelta(days=self.valid_days)

    def _get_day(self, date):
        """Return the day that ``date`` is on where the author of the rule is."""
        return fields.Datetime.context_timestamp(
            self.with_context(tz=self.tz or "UTC"), date
        ).date()

    def _get_age_sql(self, date):
        """Return the SQL of the number of days since the day of ``date``."""
        today = self._get_day(fields.Datetime.now())
        return SQL("GREATEST(%s::date - %s, 0)", today, self._get_day_sql(date))
