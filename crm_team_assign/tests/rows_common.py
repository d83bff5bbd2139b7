from odoo.tools import SQL

from .common import AssignmentCase

TABLES = """
    SELECT relname FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
SEQUENCES = """
    SELECT format('%%I', sequencename), COALESCE(last_value, 1), last_value IS NOT NULL
      FROM pg_sequences
"""
# What is drawn by lot for each message, in what order a join has rows that nothing
# refers to, and how long a run took by the clock of the database
BY_CHANCE = {
    "mail_message": ["message_id"],
    "mail_mail": ["references"],
    "crm_assignment_plan_line": ["id"],
    "crm_assignment_handover": ["id"],
    "website_crm_score_run": ["seconds", "start_date", "end_date", "check_date"],
}


class Rollback(Exception):
    """Takes back what was done."""


class RowsCase(AssignmentCase):
    """What two ways of working leave in all tables."""

    def flush(self):
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()

    def read_rows(self, left_out=None):
        """Return the rows of all tables, as JSON.

        :param dict left_out: columns that do not matter, by the name of a table
        """
        rows = {}
        for (table,) in self.env.execute_query(SQL(TABLES)):
            query = SQL(
                "SELECT (to_jsonb(row) - %s::text[])::text FROM %s AS row",
                BY_CHANCE.get(table, []) + (left_out or {}).get(table, []),
                SQL.identifier(table),
            )
            rows[table] = sorted(row for (row,) in self.env.execute_query(query))
        return rows

    def try_out(self, work, left_out=None):
        """Return the rows that there are after ``work``, and take it back."""
        counters = self.env.execute_query(SQL(SEQUENCES))
        try:
            with self.env.cr.savepoint():
                work()
                rows = self.read_rows(left_out)
                raise Rollback
        except Rollback:
            self.env.invalidate_all()
        for counter in counters:
            self.env.cr.execute("SELECT setval(%s, %s, %s)", counter)
        return rows

    def assertSameRows(self, one, other):
        self.assertEqual(one.keys(), other.keys())
        for table in one:
            self.assertEqual(one[table], other[table], table)
