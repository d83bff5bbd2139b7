"""Which owners rules give something to, or take from, in a run."""

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .counting import get_counts_sql, get_recent_queries
from .matching import get_query, get_scope_query, looks_at_pages_only
from .worklist import Worklist, create_tables, tune

# What is known of events that were counted; all else counts once.
COUNTED = ("units", "event_count", "first_date", "last_date")
# For more owners than these, all events are read at once, not those of each owner.
MANY_OWNERS = 20_000


class Finding(Worklist):
    """What a run looks at, and what its rules say of it.

    All rules look at the owners that are stale, as new ones are. Some look at all that
    are open, or also at those with recent events of theirs, see :meth:`_look`.
    """

    def __init__(self, run, scope=Domain.TRUE):
        """
        :param Domain scope: the owners to look at, of those that are open
        """
        super().__init__(run)
        self.scope = self.model._open_domain() & scope
        if run.looks_at != "all":
            self.scope &= self.model._ready_domain()
        self.progress = run._get_progress()
        self.wide_rule_ids = []
        self.recent = []
        self._analyze_unknown()
        tune(self.env.cr)
        create_tables(run)
        if run.looks_at != "all":
            self._add_stale()

    def _analyze_unknown(self):
        """Have PostgreSQL look at the owners and at what their events are made of where
        it knows nothing of these, as of a database that was just restored.

        It would take all events for a few, and read all owners for each.
        """
        sources = self.env["website.crm.score.source"]._get_all()
        names = {self.model._name, *(source._evidence for source in sources)} - {None}
        tables = [self.env[name]._table for name in names]
        unknown = self._fetch(
            SQL(
                "SELECT relname FROM pg_class"
                " WHERE oid = ANY(%s::regclass[]) AND reltuples < 0",
                tables,
            )
        )
        for (table,) in unknown:
            self._execute(SQL("ANALYZE (SKIP_LOCKED) %s", SQL.identifier(table)))

    def _add_stale(self):
        """Add the owners that are stale, whatever the rules give them."""
        owners = self.model.with_context(active_test=False)
        query = owners._search(self.run._get_stale_domain() & self.scope)
        self._execute(
            SQL(
                "INSERT INTO %s %s",
                self.owners,
                query.select(
                    SQL.identifier(query.table, "id"),
                    SQL.identifier(query.table, "xmin"),
                    SQL("%s::boolean", not self.run._is_whole()),
                ),
            )
        )
        self._execute(SQL("ANALYZE %s", self.owners))

    # WHAT A RULE LOOKS AT

    def _look(self, rule, recent):
        """Return the table of the owners that ``rule`` looks at, None for all."""
        is_usual = self.run.looks_at == "usual"
        if self.run.looks_at == "all" or is_usual and self._is_to_look_at_all(rule):
            return None
        if is_usual and rule.rule_type == "event":
            return self._add_recent(rule, recent)
        return self.owners

    def _is_to_look_at_all(self, rule):
        """Return whether ``rule`` looks at owners that nothing tells of, as once a day.

        A rule that was changed does, or was left out, perhaps for long.
        """
        if self.run.owners_date:
            return True
        if rule.rule_type == "event":
            since = self.progress.events_date
            return not since or rule.write_date >= since or bool(rule.error)
        return rule.event_based and (
            rule.write_date >= self.progress.owners_date
            or not looks_at_pages_only(rule)
        )

    def _add_recent(self, rule, recent):
        """Return a table of the owners that are stale or have recent events of
        ``rule``: that of another rule, where that asks for the same.

        :param list recent: gets the query and the table, if it is a new one
        """
        queries = [SQL("SELECT owner_id FROM %s", self.owners)]
        queries += get_recent_queries(rule, self.progress.events_date)
        query = SQL(" UNION ").join(queries)
        for known, table in self.recent:
            if known == query:
                return table
        name = f"website_crm_score_recent_{self.run.id}_{len(self.recent)}"
        table = SQL.identifier(name)
        self._execute(SQL("CREATE TEMPORARY TABLE %s AS %s", table, query))
        self._execute(SQL("ANALYZE %s", table))
        recent.append((query, table))
        return table

    # WHAT A RULE SAYS

    def add(self, rule):
        """Add what ``rule`` gives to owners, and what it takes from them.

        :return: how many owners match it
        :rtype: int
        :raise UserError: see ``get_query``, and if what it counts is no longer there
        """
        if rule.rule_type == "event" and (error := rule._find_event_error()):
            raise UserError(error)
        recent = []
        matched = self._add(rule, self._look(rule, recent))
        # That of a rule that failed is taken back with all that it did.
        self.recent += recent
        return matched

    def _add(self, rule, looked_at):
        scope, is_event = self.scope, rule.rule_type == "event"
        if not (is_event or rule.event_based or self.run.looks_at == "all"):
            scope &= Domain("score_date", "=", False)
        elif looked_at is not self.owners:
            self.wide_rule_ids.append(rule.id)
        query = self._restrict(get_query(rule, scope), looked_at)
        losers = None
        if is_event or rule.event_based and rule.take_back:
            losers = self._restrict(get_scope_query(rule, scope), looked_at)
        if not is_event:
            hits = SQL("%s AS owner_id", SQL.identifier(query.table, "id"))
            return self._add_gains(rule, query.select(hits), losers)
        counts = get_counts_sql(rule, query, self._get_few(looked_at))
        return self._add_gains(rule, counts, losers, COUNTED)

    def _restrict(self, query, table):
        if table:
            owner_id = SQL.identifier(query.table, "id")
            query.add_where(SQL("%s IN (SELECT owner_id FROM %s)", owner_id, table))
        return query

    def _get_few(self, table):
        """Return ``table`` if it is best to read the events of each of its owners."""
        if not table:
            return None
        [(count,)] = self._fetch(SQL("SELECT count(*) FROM %s", table))
        return table if count <= MANY_OWNERS else None

    def _add_gains(self, rule, found, losers=None, counted=()):
        """Add what was found for owners, where the ledger has it otherwise.

        :param SQL found: a query of ``owner_id`` and of what was counted
        :param Query losers: those of these owners that nothing was found for lose their
            line
        :param tuple counted: the names of these columns
        :return: for how many owners something was found
        """
        # It is found once: plans made while the statistics of the tables are poor would
        # else find it for each owner again.
        [(matched,)] = self._fetch(
            SQL(
                """
                WITH found AS MATERIALIZED (
                    %(found)s
                ), gain AS (
                    INSERT INTO %(gains)s (%(columns)s, rule_id)
                    SELECT %(columns)s, %(rule_id)s
                      FROM found
                     WHERE NOT EXISTS (
                           SELECT FROM website_crm_score_line line
                            WHERE line.%(owner)s = found.owner_id
                              AND line.rule_id = %(rule_id)s AND %(is_same)s)
                ), loss AS (
                    INSERT INTO %(losses)s
                    SELECT line.%(owner)s, line.rule_id
                      FROM website_crm_score_line line
                     WHERE line.rule_id = %(rule_id)s
                       AND %(is_lost)s
                )
                SELECT count(*) FROM found
                """,
                found=found,
                gains=self.gains,
                rule_id=rule.id,
                owner=self.owner,
                columns=SQL(", ").join(map(SQL.identifier, ("owner_id", *counted))),
                is_same=self._get_is_same_sql(counted),
                losses=self.losses,
                is_lost=self._get_is_lost_sql(losers),
            )
        )
        return matched

    def _get_is_same_sql(self, counted):
        """Return the condition that a line says what was counted."""
        if not counted:
            return SQL("TRUE")
        lines, found = (
            SQL(", ").join(SQL.identifier(table, name) for name in counted)
            for table in ("line", "found")
        )
        return SQL("(%s) IS NOT DISTINCT FROM (%s)", lines, found)

    def _get_is_lost_sql(self, losers):
        if losers is None:
            return SQL("FALSE")
        return SQL(
            """
            line.%(owner)s IN %(losers)s
            AND line.%(owner)s NOT IN (SELECT owner_id FROM found)
            """,
            owner=self.owner,
            losers=losers.subselect(),
        )

    def close(self):
        """Add the owners that gain or lose something and are not stale."""
        for _query, table in self.recent:
            self._execute(SQL("DROP TABLE %s", table))
        self._execute(
            SQL(
                """
                INSERT INTO %(owners)s
                SELECT owner.id, owner.xmin, TRUE
                  FROM %(table)s owner
                  JOIN (SELECT owner_id FROM %(gains)s
                         WHERE rule_id = ANY(%(wide_rule_ids)s)
                         UNION
                        SELECT owner_id FROM %(losses)s) other
                    ON other.owner_id = owner.id
                 WHERE NOT EXISTS (
                       SELECT FROM %(owners)s entry WHERE entry.owner_id = owner.id)
                """,
                table=self.table,
                owners=self.owners,
                gains=self.gains,
                losses=self.losses,
                wide_rule_ids=self.wide_rule_ids,
            )
        )
