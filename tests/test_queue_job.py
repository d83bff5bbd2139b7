"""A scoring run that two workers share through the job queue, on a real server."""

import os
import subprocess
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg2
import pytest
from faults import waiting
from installed import make_database
from network import free_port

REPO = Path(__file__).resolve().parent.parent
DATABASE = f"lead_scoring_queue_{os.getpid()}"
CRON = "(SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_assign_scores')"
LEADS = 20_000
PARTS = 5  # of 4,000 leads each
INSERT_RULES = """
    INSERT INTO website_crm_score
           (name, domain, value, event_based, rule_type, category, apply_to, active,
            sequence, lang, author_id, write_date)
    VALUES ('{"en_US": "All"}', '[]',
            5, FALSE, 'domain', 'fit', 'lead', TRUE, 10, 'en_US', 1, now()),
           ('{"en_US": "Seven"}', '[("name", "=like", "%7")]',
            20, FALSE, 'domain', 'fit', 'lead', TRUE, 20, 'en_US', 1, now()),
           ('{"en_US": "Mail"}', '[("email_from", "ilike", "EXAMPLE.ORG")]',
            -3.5, TRUE, 'domain', 'fit', 'lead', TRUE, 30, 'en_US', 1, now())
"""
INSERT_LEADS = """
    INSERT INTO crm_lead (name, type, active, won_status, email_from)
    SELECT 'Lead ' || number, 'lead', TRUE, 'pending',
           CASE WHEN number %% 3 = 0 THEN number || '@example.org' END
      FROM generate_series(1, %s) number;
    ANALYZE crm_lead
"""
EXPECTED = """
    SELECT 5 * count(*) + 20 * count(*) FILTER (WHERE name LIKE '%7')
           - 3.5 * count(*) FILTER (WHERE email_from LIKE '%@example.org')
      FROM crm_lead
"""
# Jobs that write the ledger wait for each other here, and for the test.
BARRIER = """
    CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END $$;
    CREATE TRIGGER wait_for_test BEFORE INSERT ON website_crm_score_line
        EXECUTE FUNCTION wait_for_test();
"""
AT_BARRIER = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND mode = 'ShareLock' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
END = "SELECT end_date IS NOT NULL FROM website_crm_score_run ORDER BY id LIMIT 1"
# The job runner holds an exclusive lock as long as it serves a database.
RUNNER = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

wait_until = partial(waiting.wait_until, timeout=120)


def setup_odoo(*arguments):
    return [str(REPO / "setup" / "odoo"), *arguments]


@contextmanager
def connect(database):
    with closing(psycopg2.connect(dbname=database)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def fetch(cursor, query, *parameters):
    cursor.execute(query, parameters or None)
    return cursor.fetchall()


@pytest.fixture(scope="module")
def database():
    install = ["-d", DATABASE, "-i", "website_crm_score_queue_job"]
    options = ["--skip-auto-install", "--stop-after-init", "--no-http"]
    try:
        make_database(DATABASE, "website_crm_score")
        subprocess.run(setup_odoo(*install, *options, "--log-level=warn"), check=True)
        with connect(DATABASE) as cursor:
            cursor.execute("UPDATE ir_cron SET nextcall = now() + interval '1 day'")
            cursor.execute(INSERT_LEADS, [LEADS])
            cursor.execute(INSERT_RULES)
            yield cursor
    finally:
        subprocess.run(setup_odoo("db", "drop", DATABASE), capture_output=True)


@pytest.fixture(scope="module")
def server(database, tmp_path_factory):
    """A server of three workers, of which the job queue may use two."""
    port = free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    options = ["--workers=3", "--max-cron-threads=1", "--load=base,rpc,web,queue_job"]
    ports = [f"--http-port={port}", f"--gevent-port={free_port()}"]
    with log.open("w") as output:
        server = subprocess.Popen(
            setup_odoo("-d", DATABASE, *options, *ports),
            env={**os.environ, "ODOO_QUEUE_JOB_CHANNELS": "root:2"},
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: fetch(database, RUNNER) == [(1,)], "the job runner is up")
        wait_until(lambda: is_up(port), "the server answers")
        yield
    finally:
        stop(server)
        print(log.read_text())  # shown by pytest if a test failed


def stop(server):
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()


def is_up(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health").close()
    except OSError:
        return False
    return True


def call_hourly(database):
    """Have the hourly scheduled action called now, and wait until it was."""
    database.execute(f"UPDATE ir_cron SET nextcall = '2020-01-01' WHERE id = {CRON}")
    with connect("postgres") as cursor:
        cursor.execute("SELECT pg_notify('cron_trigger', %s)", [DATABASE])
    query = f"SELECT FROM ir_cron WHERE id = {CRON} AND nextcall > '2020-01-01'"
    wait_until(lambda: fetch(database, query), "the action was called")


def get_jobs(database, columns):
    return fetch(database, f"SELECT {columns} FROM queue_job ORDER BY id")


@dataclass
class Run:
    """What was seen while two jobs were at work."""

    workers: list  # their processes
    jobs: list  # all jobs, after one call of the scheduled action
    jobs_again: list  # and after another


@contextmanager
def barrier(database):
    database.execute(BARRIER)
    database.execute("SELECT pg_advisory_lock(1)")
    try:
        yield
    finally:
        database.execute("SELECT pg_advisory_unlock(1)")


@pytest.fixture(scope="module")
def run(database, server):
    with barrier(database):
        call_hourly(database)
        jobs = get_jobs(database, "identity_key")
        wait_until(lambda: fetch(database, AT_BARRIER) == [(2,)], "two jobs work")
        workers = "SELECT worker_pid FROM queue_job WHERE state = 'started'"
        run = Run(fetch(database, workers), jobs, [])
        call_hourly(database)
        run.jobs_again = get_jobs(database, "identity_key")
    wait_until(lambda: fetch(database, END) == [(True,)], "the run ended")
    return run


def test_two_workers_write_at_the_same_time(run):
    assert len(run.workers) == 2
    assert len(set(run.workers)) == 2


def test_there_is_one_job_for_each_part(run):
    assert len(run.jobs) == PARTS


def test_parts_that_wait_or_run_are_not_enqueued_again(run):
    assert run.jobs_again == run.jobs


def test_all_jobs_are_done_by_both_workers(run, database):
    assert set(get_jobs(database, "state, retry")) == {("done", 1)}
    assert set(get_jobs(database, "worker_pid")) >= set(run.workers)


def test_the_run_has_the_sums_of_its_jobs(run, database):
    columns = "lead_count, left_count, done_part_count, part_count"
    query = f"SELECT {columns} FROM website_crm_score_run ORDER BY id LIMIT 1"
    assert fetch(database, query) == [(LEADS, 0, PARTS, PARTS)]


def test_every_lead_is_scored_by_the_ledger(run, database):
    [counts] = fetch(
        database,
        """
        SELECT count(*), count(score_date),
               count(*) FILTER (WHERE score = COALESCE(points, 0)), sum(score)
          FROM crm_lead
     LEFT JOIN (SELECT lead_id, sum(points) AS points
                  FROM website_crm_score_line GROUP BY lead_id) ledger
            ON lead_id = crm_lead.id
        """,
    )
    [(expected,)] = fetch(database, EXPECTED)
    assert counts == (LEADS, LEADS, LEADS, expected)
