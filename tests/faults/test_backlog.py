"""A backlog is worked off by workers that do not live long enough for it."""

import pytest

from .checks import check_finished, check_whole_batches
from .engine import PAGE_VIEWS
from .waiting import wait_until

BACKLOG = 2_000
BATCH_SIZE = 700
DRAIN_TIMEOUT = 120


@pytest.fixture
def work_off(database, start_server):
    """A function that has a server with short-lived workers do all that is to do."""
    database.add_backlog(BACKLOG, visiting_every=4)

    def work(*options, seconds):
        server = start_server(*options, batch_size=BATCH_SIZE, seconds=seconds)
        # No life is long enough to look at all page views again.
        with database.slowed_down(PAGE_VIEWS, seconds=0.4):
            wait_done(database)
        assert len(server.find_workers()) > 1

    return work


def wait_done(database):
    """Have the job run, and wait until it is done."""
    database.make_due()
    wait_until(lambda: not database.is_due(), "the job is done", DRAIN_TIMEOUT)


def test_backlog_is_worked_off_by_workers_that_make_room_for_others(database, work_off):
    """Each leaves to the next what it had no time for, page views as well as scores."""
    work_off("--limit-request=1", seconds=3)
    check_finished(database)


def test_backlog_is_worked_off_by_workers_that_are_killed(database, work_off):
    """Each life keeps what it did, and leaves the rest to the next."""
    work_off("--limit-time-real-cron=3", seconds=60)
    check_whole_batches(database)
    # The sessions of those who were killed held leads a little longer than they lived:
    # these are left for the next run.
    wait_done(database)
    check_finished(database)
