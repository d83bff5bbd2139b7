"""Why a rule gives its points to an owner, or does not: read, never written."""

from odoo.fields import Domain
from odoo.tools import SQL

from .counting import get_fates_sql
from .matching import get_query, get_scope_query
from .wording import DomainReader

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
        self.reader = DomainReader(owner.env)

    def fetch(self):
        """Return how the trial went.

        :return: ``is_open`` and ``is_for``: whether rules, and this one, look at the
            owner; ``conditions``, each with its ``depth``, ``words`` and whether it
            ``holds``; whether the domain ``matches``; ``events``, each with ``date``,
            ``units`` and ``fate``
        :rtype: dict
        """
        conditions = self._try_conditions()
        return {
            "is_open": self._exists(self._get_open()),
            "is_for": self._exists(get_scope_query(self.rule, self.scope)),
            "matches": self._exists(get_query(self.rule, self.scope)),
            "conditions": conditions,
            "events": self._find_events(),
        }

    def _get_open(self):
        owners = self.owner.sudo()  # sudo: whether rules look at it is the jobs' affair
        domain = owners._scored_domain() & self.scope
        return owners._search(domain, active_test=False)

    def _exists(self, *queries):
        """Return whether each query finds the owner; of one alone, whether it does."""
        tests = [SQL("EXISTS %s", query.subselect()) for query in queries]
        if not tests:
            return ()
        [found] = self.owner.env.execute_query(SQL("SELECT %s", SQL(", ").join(tests)))
        return found if len(tests) > 1 else found[0]

    # CONDITIONS

    def _try_conditions(self):
        model = self.owner.browse()
        domain = self.reader.parse(self.rule.domain, model)
        if domain is None or domain.is_true():
            return []
        nodes = list(_walk(domain))
        queries = [self._compile(node) for _depth, node in nodes]
        found = self._exists(*queries)
        found = found if len(queries) > 1 else [found]
        return [
            self._tell(depth, node, holds)
            for (depth, node), holds in zip(nodes, found, strict=True)
        ]

    def _compile(self, node):
        alone = self.rule.new({"domain": repr(node)}, origin=self.rule._origin)
        alone.update({name: self.rule[name] for name in KEPT})
        return get_query(alone, self.scope)

    def _tell(self, depth, node, holds):
        if not self._may_read(node):
            words = self.owner.env._("A condition on what you cannot see")
            return {"depth": depth, "words": words, "holds": None}
        words = self.reader.say(node, self.owner.browse())
        return {"depth": depth, "words": words, "holds": holds}

    def _may_read(self, node):
        """Return whether the user may read all fields that ``node`` looks at."""
        return all(
            self._may_read_path(condition.field_expr)
            for condition in node.iter_conditions()
        )

    def _may_read_path(self, path):
        model = self.owner.browse()
        for name in path.split("."):
            if model is None:
                return True
            field = model._fields[name]
            may_read = model.has_access("read") and model._has_field_access(
                field, "read"
            )
            if not may_read:
                return False
            model = model.env[field.comodel_name] if field.relational else None
        return True

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


def _walk(node, depth=0):
    """Yield the parts of a domain, each with how deep it lies: those that all have to
    hold beside each other, the alternatives below what they are alternatives of."""
    operator = getattr(node, "OPERATOR", None)
    if operator == "&":
        for child in node.children:
            yield from _walk(child, depth)
        return
    yield depth, node
    for child in node.children if operator == "|" else ():
        yield from _walk(child, depth + 1)
