"""The database of a test: what is put into it, and what must hold in it."""

from contextlib import closing, contextmanager

import psycopg2

from .assignment import PLAN_LINES
from .checks import EXPECTED
from .engine import HOURLY_JOB, LEADS, LEDGER, PAGE_VIEWS, SECOND_JOB
from .waiting import wait_until

PROTOTYPE = "Prototype"
HOST = "http://localhost"
GATE = 19
# How the engine writes each table.
WRITES = {
    PAGE_VIEWS: "INSERT OR UPDATE",
    LEDGER: "INSERT OR UPDATE",
    LEADS: "UPDATE OF score",
    PLAN_LINES: "UPDATE OF state",
}

# A process stops where it writes a table, when it has written some rows of it: the
# test holds the lock that it asks for. Sequences count whatever is rolled back.
GATES = """
CREATE SEQUENCE gate;
CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('application_name') ~ TG_ARGV[0]
    AND nextval('gate') > TG_ARGV[1]::integer THEN
        PERFORM pg_advisory_lock_shared(TG_ARGV[2]::integer);
        PERFORM pg_advisory_unlock_shared(TG_ARGV[2]::integer);
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(TG_ARGV[0]::float);
    RETURN NULL;
END $$;
"""

# Copies have all the values that Odoo gave to the prototype, whatever its fields are.
ADD_LEADS = """
INSERT INTO crm_lead
SELECT copy.*
  FROM crm_lead prototype
 CROSS JOIN generate_series(1, %(count)s) number
 CROSS JOIN LATERAL jsonb_populate_record(prototype, jsonb_build_object(
       'id', nextval('crm_lead_id_seq'),
       'name', 'Lead ' || number, 'active', TRUE,
       'description', CASE WHEN number %% 3 = 0 THEN 'Hot' END)) copy
 WHERE prototype.name = %(prototype)s
 ORDER BY number
RETURNING id
"""
ADD_VISITORS = """
WITH visitor AS (
    INSERT INTO website_visitor (access_token, website_id)
    SELECT md5(lead_id::text), website.id
      FROM unnest(%(lead_ids)s) lead_id,
           (SELECT id FROM website LIMIT 1) website
    RETURNING id, access_token
)
INSERT INTO crm_lead_website_visitor_rel (crm_lead_id, website_visitor_id)
SELECT lead_id, visitor.id
  FROM unnest(%(lead_ids)s) lead_id
  JOIN visitor ON visitor.access_token = md5(lead_id::text)
"""
# As a hit of a page does it: with the time at which its transaction began.
ADD_VISITS = """
INSERT INTO website_track (visitor_id, url, visit_datetime)
SELECT website_visitor_id, %(url)s, now() AT TIME ZONE 'UTC'
  FROM crm_lead_website_visitor_rel
 WHERE crm_lead_id = ANY(%(lead_ids)s)
RETURNING id
"""


def add_leads(cursor, count):
    """Add leads, every third of them hot; return their ids."""
    cursor.execute(ADD_LEADS, {"count": count, "prototype": PROTOTYPE})
    return [id_ for (id_,) in cursor.fetchall()]


def add_visitors(cursor, lead_ids):
    """Link each lead to a visitor of its own."""
    cursor.execute(ADD_VISITORS, {"lead_ids": lead_ids})


def add_visits(cursor, lead_ids, page):
    """Have the visitors of leads see a page; return the ids of the tracks."""
    cursor.execute(ADD_VISITS, {"lead_ids": lead_ids, "url": HOST + page})
    return [id_ for (id_,) in cursor.fetchall()]


class Database:
    """A test's view of its database, through a connection of its own."""

    def __init__(self, name):
        self.name = name
        self.connect()

    def connect(self):
        """Connect, again if the server was restarted."""
        self.connection = self.open()
        self.connection.autocommit = True

    def open(self):
        """Return a connection with a transaction to be ended by the caller."""
        return psycopg2.connect(dbname=self.name, application_name="test")

    def close(self):
        self.connection.close()

    def rows(self, query, **parameters):
        """Execute ``query``; return its rows, if it has any."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query, **parameters):
        """Return the only value that ``query`` returns."""
        [(value,)] = self.rows(query, **parameters)
        return value

    # CONTENT

    def prepare(self):
        """Make of a database that was just installed the template of all others."""
        self.rows(GATES)
        self.rows(EXPECTED)
        # The prototype is not to be scored itself.
        self.rows("UPDATE crm_lead SET active = FALSE WHERE name = %(n)s", n=PROTOTYPE)
        # Jobs run when a test says so, and no others do.
        self.rows(
            "UPDATE ir_cron SET active = FALSE WHERE id NOT IN (SELECT res_id"
            " FROM ir_model_data WHERE module || '.' || name = ANY(%(jobs)s))",
            jobs=[HOURLY_JOB, SECOND_JOB],
        )
        self.rows("UPDATE ir_cron SET nextcall = nextcall + interval '1 year'")

    @property
    def job(self):
        """The id of the hourly job."""
        return self.value(
            "SELECT res_id FROM ir_model_data WHERE module = 'website_crm_score'"
            " AND name = 'ir_cron_assign_scores'"
        )

    def add_backlog(self, count, visiting_every=2):
        """Add leads that were not scored yet, some of them with visits."""
        with self.connection.cursor() as cursor:
            lead_ids = add_leads(cursor, count)
            visiting = lead_ids[::visiting_every]
            add_visitors(cursor, visiting)
            for page in ("/pricing", "/about", "/about"):
                add_visits(cursor, visiting, page)
        return lead_ids

    def make_due(self):
        """Have the hourly job run as soon as a cron worker looks."""
        self.rows(
            "INSERT INTO ir_cron_trigger (cron_id, call_at)"
            " VALUES (%(job)s, now() AT TIME ZONE 'UTC' - interval '1 minute')",
            job=self.job,
        )

    def is_due(self):
        """Whether the hourly job is still to run."""
        query = "SELECT count(*) FROM ir_cron_trigger WHERE cron_id = %(job)s"
        return self.value(query, job=self.job)

    def count_leads(self):
        """How many leads there are."""
        return self.value("SELECT count(*) FROM crm_lead WHERE active")

    def count_scored(self):
        """How many of the leads are scored."""
        return self.value("SELECT count(*) FROM crm_lead WHERE score_date IS NOT NULL")

    def count_unscored(self):
        """How many of the leads are yet to be scored."""
        return self.value(
            "SELECT count(*) FROM crm_lead WHERE active AND score_date IS NULL"
        )

    def count_written(self, table):
        """How many rows of ``table`` the engine has written."""
        if table == LEADS:
            return self.count_scored()
        return self.value(f"SELECT count(*) FROM {table}")

    def has_line(self, lead_id, rule):
        """Whether a lead has points of the rule with this name."""
        return self.value(
            """SELECT count(*) FROM website_crm_score_line line
                 JOIN website_crm_score rule ON rule.id = line.rule_id
                WHERE line.lead_id = %(lead_id)s AND line.points != 0
                  AND rule.name->>'en_US' = %(rule)s""",
            lead_id=lead_id,
            rule=rule,
        )

    @contextmanager
    def slowed_down(self, table, seconds):
        """Make each statement that writes what the engine derives take longer."""
        self.rows(
            f"CREATE TRIGGER dawdle AFTER {WRITES[table]} ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION dawdle({seconds})"
        )
        yield
        self.rows(f"DROP TRIGGER dawdle ON {table}")

    # OTHER PROCESSES

    @contextmanager
    def closed_gate(self, table, after, process="^job"):
        """A gate that holds processes up when they have written rows of ``table``.

        :param int after: how many rows they write before
        :param str process: a pattern of the names of processes
        """
        with closing(self.open()) as guard, guard.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_lock({GATE})")
            self._remove_gates()
            self.rows(
                f"CREATE TRIGGER gate BEFORE {WRITES[table]} ON {table} FOR EACH ROW"
                f" EXECUTE FUNCTION pass_gate('{process}', {after}, {GATE})"
            )
            yield

    def _remove_gates(self):
        for table in WRITES:
            self.rows(f"DROP TRIGGER IF EXISTS gate ON {table}")
        self.rows("ALTER SEQUENCE gate RESTART")

    def is_at_gate(self, process):
        """Whether a process waits at the gate."""
        return self._is_waiting(process, "wait_event = 'advisory'")

    def is_blocked(self, process):
        """Whether a process waits for a lock of another one."""
        return self._is_waiting(process, "wait_event != 'advisory'")

    def _is_waiting(self, process, which):
        return self.value(
            f"""SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = %(process)s
                   AND wait_event_type = 'Lock' AND {which}""",
            process=process,
        )

    def wait_at_gate(self, process):
        """Wait until a process waits at the gate."""
        wait_until(lambda: self.is_at_gate(process), f"{process} comes to the gate")

    def terminate_at_gate(self, process):
        """Have PostgreSQL end the session that waits at the gate, and wait for that."""
        self.rows(
            """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = %(process)s
                  AND wait_event_type = 'Lock'""",
            process=process,
        )

    def wait_gone(self, process="^(?!test)"):
        """Wait until PostgreSQL has no session of a process any more."""
        query = """SELECT count(*) = 0 FROM pg_stat_activity
                    WHERE datname = current_database()
                      AND application_name ~ %(process)s AND backend_type = %(kind)s"""
        parameters = {"process": process, "kind": "client backend"}
        wait_until(lambda: self.value(query, **parameters), f"{process} is gone")

    def count_deadlocks(self):
        """How many deadlocks PostgreSQL had to resolve."""
        return self.value(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
