"""What the leads that a suggestion learns from had before the end."""

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..scoring.matching import get_query
from ..scoring.worklist import tune
from ..tools.rule_domain import iter_fields, parse_domain
from .cohort import LEADS

# What a rule gives more often tells hardly more; and leads differ less so.
MOST_TIMES = 10

MATCHES = SQL("website_crm_score_cohort_match")


class Matches:
    """Which leads of a cohort have which candidate, or rule, in a temporary table: as
    the engine of the rules finds it, and only what was so before a lead was closed.
    """

    def __init__(self, cohort):
        self.cohort = cohort
        self.env = cohort.env

    def clear(self):
        """Make the table, empty."""
        self.drop()
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s"
                " (lead_id integer, candidate integer, times integer DEFAULT 1)",
                MATCHES,
            )
        )

    def drop(self):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", MATCHES))

    def add(self, rules, late_fields=()):
        """Note which leads have what rules look at, that differ in nothing but how much
        of it there has to be.

        :param dict rules: by number
        :param late_fields: fields of the lead that must not have been set by closing it
        :return: whether the rules could be read
        :rtype: bool
        """
        rule = next(iter(rules.values()))
        query = self._find_query(rule)
        if not query:
            return False
        if rule.rule_type != "event":
            for number in rules:
                self._add_matches(number, query, late_fields)
            return True
        if rule._find_event_error():
            return False
        self._add_events(rules, rule, query)
        return True

    def _find_query(self, rule):
        """Return the query of a rule's domain; None if who is to read it, its author or
        this user, may not read what it looks at."""
        tune(self.env.cr)  # for it is until the end of the transaction, each time
        try:
            return get_query(rule, Domain.TRUE)
        except UserError:
            return None

    def _add_matches(self, number, query, late_fields):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(matches)s
                SELECT lead_id, %(number)s FROM %(leads)s cohort
                 WHERE lead_id IN %(ids)s AND NOT %(is_late)s
                """,
                matches=MATCHES,
                number=number,
                leads=LEADS,
                ids=query.subselect(),
                is_late=self._get_is_late_sql(late_fields),
            )
        )

    def _get_is_late_sql(self, names):
        """Return whether one of these fields was set when ``cohort`` was closed, or
        later: of those that are tracked it is known."""
        fields = self.env["crm.lead"]._fields
        names = [name for name in names if getattr(fields[name], "tracking", False)]
        if not names:
            return SQL("FALSE")
        # sudo: which fields there are
        get_id = self.env["ir.model.fields"].sudo()._get
        return SQL(
            """
            lead_id IN (
             SELECT message.res_id
               FROM mail_tracking_value value
               JOIN mail_message message ON message.id = value.mail_message_id
               JOIN %(leads)s closed ON closed.lead_id = message.res_id
              WHERE message.model = 'crm.lead' AND message.date >= closed.closed_date
                AND value.field_id = ANY(%(fields)s)
                AND COALESCE(old_value_char, '') = ''
                AND COALESCE(old_value_text, '') = ''
                AND COALESCE(old_value_integer, 0) = 0)
            """,
            leads=LEADS,
            fields=[get_id("crm.lead", name).id for name in names],
        )

    def _add_events(self, rules, rule, query):
        source, owners = rule._get_source(), rule._get_owners(rule.apply_to)
        level = source._get_level_field(rule)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(matches)s
                SELECT owner.lead_id, least.number
                  FROM (SELECT cohort.lead_id, max(event.level) AS level
                          FROM (%(levels)s) event
                          JOIN %(leads)s cohort ON cohort.lead_id = event.owner_id
                         WHERE event.date < COALESCE(closed_date, %(now)s)
                           AND cohort.lead_id IN %(earners)s
                      GROUP BY cohort.lead_id) owner
                  JOIN unnest(%(numbers)s, %(least)s) least(number, level)
                    ON owner.level >= least.level
                """,
                matches=MATCHES,
                levels=source._get_levels(rule, owners),
                leads=LEADS,
                now=self.env.cr.now().replace(tzinfo=None),
                earners=query.subselect(),
                numbers=list(rules),
                least=[max(one[level], 1) for one in rules.values()],
            )
        )

    def forget(self, numbers):
        """Forget which leads have the candidates ``numbers``."""
        query = SQL("DELETE FROM %s WHERE candidate = ANY(%s)", MATCHES, list(numbers))
        self.env.cr.execute(query)

    def add_times(self, number, rule):
        """Note how many times a rule that there is gave its value to leads before they
        were closed, as a run would then have counted it; not more than
        :data:`MOST_TIMES`.

        :return: whether the rule could be read
        :rtype: bool
        """
        query = self._find_query(rule)
        if not query:
            return False
        if rule.rule_type == "event":
            self._add_counts(number, rule, query)
        else:
            self._add_matches(number, query, get_lead_fields(rule))
        return True

    def _add_counts(self, number, rule, query):
        end = SQL("COALESCE(closed_date, %s)", self.env.cr.now().replace(tzinfo=None))
        age = SQL("EXTRACT(epoch FROM %s - event.date) / 86400", end)
        units = SQL("weight")
        if rule.is_fading and rule.valid_days:
            units = SQL("weight * (1 - %s / %s)", age, rule.valid_days)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(matches)s
                SELECT lead_id, %(number)s,
                       GREATEST(LEAST(round(sum(units) FILTER (
                           WHERE place <= %(last)s OR %(last)s = 0)), %(most)s), 1)
                  FROM (SELECT cohort.lead_id, %(units)s AS units, row_number() OVER (
                               PARTITION BY cohort.lead_id
                               ORDER BY event.date DESC) AS place
                          FROM (%(events)s) event
                          JOIN %(leads)s cohort ON cohort.lead_id = event.owner_id
                         WHERE event.date < %(end)s
                           AND (%(days)s = 0 OR %(age)s < %(days)s)
                           AND cohort.lead_id IN %(earners)s) event
              GROUP BY lead_id HAVING count(*) >= %(least)s
                """,
                matches=MATCHES,
                number=number,
                last=rule.max_count,
                most=_get_most_times(rule),
                units=units,
                events=rule._get_events(),
                leads=LEADS,
                end=end,
                days=rule.valid_days,
                age=age,
                earners=query.subselect(),
                least=rule.min_count,
            )
        )


def get_lead_fields(rule):
    """Return the names of the fields of the lead that the domain of a rule looks at."""
    fields = iter_fields(parse_domain(rule.domain, rule.env), rule.env["crm.lead"])
    return {field.name for field in fields if field.model_name == "crm.lead"}


def _get_most_times(rule):
    """Return how many times its value a rule gives at most, or is taken to."""
    if not rule.max_points or not rule.value:
        return MOST_TIMES
    return min(MOST_TIMES, max(round(rule.max_points / abs(rule.value)), 1))
