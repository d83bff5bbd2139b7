"""What several sources of events are built on, read once by a statement of them all."""

from odoo.tools import SQL

from ..tools.own_context import HandedDown


class Shared(HandedDown):
    """The queries that the sources of a statement share, by their names in it."""

    context_key = "website_crm_score_shared"

    def __init__(self):
        self._queries = {}

    def bind(self, source):
        """Return the source whose queries are parts of the statement.

        :param models.BaseModel source: see ``website.crm.score.source``
        :rtype: models.BaseModel
        """
        return source.with_context(**{self.context_key: self})

    def add(self, name, query):
        """Return how the statement reads a query of this name.

        :rtype: SQL
        """
        self._queries[name] = query
        return SQL("SELECT * FROM %s", SQL.identifier(name))

    def get_with(self):
        """Return the beginning of the statement; asked for when all else is built.

        :rtype: SQL
        """
        if not self._queries:
            return SQL()
        tables = (
            SQL("%s AS MATERIALIZED (%s)", SQL.identifier(name), query)
            for name, query in self._queries.items()
        )
        return SQL("WITH %s", SQL(", ").join(tables))


def share(env, name, query):
    """Return the query of the same rows as ``query``, which other sources of the same
    statement have under the same name.

    Where there is no such statement, as in a run, which reads events of few owners, it
    is the query itself.

    :rtype: SQL
    """
    shared = Shared.get(env)
    return shared.add(name, query) if shared else query


def is_shared(env):
    """Return whether there is such a statement.

    :rtype: bool
    """
    return Shared.get(env) is not None
