from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .website_crm_pageview import CLOCK_TOLERANCE


class WebsiteCrmScoreEvent(models.Model):
    """Rules of the type *event* give their value each time that something happens.

    What happened is counted in its source at each run, never added up by hand: to run
    again changes nothing, an event that is seen late is found, and one that no longer
    counts is simply not counted. The ledger line of a lead says how many events count,
    and from when to when they are.

    An event type is an entry of :attr:`event_type` and a method
    ``_get_events_<event type>``, see readme/DEVELOP.md. All else is done here: who
    earns, how often, for how long, and which leads a run has to look at.
    """

    _inherit = "website.crm.score"

    rule_type = fields.Selection(
        selection=[("domain", "What they are"), ("event", "What happens")],
        string="Looks at",
        required=True,
        default="domain",
        help="What they are: leads or contacts that match get the points once.\n"
        "What happens: the points are given each time that it happens.",
    )
    event_type = fields.Selection(
        selection=[],
        string="Event",
        help="What has to happen for the points to be given.",
    )
    max_count = fields.Integer(
        string="At Most (Times)",
        help="So many events count, the most recent ones. 0 for no limit.",
    )
    max_points = fields.Float(
        string="At Most (Points)",
        digits=(16, 2),
        help="The rule gives not more points than these, however often the event "
        "happens; a rule that takes points takes not more. 0 for no limit.",
    )
    valid_days = fields.Integer(
        string="Counts for (Days)",
        help="An event no longer counts when so many days have passed. 0 for always.",
    )
    is_fading = fields.Boolean(
        string="Fades",
        help="The points of an event become less day by day, in equal steps, until "
        "they are nothing.",
    )

    @api.constrains(lambda self: self._get_event_fields())
    def _check_event(self):
        for rule in self.filtered(lambda rule: rule.rule_type == "event"):
            if error := rule._find_event_error() or rule._find_error():
                raise ValidationError(
                    self.env._(
                        "The rule “%(rule)s” cannot count events: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                )

    def _find_event_error(self):
        """Return what is missing or wrong in how events are chosen, or False.

        :rtype: str | bool
        """
        self.ensure_one()
        if not self.event_type:
            return self.env._("choose the event.")
        if self.max_count < 0 or self.max_points < 0:
            return self.env._("a limit cannot be less than 0.")
        if self.valid_days < 0:
            return self.env._("the number of days cannot be less than 0.")
        if self.is_fading and not self.valid_days:
            return self.env._("say within how many days their points fade.")
        return False

    @api.model
    def _get_event_fields(self):
        """Return the names of the fields by which rules say what they count.

        They are checked when one of them changes.

        :rtype: set[str]
        """
        limits = {"max_count", "max_points", "valid_days", "is_fading"}
        return {"rule_type", "event_type", *limits}

    # CRUD

    def write(self, vals):
        if self._get_event_fields() & vals.keys():
            vals = {**vals, "error": False}
        others = self.filtered(
            lambda rule: any(
                name in vals and rule[name] != vals[name]
                for name in ("rule_type", "apply_to")
            )
        )
        if not others:
            return super().write(vals)
        self.check_access("write")
        with self.env.cr.savepoint():  # a change that is refused takes no points
            # What they gave was for something or somebody else.
            # sudo: nobody may write the ledger, but whoever may change the rule
            self.env["website.crm.score.line"].sudo()._drop_rules(others)
            return super().write(vals)

    # SOURCES

    def _get_events(self):
        """Return the query of the events of this rule, whoever they are of.

        :return: a query of ``lead_id``, or ``partner_id`` if the rule is for contacts,
            ``date`` (in UTC, from when on the event counts) and ``weight`` (how many
            times the value it is worth, usually 1)
        :rtype: SQL
        """
        self.ensure_one()
        return getattr(self, f"_get_events_{self.event_type}")()

    def _get_recent_events(self, since):
        """Return the query of events that are as young as ``since``, others included.

        An event type whose query PostgreSQL cannot read from a date on, as where it
        compares an event with the one before, has its own way:
        ``_get_recent_events_<event type>``.

        :param datetime since: in UTC
        :return: a query of ``lead_id`` or ``partner_id``, and ``date``
        :rtype: SQL
        """
        self.ensure_one()
        own = getattr(self, f"_get_recent_events_{self.event_type}", None)
        if own:
            return own(since)
        events = self._get_events()
        return SQL("SELECT * FROM (%s) event WHERE date >= %s", events, since)

    # COUNTING

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
        queries = [
            SQL(
                "SELECT %(owner)s AS owner_id FROM (%(events)s) event"
                " WHERE date >= %(since)s AND date <= %(latest)s"
                " AND %(owner)s IS NOT NULL",
                owner=self._get_owner_sql(),
                events=self._get_recent_events(since),
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
                "SELECT %(owner)s AS owner_id, date, weight FROM (%(events)s) event"
                " WHERE event.%(owner)s IN %(earners)s",
                owner=self._get_owner_sql(),
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
                    WHERE event.%(owner)s = news.owner_id
                   OFFSET 0) event
             WHERE news.owner_id IN %(earners)s
            """,
            news=news,
            owner=self._get_owner_sql(),
            events=self._get_events(),
            earners=earners.subselect(),
        )

    def _get_owner_sql(self):
        """Return the name of the column that says whose a line or an event is."""
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

    def _get_day_sql(self, date):
        """Return the SQL of :meth:`_get_day`.

        :param SQL date: a time in UTC
        :rtype: SQL
        """
        zone = self._get_sql_zone(self.tz)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", date, zone)

    def _get_age_sql(self, date):
        """Return the SQL of the number of days since the day of ``date``."""
        today = self._get_day(fields.Datetime.now())
        return SQL("GREATEST(%s::date - %s, 0)", today, self._get_day_sql(date))
