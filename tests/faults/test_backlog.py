"""A backlog is worked off by workers that do not live long enough for it."""

import pytest

from .checks import check_finished
from .engine import LEADS, PAGE_VIEWS
from .waiting import wait_until

BACKLOG = 10_000
BATCH_SIZE = 500
DRAIN_TIMEOUT = 120


@pytest.mark.parametrize(
    ("seconds", "limit"),
    [
        (60, "--limit-time-real-cron=3"),  # killed wherever it is
        (3, "--limit-request=1"),  # gives way to others, and is then replaced
    ],
)
def test_backlog_is_worked_off_by_one_short_lived_worker_after_another(
    database, start_server, seconds, limit
):
    """Each life keeps what it did, page views as well as scores, and leaves the rest
    to the next."""
    database.add_backlog(BACKLOG, visiting_every=20)
    database.slow_down(PAGE_VIEWS, seconds=0.05)
    database.slow_down(LEADS, seconds=0.1)
    database.make_due()
    server = start_server(limit, batch_size=BATCH_SIZE, seconds=seconds)
    wait_until(
        lambda: not database.count_unscored() and not database.is_due(),
        "all leads are scored",
        DRAIN_TIMEOUT,
    )
    assert len(server.find_workers()) > 1
    check_finished(database)
