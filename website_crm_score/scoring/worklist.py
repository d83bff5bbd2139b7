"""What a scoring run found to write: kept in tables of its own until it is written."""

from odoo.tools import SQL

NAMES = ("owners", "gains", "losses")


def tune(cr):
    """Prepare for statements over many rows, up to the end of the transaction.

    To compile them takes longer than to run them; they sort and hash up to a hundred
    thousand rows; and of tables of ids a small sample says enough.
    """
    cr.execute(
        """
        SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true),
               set_config('default_statistics_target', '10', true)
        """
    )


def create_tables(run):
    """Create the tables of ``run``, empty.

    Those of a scheduled action survive the session. They are not logged: after a crash
    they are empty, and everything is found again. All others are temporary.

    ``version`` is the transaction that wrote the owner as it was looked at,
    ``stays_stale`` whether the owner, if it is stale, still is when this is written.
    What a rule on events gives is a count; all else counts once, from when it is
    written on, and has neither units nor dates.
    """
    kind = SQL("UNLOGGED" if run.cron_id else "TEMPORARY")
    owners, gains, losses = name_tables(run)
    for table, columns in (
        (owners, SQL("owner_id integer, version xid, stays_stale boolean")),
        (
            gains,
            SQL(
                "owner_id integer, rule_id integer, units numeric, event_count integer,"
                " first_date timestamp, last_date timestamp"
            ),
        ),
        (losses, SQL("owner_id integer, rule_id integer")),
    ):
        run.env.cr.execute(SQL("CREATE %s TABLE %s (%s)", kind, table, columns))


def drop_tables(run):
    """Drop the tables of ``run``, if they are there."""
    for table in name_tables(run):
        run.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))


def has_tables(run):
    """Return whether the tables of ``run`` are there."""
    names = [table.code for table in name_tables(run)]
    query = SQL("SELECT bool_and(to_regclass(x) IS NOT NULL) FROM unnest(%s) x", names)
    [(there,)] = run.env.execute_query(query)
    return there


def find_runs_with_tables(env):
    """Return the runs whose tables survived the session, also those that are no more.

    :rtype: models.BaseModel
    """
    query = SQL(
        """
        SELECT DISTINCT substring(relname FROM '[0-9]+$')::integer
          FROM pg_class
         WHERE relpersistence = 'u' AND relkind = 'r'
           AND relname ~ '^website_crm_score_kept_[a-z]+_[0-9]+$'
        """
    )
    rows = env.execute_query(query)
    return env["website.crm.score.run"].browse(id_ for (id_,) in rows)


def name_tables(run):
    """Return the names of the tables of ``run``: owners, gains and losses."""
    return [SQL.identifier(f"website_crm_score_kept_{name}_{run.id}") for name in NAMES]


class Worklist:
    """The owners to write, what rules give to them, and what they take back.

    They are found in one transaction, which reads only, and written in several, a part
    of the owners each. An owner that changed in between, or that somebody is changing,
    is left out: it keeps what makes the next run find it.

    :param models.BaseModel run: the run that finds and writes
    """

    def __init__(self, run):
        self.env = run.env
        self.run = run
        self.model = run._get_owners()
        self.owner = SQL.identifier(self.model._ledger_field)
        self.table = SQL.identifier(self.model._table)
        self.owners, self.gains, self.losses = name_tables(run)

    def _part_of(self, *column):
        return SQL("%s %% %s", SQL.identifier(*column), self.run.part_count)

    def _execute(self, statement):
        self.env.cr.execute(statement)

    def _fetch(self, statement):
        self._execute(statement)
        return self.env.cr.fetchall()
