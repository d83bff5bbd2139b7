"""Why a rule gives its points to an owner, or does not: read, never written."""

from odoo.fields import Domain
from odoo.tools import SQL

from .conditions import Conditions, exist
from .counting import get_fates_sql
from .matching import get_query, get_scope_query

# So many events are told of.
MAX_EVENTS = 20
# What a condition is read by.
KEPT = ("author_id", "lang", "tz", "apply_to", "company_id")


class Trial:
    """Tries one rule on one owner.

    The conditions of the domain are tried one by one, each compiled alone for that
    owner; the events are told with what becomes of each.
    """

    def __init__(self, rule, owner):
        """
        :param models.BaseModel rule: with all rights; it need not be saved
        :param models.BaseModel owner: a lead or contact, in the environment of the user
        """
        self.rule = rule
        self.owner = owner
        self.scope = Domain("id", "=", owner.id)

    def fetch(self):
        """Return how the trial went.

        :return: ``is_open`` and ``is_for``: whether rules, and this one, look at the
            owner; ``conditions``, each with its ``depth``, ``words`` and whether it
            ``holds``; whether the domain ``matches``; ``events``, each with ``date``,
            ``units`` and ``fate``
        :rtype: dict
        """
        conditions = Conditions(self.owner, self.rule.domain, self._compile).fetch()
        owners = self.owner.sudo()  # sudo: whether rules look at it is the jobs' affair
        queries = [
            owners._search(owners._open_domain() & self.scope, active_test=False),
            get_scope_query(self.rule, self.scope),
            get_query(self.rule, self.scope),
        ]
        is_open, is_for, matches = exist(self.owner.env, queries)
        return {
            "is_open": is_open,
            "is_for": is_for,
            "matches": matches,
            "conditions": conditions,
            "events": self._find_events(),
        }

    def _compile(self, node):
        alone = self.rule.new({"domain": repr(node)}, origin=self.rule._origin)
        alone.update({name: self.rule[name] for name in KEPT})
        return get_query(alone, self.scope)

    # EVENTS

    def _find_events(self):
        if self.rule.rule_type != "event":
            return []
        source, owners = self.rule._get_source(), self.owner.browse()
        query = get_fates_sql(self.rule, self.owner.id)
        if uncounted := source._get_uncounted_events(self.rule, owners):
            query = SQL(
                "SELECT date, units, fate FROM (%s) event UNION ALL"
                " SELECT date, 0, reason FROM (%s) other WHERE owner_id = %s"
                " ORDER BY date DESC",
                query,
                uncounted,
                self.owner.id,
            )
        rows = self.owner.env.execute_query(query)
        return [
            {"date": date, "units": float(units), "fate": fate}
            for date, units, fate in rows
        ]
