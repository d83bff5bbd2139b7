"""Points for events are those of a plain count, whenever the job was killed."""

import random

import pytest

from .checks import check_invariant
from .engine import BATCH_SIZE, HOURLY_JOB, LEADS, LEDGER, PAGE_VIEWS
from .events import (
    ADMIN,
    PAGES,
    add_history,
    add_rules,
    check_counted,
    pass_time,
    visit,
)
from .waiting import wait_until

COUNT = 3 * BATCH_SIZE
KILLS = 4


@pytest.fixture
def lead_ids(database, start_odoo):
    """Leads with visitors, and none but rules on events."""
    database.rows("UPDATE website_crm_score SET active = FALSE")
    add_rules(start_odoo("user"))
    return database.add_backlog(COUNT, visiting_every=1)


# KILLS


def kill_somewhere(database, chance, job):
    """Kill the job at a random point, or after its end if it does not come there."""
    kill = chance.choice([kill_between_batches, kill_within_a_batch])
    kill(database, chance, job)
    database.wait_gone("^job")  # its session goes on until it notices
    check_invariant(database)


def kill_between_batches(_database, chance, job):
    """The job has committed some batches of page views or of scores."""
    job.start("run_job", job=HOURLY_JOB, stepping=True)
    for _stop, _number in zip(job.stops(), range(chance.randrange(12)), strict=False):
        pass
    job.kill()


def kill_within_a_batch(database, chance, job):
    """The job has written some rows of a table."""
    table = chance.choice([PAGE_VIEWS, LEDGER, LEADS])
    with database.closed_gate(table, after=chance.randrange(COUNT)):
        job.start("run_job", job=HOURLY_JOB)
        wait_until(
            lambda: job.has_finished() or database.is_at_gate("job"),
            "the job comes to the gate or ends",
        )
        job.kill()


def run_to_the_end(job):
    """Finish what a run that was killed had found, then look at what came since."""
    job.run_job()
    job.run_job()


def go_on_living(database, chance, user):
    """Some leads see more pages, and two of them are merged."""
    lead_ids = [id_ for (id_,) in database.rows("SELECT id FROM crm_lead WHERE active")]
    for lead_id in chance.sample(sorted(lead_ids), BATCH_SIZE):
        visit(database, lead_id, chance.choice(PAGES))
    pair = chance.sample(sorted(lead_ids), 2)
    user.do("call", calls=[("crm.lead", "merge_opportunity", pair)], user_id=ADMIN)


@pytest.mark.parametrize("seed", range(4))
def test_events_are_counted_whenever_the_job_is_killed(
    database, lead_ids, start_odoo, seed
):
    """Meanwhile leads see pages and are merged, and at last points expire."""
    chance = random.Random(seed)
    add_history(database, chance, lead_ids)
    user = start_odoo("user")
    for _kill in range(KILLS):
        kill_somewhere(database, chance, start_odoo("job"))
        go_on_living(database, chance, user)
    run_to_the_end(start_odoo("next"))
    check_counted(database)
    pass_time(database)
    kill_somewhere(database, chance, start_odoo("job"))
    run_to_the_end(start_odoo("last"))
    check_counted(database)


def test_events_are_counted_by_servers_that_are_killed(
    database, lead_ids, start_odoo, start_server
):
    """The whole server dies when it has scored some of the leads, and another one."""
    chance = random.Random(0)
    add_history(database, chance, lead_ids)
    for reached in sorted(chance.sample(range(COUNT), KILLS)):
        database.make_due()
        server = start_server()
        wait_until(
            lambda reached=reached: (
                database.count_scored() > reached or not database.is_due()
            ),
            "the server has scored some leads",
        )
        server.close()
        database.wait_gone("^job")
        check_invariant(database)
        go_on_living(database, chance, start_odoo("user"))
    start_server()
    for _run in range(2):
        database.make_due()
        wait_until(lambda: not database.is_due(), "the job is done")
    check_counted(database)
