"""A scoring run that is killed leaves whole batches, and the next one finishes."""

import pytest

from .checks import check_finished, check_whole_batches
from .engine import BACKLOG, HALF, HOURLY_JOB, LEADS, LEDGER, PAGE_VIEWS
from .waiting import wait_until


@pytest.mark.parametrize("table", [PAGE_VIEWS, LEDGER, LEADS])
def test_killed_worker_leaves_whole_batches_and_the_next_run_finishes(
    database, start_odoo, table
):
    """``kill -9`` while page views, ledger or scores are being written."""
    database.add_backlog(BACKLOG)
    job, next_ = start_odoo("job", "next")
    with database.closed_gate(table, after=HALF):
        job.start("run_job", job=HOURLY_JOB)
        database.wait_at_gate("job")
        check_whole_batches(database)
        job.kill()
    database.wait_gone("^job")  # its session goes on until it notices
    check_whole_batches(database)
    assert database.count_written(table) and database.count_unscored()
    next_.run_job()
    check_finished(database)


@pytest.mark.parametrize("table", [LEDGER, LEADS])
def test_killed_database_session_leaves_whole_batches_and_the_worker_finishes(
    database, start_odoo, table
):
    """The worker survives the loss of its session, and so does the job's schedule."""
    database.add_backlog(BACKLOG)
    database.make_due()
    job = start_odoo("job")
    with database.closed_gate(table, after=HALF):
        job.start("run_due_jobs")
        database.wait_at_gate("job")
        database.terminate_at_gate("job")
        database.wait_at_gate("job")  # the worker tries again
        check_whole_batches(database)
        assert database.count_written(table) and database.count_unscored()
    job.finish()
    check_finished(database)


def test_restarted_cluster_leaves_whole_batches_and_the_server_finishes(
    own_cluster, database, start_server
):
    """PostgreSQL stops as in a crash, in the middle of a batch of a real server."""
    if not own_cluster:
        pytest.skip("no initdb on this system: there is no cluster to restart")
    database.add_backlog(BACKLOG)
    database.make_due()
    with database.closed_gate(LEADS, after=HALF):
        server = start_server()
        database.wait_at_gate("job")
        committed = database.count_scored()
        own_cluster.restart()
    database.connect()
    check_whole_batches(database)
    assert database.count_scored() >= committed > 0
    # What the run had found is lost with the crash: it ends, and the next one finds it.
    wait_until(lambda: not database.is_due(), "the run ends")
    check_whole_batches(database)
    database.make_due()
    wait_until(lambda: not database.is_due(), "the next run ends")
    assert server.is_running()
    check_finished(database)
