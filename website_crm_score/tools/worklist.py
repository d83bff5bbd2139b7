"""What a scoring run found to write: kept in temporary tables until it is written."""

from math import ceil

from odoo.tools import SQL

# At most so many leads are written, and thereby locked, in one transaction.
PART_SIZE = 60_000
# PostgreSQL updates a row without touching its indexes if the new version fits into the
# page of the old one. Leads that lie side by side are therefore written in different
# transactions: each leaves room in every page for the next one. That is three times
# as fast, and needs not more than so many transactions, each of so many leads.
SPREAD = 16
SPREAD_SIZE = 4_000
# So many are written at a time: what was read of them to lock them is then still in
# memory, even where the leads are far larger than PostgreSQL's.
BATCH_SIZE = 4_000
# What counting the events of a rule says of a lead: see WebsiteCrmScoreLine.
COUNT_COLUMNS = SQL(
    "units numeric, event_count integer, first_date timestamp, last_date timestamp"
)
# For more leads than these, all events are read at once, not those of each lead.
MANY_LEADS = 20_000
# Time being up, a job still writes for so many times as long as it took to find what to
# write: the next call would have to find it again.
PATIENCE = 4


def tune(cr):
    """Prepare for statements over many rows, up to the end of the transaction.

    To compile them takes longer than to run them; and they sort and hash up to a
    hundred thousand rows.
    """
    cr.execute(
        "SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"
    )


class Worklist:
    """Leads to write, points gained, events counted and ledger lines lost, in tables
    of their own.

    They are found in one transaction, which reads only, and written in several, a part
    of the leads each. A lead that changed in between, or that somebody is changing, is
    left out: it keeps what makes the next run find it.

    The tables are temporary ones, unless they are to survive the session. Then they are
    not logged either: after a crash they are empty, and everything is found again.
    """

    def __init__(self, owners, key, parts=1, has_losses=False, is_kept=False):
        """
        :param models.BaseModel owners: the model of what is scored, leads or contacts;
            both are called leads here
        :param int key: what no other worklist has
        :param int parts: in how many parts the leads are written
        :param bool has_losses: whether there are lines to delete
        :param bool is_kept: whether the tables survive the session
        """
        self.env = owners.env
        self.owners = owners
        self.owner = SQL.identifier(owners._ledger_field)
        self.table = SQL.identifier(owners._table)
        self.key = key
        self.count = 0
        self.parts = parts
        self.has_losses = has_losses
        self.wide_rule_ids = []
        self.is_kept = is_kept
        prefix = "website_crm_score_kept" if is_kept else "website_crm_score"
        self.leads, self.gains, self.counts, self.losses = (
            SQL.identifier(f"{prefix}_{name}_{key}")
            for name in ("leads", "gains", "counts", "losses")
        )
        self.tables = (self.leads, self.gains, self.counts, self.losses)
        self.due = SQL.identifier(f"website_crm_score_due_{key}")
        self.news = SQL.identifier(f"website_crm_score_news_{key}")

    def create_tables(self):
        """Create the tables, empty.

        ``version`` is the transaction that wrote the lead as it was looked at,
        ``is_marked`` whether the lead is no longer due when this is written.
        """
        tune(self.env.cr)
        kind = SQL("UNLOGGED" if self.is_kept else "TEMPORARY")
        for table, columns in (
            (self.leads, SQL("owner_id integer, version xid, is_marked boolean")),
            (self.gains, SQL("owner_id integer, rule_id integer")),
            (self.counts, SQL("owner_id integer, rule_id integer, %s", COUNT_COLUMNS)),
            (self.losses, SQL("owner_id integer, rule_id integer")),
        ):
            self._execute(SQL("CREATE %s TABLE %s (%s)", kind, table, columns))

    def drop(self):
        """Drop the tables, if they are there."""
        for table in self.tables:
            self._execute(SQL("DROP TABLE IF EXISTS %s", table))

    # FINDING

    def add_leads(self, query, mark):
        """Add leads that are due, whatever the rules give them.

        :param Query query: leads
        :param bool mark: whether they are no longer due after this
        """
        self._execute(
            SQL(
                "INSERT INTO %s %s",
                self.leads,
                query.select(
                    SQL.identifier(query.table, "id"),
                    SQL.identifier(query.table, "xmin"),
                    SQL("%s::boolean", mark),
                ),
            )
        )
        self._execute(SQL("ANALYZE %s", self.leads))

    def restrict(self, query, table=None):
        """Restrict ``query`` to the leads of a table, by default those that are due."""
        query.add_where(
            SQL(
                "%s IN (SELECT owner_id FROM %s)",
                SQL.identifier(query.table, "id"),
                table or self.leads,
            )
        )

    def add_hits(self, rule, query, is_wide):
        """Add the points that a rule gives to leads that do not have them yet.

        :param models.BaseModel rule: a scoring rule
        :param Query query: the leads that match it
        :param bool is_wide: whether they can be others than the leads that are due
        :return: how many leads match it
        :rtype: int
        """
        if is_wide:
            self.wide_rule_ids.append(rule.id)
        # Hits are found once: plans made while the statistics of the tables are poor
        # would else find them for each lead again.
        [(matched,)] = self._fetch(
            SQL(
                """
                WITH hit (owner_id) AS MATERIALIZED (
                    %(hits)s
                ), gain AS (
                    INSERT INTO %(gains)s
                    SELECT hit.owner_id, %(rule_id)s
                      FROM hit
                     WHERE NOT EXISTS (
                           SELECT FROM website_crm_score_line line
                            WHERE line.%(owner)s = hit.owner_id
                              AND line.rule_id = %(rule_id)s)
                )
                SELECT count(*) FROM hit
                """,
                hits=query.select(),
                owner=self.owner,
                gains=self.gains,
                rule_id=rule.id,
            )
        )
        return matched

    def add_losses(self, rule, looked_at, query):
        """Add the ledger lines of a rule whose leads no longer match it.

        :param models.BaseModel rule: a scoring rule
        :param Query looked_at: the leads that the rule looked at
        :param Query query: those of them that match it
        """
        self._execute(
            SQL(
                """
                INSERT INTO %(losses)s
                SELECT line.%(owner)s, line.rule_id
                  FROM website_crm_score_line line
                 WHERE line.rule_id = %(rule_id)s
                   AND line.%(owner)s IN %(looked_at)s
                   AND line.%(owner)s NOT IN %(hits)s
                """,
                owner=self.owner,
                losses=self.losses,
                rule_id=rule.id,
                looked_at=looked_at.subselect(),
                hits=query.subselect(),
            )
        )
        self.has_losses = self.has_losses or bool(self.env.cr.rowcount)

    def add_news(self, rule, queries):
        """Find the leads whose events a rule has to count, besides those that are due.

        :param models.BaseModel rule: a scoring rule
        :param list[SQL] queries: of the ids of leads that have news
        :return: the table of these and of those that are due, see :meth:`drop_news`
        :rtype: SQL
        """
        queries = [SQL("SELECT owner_id FROM %s", self.leads), *queries]
        self._execute(
            SQL(
                "CREATE TEMPORARY TABLE %s AS %s",
                self.news,
                SQL(" UNION ").join(queries),
            )
        )
        self._execute(SQL("ANALYZE %s", self.news))
        return self.news

    def drop_news(self):
        """Forget the leads of :meth:`add_news`."""
        self._execute(SQL("DROP TABLE %s", self.news))

    def is_small(self, table):
        """Return whether it is best to read the events of each lead of ``table``."""
        [(count,)] = self._fetch(SQL("SELECT count(*) FROM %s", table))
        return count <= MANY_LEADS

    def add_counts(self, rule, counts, looked_at):
        """Add what the events of a rule count for, where the ledger has it otherwise.

        :param models.BaseModel rule: a scoring rule
        :param SQL counts: a query of ``owner_id`` and the columns of the ledger
        :param Query looked_at: the leads that were looked at: those of them that
            nothing was counted for lose their line
        :return: for how many leads something was counted
        :rtype: int
        """
        [(matched, lost)] = self._fetch(
            SQL(
                """
                WITH counted AS MATERIALIZED (
                    %(counts)s
                ), change AS (
                    INSERT INTO %(table)s
                    SELECT counted.owner_id, %(rule_id)s, counted.units,
                           counted.event_count, counted.first_date, counted.last_date
                      FROM counted
                 LEFT JOIN website_crm_score_line line
                        ON line.%(owner)s = counted.owner_id
                       AND line.rule_id = %(rule_id)s
                     WHERE line.id IS NULL
                        OR (line.units, line.event_count, line.first_date,
                            line.last_date)
                           IS DISTINCT FROM
                           (counted.units, counted.event_count, counted.first_date,
                            counted.last_date)
                ), loss AS (
                    INSERT INTO %(losses)s
                    SELECT line.%(owner)s, line.rule_id
                      FROM website_crm_score_line line
                     WHERE line.rule_id = %(rule_id)s
                       AND line.%(owner)s IN %(looked_at)s
                       AND line.%(owner)s NOT IN (SELECT owner_id FROM counted)
                 RETURNING owner_id
                )
                SELECT (SELECT count(*) FROM counted), (SELECT count(*) FROM loss)
                """,
                counts=counts,
                owner=self.owner,
                table=self.counts,
                losses=self.losses,
                rule_id=rule.id,
                looked_at=looked_at.subselect(),
            )
        )
        self.has_losses = self.has_losses or bool(lost)
        return matched

    def close(self):
        """Add the leads that gain or lose points, and prepare to write."""
        self._execute(
            SQL(
                """
                INSERT INTO %(leads)s
                SELECT lead.id, lead.xmin, FALSE
                  FROM %(table)s lead
                  JOIN (SELECT owner_id FROM %(gains)s
                         WHERE rule_id = ANY(%(wide_rule_ids)s)
                         UNION
                        SELECT owner_id FROM %(counts)s
                         UNION
                        SELECT owner_id FROM %(losses)s) other
                    ON other.owner_id = lead.id
                 WHERE NOT EXISTS (
                       SELECT FROM %(leads)s entry WHERE entry.owner_id = lead.id)
                """,
                table=self.table,
                leads=self.leads,
                gains=self.gains,
                counts=self.counts,
                losses=self.losses,
                wide_rule_ids=self.wide_rule_ids,
            )
        )
        [(self.count,)] = self._fetch(SQL("SELECT count(*) FROM %s", self.leads))

    def split(self, in_parts):
        """Prepare to write all leads, batch by batch.

        :param bool in_parts: whether in several transactions, as many as is best
        """
        if in_parts:
            spread = min(SPREAD, ceil(self.count / SPREAD_SIZE))
            self.parts = max(ceil(self.count / PART_SIZE), spread, 1)
        if self.count > BATCH_SIZE:
            for table in self.tables:
                part = self._part_of("owner_id")
                self._execute(SQL("CREATE INDEX ON %s ((%s), owner_id)", table, part))
                self._execute(SQL("ANALYZE %s", table))

    def is_there(self):
        """Return whether the tables are."""
        names = [table.code.strip('"') for table in self.tables]
        [(there,)] = self._fetch(
            SQL(
                "SELECT bool_and(to_regclass(name) IS NOT NULL) FROM unnest(%s) name",
                names,
            )
        )
        return there

    # WRITING

    def write_part(self, part, run):
        """Write a part of the leads: ledger lines, scores, and that they are done.

        :param int part: from 0 to one less than :attr:`parts`
        :param models.BaseModel run: the run to count it for
        """
        tune(self.env.cr)
        columns = SQL("owner_id integer, place tid, is_marked boolean")
        self._execute(SQL("CREATE TEMPORARY TABLE %s (%s)", self.due, columns))
        reached = 0
        while batch := self._lock_batch(part, reached):
            gained = self._insert_gains(batch, run) + self._write_counts(batch, run)
            lost = self._delete_losses(batch) if self.has_losses else 0
            written, scored = self.owners._write_scores(
                SQL("SELECT owner_id, place, is_marked FROM %s", self.due)
            )
            run._count(written, scored, gained, lost)
            self._execute(SQL("TRUNCATE %s", self.due))
            _part, _after, reached = batch
        self._execute(SQL("DROP TABLE %s", self.due))

    def _lock_batch(self, part, after):
        """Lock the next leads of a part, those that did not change and are free.

        :param int after: the id of the lead up to which all are done
        :return: the part and the range of ids, its start left out; None at the end
        :rtype: tuple[int, int, int] | None
        """
        # First of all, lest much of a transaction be lost to somebody who was faster.
        # Nobody can now delete these leads or change their ledgers, see _write_scores.
        # By the index: that is also what has PostgreSQL tidy up the pages of the leads,
        # so that there is room for new versions. A scan by place does not.
        [(reached,)] = self._fetch(
            SQL(
                """
                WITH entry AS MATERIALIZED (
                    SELECT owner_id, version, is_marked
                      FROM %(leads)s
                     WHERE %(is_next)s
                  ORDER BY owner_id
                     LIMIT %(size)s
                ), locked AS (
                    INSERT INTO %(due)s
                    SELECT lead.id, lead.ctid, entry.is_marked
                      FROM entry
                CROSS JOIN LATERAL (
                           SELECT id, ctid
                             FROM %(table)s
                            WHERE id = entry.owner_id
                              AND xmin = entry.version
                              FOR NO KEY UPDATE SKIP LOCKED) lead
                )
                SELECT max(owner_id) FROM entry
                """,
                table=self.table,
                leads=self.leads,
                due=self.due,
                is_next=SQL(
                    "%s = %s AND owner_id > %s", self._part_of("owner_id"), part, after
                ),
                size=BATCH_SIZE,
            )
        )
        return reached and (part, after, reached)

    def _insert_gains(self, batch, run):
        """Return how many ledger lines were added.

        The ledger has no foreign keys, which cost as much as all the rest. In their
        stead, leads are locked and written, and so are the run's lines of the rules,
        which go with their rules: a rule that somebody deletes meanwhile makes one of
        the two transactions start again.
        """
        [(gained,)] = self._fetch(
            SQL(
                """
                WITH line AS (
                    INSERT INTO website_crm_score_line
                           (%(owner)s, rule_id, points, units, event_count, first_date,
                            last_date)
                    SELECT gain.owner_id, rule.id, %(worth)s, 1, 1,
                           now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                      FROM %(gains)s gain
                      JOIN %(due)s due ON due.owner_id = gain.owner_id
                      JOIN website_crm_score rule ON rule.id = gain.rule_id
                     WHERE %(is_in_batch)s
                  ORDER BY gain.owner_id
                 RETURNING rule_id
                ), total AS (
                    SELECT rule_id, count(*) AS lines FROM line GROUP BY rule_id
                ), counted AS (
                    UPDATE website_crm_score_run_line run_line
                       SET gained_count = gained_count + total.lines
                      FROM total
                     WHERE run_line.run_id = %(run_id)s
                       AND run_line.rule_id = total.rule_id
                )
                SELECT COALESCE(sum(lines), 0) FROM total
                """,
                owner=self.owner,
                worth=self._get_worth_sql(SQL("1")),
                gains=self.gains,
                due=self.due,
                is_in_batch=self._is_in_batch("gain", batch),
                run_id=run.id,
            )
        )
        return int(gained)

    def _write_counts(self, batch, run):
        """Write what was counted; return how many ledger lines were added."""
        [(gained,)] = self._fetch(
            SQL(
                """
                WITH line AS (
                    INSERT INTO website_crm_score_line AS line
                           (%(owner)s, rule_id, points, units, event_count, first_date,
                            last_date)
                    SELECT counted.owner_id, rule.id, %(worth)s, counted.units,
                           counted.event_count, counted.first_date, counted.last_date
                      FROM %(counts)s counted
                      JOIN %(due)s due ON due.owner_id = counted.owner_id
                      JOIN website_crm_score rule ON rule.id = counted.rule_id
                     WHERE %(is_in_batch)s
                  ORDER BY counted.owner_id
                        ON CONFLICT %(key)s DO UPDATE
                       SET points = excluded.points,
                           units = excluded.units,
                           event_count = excluded.event_count,
                           first_date = excluded.first_date,
                           last_date = excluded.last_date
                 RETURNING line.rule_id, line.xmax = 0 AS is_new
                ), total AS (
                    SELECT rule_id, count(*) FILTER (WHERE is_new) AS lines
                      FROM line GROUP BY rule_id
                ), noted AS (
                    UPDATE website_crm_score_run_line run_line
                       SET gained_count = gained_count + total.lines
                      FROM total
                     WHERE run_line.run_id = %(run_id)s
                       AND run_line.rule_id = total.rule_id
                )
                SELECT COALESCE(sum(lines), 0) FROM total
                """,
                owner=self.owner,
                key=self.env["website.crm.score.line"]._get_key_sql(self.owners),
                worth=self._get_worth_sql(SQL.identifier("counted", "units")),
                counts=self.counts,
                due=self.due,
                is_in_batch=self._is_in_batch("counted", batch),
                run_id=run.id,
            )
        )
        return int(gained)

    def _get_worth_sql(self, units):
        return self.env["website.crm.score"]._get_worth_sql(units)

    def _delete_losses(self, batch):
        self._execute(
            SQL(
                """
                DELETE FROM website_crm_score_line line
                 USING %(losses)s loss, %(due)s due
                 WHERE %(is_in_batch)s
                   AND due.owner_id = loss.owner_id
                   AND line.%(owner)s = loss.owner_id
                   AND line.rule_id = loss.rule_id
                """,
                owner=self.owner,
                losses=self.losses,
                due=self.due,
                is_in_batch=self._is_in_batch("loss", batch),
            )
        )
        return self.env.cr.rowcount

    def _is_in_batch(self, table, batch):
        owner_id = SQL.identifier(table, "owner_id")
        part, after, reached = batch
        return SQL(
            "%s = %s AND %s > %s AND %s <= %s",
            self._part_of(table, "owner_id"),
            part,
            owner_id,
            after,
            owner_id,
            reached,
        )

    def _part_of(self, *column):
        return SQL("%s %% %s", SQL.identifier(*column), self.parts)

    def _execute(self, statement):
        self.env.cr.execute(statement)

    def _fetch(self, statement):
        self._execute(statement)
        return self.env.cr.fetchall()
