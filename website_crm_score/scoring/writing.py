"""What a run found is written: locks, the ledger, scores."""

from math import ceil

from odoo.tools import SQL

from .alerts import Rises
from .counting import get_worth_sql
from .ledger import get_key_sql
from .worklist import Worklist, tune

# At most so many owners are written, and thereby locked, in one transaction.
PART_SIZE = 60_000
# PostgreSQL updates a row without touching its indexes if the new version fits into the
# page of the old one. Owners that lie side by side are therefore written in different
# transactions: each leaves room in every page for the next one. That is three times
# as fast, and needs not more than so many transactions, each of so many owners.
SPREAD = 24
SPREAD_SIZE = 4_000
# So many are written at a time, mostly all of a part: what was read of them to lock
# them is then still in memory, even where the owners are far larger than PostgreSQL's.
BATCH_SIZE = 6_000


class Writing(Worklist):
    """Writes the owners that a run found, part by part, each batch by batch.

    The ledger has no foreign keys, which cost as much as all the rest. In their stead,
    owners are locked and written, and so are the run's lines of the rules, which go
    with their rules: of an owner or a rule that somebody deletes meanwhile, one of the
    two transactions starts again.
    """

    def __init__(self, run):
        super().__init__(run)
        self.batch = SQL.identifier(f"website_crm_score_batch_{run.id}")

    def split(self):
        """Prepare to write all owners, those of a scheduled action in several parts."""
        [(count, has_changes, has_losses)] = self._fetch(
            SQL(
                """
                SELECT (SELECT count(*) FROM %(owners)s),
                       EXISTS (SELECT FROM website_crm_score_run_line run_line
                                 JOIN website_crm_score rule
                                   ON rule.id = run_line.rule_id
                                 JOIN website_crm_score_line line
                                   ON line.rule_id = rule.id
                                WHERE run_line.run_id = %(run_id)s
                                  AND rule.rule_type = 'event'),
                       EXISTS (SELECT FROM %(losses)s)
                """,
                owners=self.owners,
                losses=self.losses,
                run_id=self.run.id,
            )
        )
        spread = min(SPREAD, ceil(count / SPREAD_SIZE))
        parts = max(ceil(count / PART_SIZE), spread, 1) if self.run.cron_id else 1
        self.run.write(
            {
                "part_count": parts,
                "to_write_count": count,
                "has_changes": has_changes,
                "has_losses": has_losses,
            }
        )
        self.run.flush_recordset()
        if count > BATCH_SIZE:
            for table in (self.owners, self.gains, self.losses):
                part = self._part_of("owner_id")
                self._execute(SQL("CREATE INDEX ON %s ((%s), owner_id)", table, part))
                self._execute(SQL("ANALYZE %s", table))

    def write_part(self, part, counter):
        """Write a part of the owners: ledger lines, scores, and that none is stale.

        :param int part: from 0 to one less than the parts of the run
        :param models.BaseModel counter: the run to count it for
        """
        tune(self.env.cr)
        columns = SQL(
            "owner_id integer, place tid, stays_stale boolean, was_scored boolean,"
            " score_before numeric, grade_before varchar"
        )
        self._execute(SQL("CREATE TEMPORARY TABLE %s (%s)", self.batch, columns))
        rises, last_id = Rises(self), 0
        while batch := self._lock_batch(part, last_id):
            rises.note_restated(batch)
            gained = self._write_gains(batch, counter)
            lost = self._delete_losses(batch) if self.run.has_losses else 0
            written, scored = self.model._write_scores(
                SQL("SELECT * FROM %s", self.batch), rises.get_sql(batch)
            )
            counter._count(written, scored, gained, lost)
            self._execute(SQL("TRUNCATE %s", self.batch))
            _part, _after, last_id = batch
        rises.close()
        self._execute(SQL("DROP TABLE %s", self.batch))

    def _lock_batch(self, part, after):
        """Lock the next owners of a part, those that did not change and are free.

        :param int after: the id of the owner up to which all are done
        :return: the part and the range of ids, its start left out; None at the end
        """
        # First of all, lest much of a transaction be lost to somebody who was faster.
        # Nobody can now delete these owners or change their ledgers, see write_scores.
        # By the index: that is also what has PostgreSQL tidy up the pages of the
        # owners, so that there is room for new versions. A scan by place does not.
        [(last_id,)] = self._fetch(
            SQL(
                """
                WITH entry AS MATERIALIZED (
                    SELECT owner_id, version, stays_stale
                      FROM %(owners)s
                     WHERE %(part_of)s = %(part)s AND owner_id > %(after)s
                  ORDER BY owner_id
                     LIMIT %(size)s
                ), locked AS (
                    INSERT INTO %(batch)s
                    SELECT owner.id, owner.ctid, entry.stays_stale,
                           owner.score_date IS NOT NULL, owner.score,
                           owner.score_grade
                      FROM entry
                CROSS JOIN LATERAL (
                           SELECT id, ctid, score_date, score, score_grade
                             FROM %(table)s
                            WHERE id = entry.owner_id
                              AND xmin = entry.version
                              FOR NO KEY UPDATE SKIP LOCKED) owner
                )
                SELECT max(owner_id) FROM entry
                """,
                table=self.table,
                owners=self.owners,
                batch=self.batch,
                part_of=self._part_of("owner_id"),
                part=part,
                after=after,
                size=BATCH_SIZE,
            )
        )
        return last_id and (part, after, last_id)

    def _write_gains(self, batch, counter):
        """Write what the owners of a batch gain; return how many lines were added."""
        [(gained,)] = self._fetch(
            SQL(
                """
                WITH line AS (
                    INSERT INTO website_crm_score_line AS line
                           (%(owner)s, rule_id, points, units, event_count, first_date,
                            last_date)
                    SELECT gain.owner_id, rule.id, %(worth)s, COALESCE(gain.units, 1),
                           COALESCE(gain.event_count, 1),
                           COALESCE(gain.first_date, now() AT TIME ZONE 'UTC'),
                           COALESCE(gain.last_date, now() AT TIME ZONE 'UTC')
                      FROM %(gains)s gain
                      JOIN %(batch)s batch ON batch.owner_id = gain.owner_id
                      JOIN website_crm_score rule ON rule.id = gain.rule_id
                     WHERE %(is_in_batch)s
                  ORDER BY gain.owner_id
                        %(on_conflict)s
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
                SELECT COALESCE(sum(lines), 0)::integer FROM total
                """,
                owner=self.owner,
                on_conflict=self._get_on_conflict_sql(),
                worth=get_worth_sql(SQL("COALESCE(gain.units, 1)")),
                gains=self.gains,
                batch=self.batch,
                is_in_batch=self._is_in_batch("gain", batch),
                run_id=counter.id,
            )
        )
        return gained

    def _get_on_conflict_sql(self):
        """Return what is done with lines that are there, of rules that count events.

        Nothing where there can be none: to look for them takes half as long as to write
        new lines.
        """
        if not self.run.has_changes:
            return SQL()
        return SQL(
            """
            ON CONFLICT %s DO UPDATE
           SET points = excluded.points,
               units = excluded.units,
               event_count = excluded.event_count,
               first_date = excluded.first_date,
               last_date = excluded.last_date
            """,
            get_key_sql(self.model),
        )

    def _delete_losses(self, batch):
        """Delete what the owners of a batch lose; return how many lines that were."""
        self._execute(
            SQL(
                """
                DELETE FROM website_crm_score_line line
                 USING %(losses)s loss, %(batch)s batch
                 WHERE %(is_in_batch)s
                   AND batch.owner_id = loss.owner_id
                   AND line.%(owner)s = loss.owner_id
                   AND line.rule_id = loss.rule_id
                """,
                owner=self.owner,
                losses=self.losses,
                batch=self.batch,
                is_in_batch=self._is_in_batch("loss", batch),
            )
        )
        return self.env.cr.rowcount

    def _is_in_batch(self, table, batch):
        owner_id = SQL.identifier(table, "owner_id")
        part, after, last_id = batch
        return SQL(
            "%s = %s AND %s > %s AND %s <= %s",
            self._part_of(table, "owner_id"),
            part,
            owner_id,
            after,
            owner_id,
            last_id,
        )
