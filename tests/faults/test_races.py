"""The scoring job beside others that change the same rows at the same time.

What a race needs is either a job that stopped between two batches and has seen the
database already, as a transaction does (``step_until``), or one that stopped in the
middle of a batch and holds the locks of its leads (``closed_gate``).
"""

from contextlib import closing

import pytest

from .checks import check_finished, check_invariant, check_whole_batches
from .database import add_leads, add_visitors, add_visits
from .engine import BACKLOG, HALF, HOURLY_JOB, LEADS
from .install import SALESPERSON, SECOND_JOB
from .process import wait_blocked_or_finished

ADMIN = 2
EDIT = {"priority": "3", "description": "Called back"}


def edit(lead_ids):
    """The call with which a salesperson edits leads."""
    return ("crm.lead", "write", lead_ids, [EDIT])


def count_edited(database):
    """How many leads bear what the salesperson wrote."""
    return database.value(
        "SELECT count(*) FROM crm_lead WHERE priority = '3'"
        " AND description LIKE '%%' || %(text)s || '%%'",
        text=EDIT["description"],
    )


@pytest.fixture
def salesperson(database):
    """The id of a user who sees all leads."""
    query = "SELECT id FROM res_users WHERE login = %(login)s"
    return database.value(query, login=SALESPERSON)


# TWO JOBS


def test_two_jobs_over_the_same_backlog_both_finish(database, start_odoo):
    """Both are in the middle of a batch at the same time, then run side by side."""
    database.add_backlog(4 * BACKLOG)
    first, second = start_odoo("job1", "job2")
    with database.closed_gate(LEADS, after=HALF):
        first.start("run_job", job=HOURLY_JOB)
        database.wait_at_gate("job1")
        second.start("run_job", job=SECOND_JOB)
        database.wait_at_gate("job2")
        check_whole_batches(database)
    first.finish()
    second.finish()
    check_whole_batches(database)
    first.run_job()
    check_finished(database)


# WHAT COMMITS LATE


def test_visit_that_commits_after_later_ones_were_scored_is_scored(
    database, start_odoo
):
    """Sequences know no transactions: the lower number may become visible last."""
    early, late = database.add_backlog(2)
    with database.connection.cursor() as cursor:
        add_visitors(cursor, [late])
    job = start_odoo("job")
    job.run_job()
    with closing(database.open()) as other:
        with other.cursor() as cursor:
            [late_track] = add_visits(cursor, [late], "/pricing")
        with database.connection.cursor() as cursor:
            [track] = add_visits(cursor, [early], "/jobs")
        assert late_track < track
        job.run_job()
        check_finished(database)
        other.commit()
    job.run_job()
    check_finished(database)
    assert database.has_line(late, "Pricing")


def test_lead_that_commits_after_later_ones_were_scored_is_scored(database, start_odoo):
    """The lead, its visitor and the visit have lower numbers than what is scored."""
    job = start_odoo("job")
    with closing(database.open()) as other:
        with other.cursor() as cursor:
            [late] = add_leads(cursor, 1)
            add_visitors(cursor, [late])
            add_visits(cursor, [late], "/pricing")
        database.add_backlog(2)
        job.run_job()
        check_finished(database)
        other.commit()
    job.run_job()
    check_finished(database)
    assert database.has_line(late, "Pricing")


# SALESPEOPLE


def test_edit_of_leads_in_a_batch_is_made_when_the_batch_is_done(
    database, start_odoo, salesperson
):
    """The salesperson waits for the job, and notices nothing but that."""
    lead_ids = database.add_backlog(BACKLOG)
    job, user = start_odoo("job", "user")
    with database.closed_gate(LEADS, after=HALF):
        job.start("run_job", job=HOURLY_JOB)
        database.wait_at_gate("job")
        user.start("call", calls=[edit(lead_ids)], user_id=salesperson)
        wait_blocked_or_finished(database, user)
    user.finish()
    job.finish()
    assert count_edited(database) == BACKLOG
    check_invariant(database)
    job.run_job()
    check_finished(database)


def test_leads_that_are_being_edited_are_left_for_the_next_run(
    database, start_odoo, salesperson
):
    """The job does not wait for whoever has changed a lead and not committed yet."""
    lead_ids = database.add_backlog(BACKLOG)
    edited = lead_ids[::10]
    job, user = start_odoo("job", "user")
    user.start("call", calls=[edit(edited)], user_id=salesperson, stop=True)
    user.wait_stopped()
    job.run_job()
    assert database.count_scored() == BACKLOG - len(edited)
    check_whole_batches(database)
    user.go_on()
    user.finish()
    assert count_edited(database) == len(edited)
    job.run_job()
    check_finished(database)


def test_leads_that_were_edited_since_a_batch_began_do_not_fail_the_job(
    database, start_odoo, salesperson
):
    """What the job has seen of them is old: PostgreSQL refuses it their rows."""
    lead_ids = database.add_backlog(BACKLOG)
    job, user = start_odoo("job", "user")
    job.start("run_job", job=HOURLY_JOB, stepping=True)
    job.step_until(database.is_half_way)
    user.do("call", calls=[edit(lead_ids)], user_id=salesperson)
    job.go_on()
    job.finish()
    assert count_edited(database) == BACKLOG
    check_invariant(database)
    job.run_job()
    check_finished(database)


# MERGERS


def mergers(lead_ids):
    """Calls that merge leads far apart, all of which are hot or none is."""
    groups = zip(*(lead_ids[start : start + 12] for start in (0, 36, 72)), strict=True)
    return [("crm.lead", "merge_opportunity", group, []) for group in groups]


def check_merged(database):
    """Of each three leads one is left, with what all of them have seen."""
    assert database.value("SELECT count(*) FROM crm_lead WHERE active") == BACKLOG - 24
    check_finished(database)


def test_leads_merged_since_a_batch_began_keep_what_all_of_them_had(
    database, start_odoo, salesperson
):
    """Some of them are scored by then, others are not."""
    calls = mergers(database.add_backlog(BACKLOG))
    job, user = start_odoo("job", "user")
    job.start("run_job", job=HOURLY_JOB, stepping=True)
    job.step_until(database.is_half_way)
    user.do("call", calls=calls, user_id=salesperson)
    job.go_on()
    job.finish()
    check_invariant(database)
    job.run_job()
    check_merged(database)


def test_leads_merged_during_a_batch_keep_what_all_of_them_had(
    database, start_odoo, salesperson
):
    """Mergers wait for the job where they touch the same leads, not the reverse."""
    calls = mergers(database.add_backlog(BACKLOG))
    job, user = start_odoo("job", "user")
    with database.closed_gate(LEADS, after=HALF):
        job.start("run_job", job=HOURLY_JOB)
        database.wait_at_gate("job")
        user.start("call", calls=calls, user_id=salesperson)
        wait_blocked_or_finished(database, user)
    user.finish()
    job.finish()
    check_invariant(database)
    job.run_job()
    check_merged(database)


# DELETIONS, AND CHANGES OF RULES


def upheaval(database, lead_ids):
    """Calls that delete leads, visitors and a rule, and change two more rules."""
    rules = dict(database.rows("SELECT name->>'en_US', id FROM website_crm_score"))
    visitors = [id_ for (id_,) in database.rows("SELECT id FROM website_visitor")]
    return [
        ("website.crm.score", "write", [rules["Hot"]], [{"value": 12.5}]),
        ("website.crm.score", "write", [rules["Pricing"]], [{"active": False}]),
        ("website.visitor", "unlink", visitors[::5], []),
        ("website.crm.score", "unlink", [rules["Everyone"]], []),
        ("crm.lead", "unlink", lead_ids[::10], []),
    ]


def check_upheaval(database):
    """The leads that are left have what the rules that are left give."""
    assert database.value("SELECT count(*) FROM crm_lead WHERE active") == BACKLOG - 12
    check_finished(database)


def test_job_goes_on_when_leads_visitors_and_rules_vanish_between_batches(
    database, start_odoo
):
    """What is gone is left out, the rest is done."""
    calls = upheaval(database, database.add_backlog(BACKLOG))
    job, user = start_odoo("job", "user")
    job.start("run_job", job=HOURLY_JOB, stepping=True)
    job.step_until(database.is_half_way)
    user.do("call", calls=calls, user_id=ADMIN)
    job.go_on()
    job.finish()
    check_invariant(database)
    job.run_job()
    check_upheaval(database)


def test_job_goes_on_when_leads_visitors_and_rules_vanish_during_a_batch(
    database, start_odoo
):
    """What the batch has written already is mended by the next run."""
    calls = upheaval(database, database.add_backlog(BACKLOG))
    job, user = start_odoo("job", "user")
    with database.closed_gate(LEADS, after=HALF):
        job.start("run_job", job=HOURLY_JOB)
        database.wait_at_gate("job")
        user.start("call", calls=calls, user_id=ADMIN)
        wait_blocked_or_finished(database, user)
    user.finish()
    job.finish()
    check_invariant(database)
    job.run_job()
    check_upheaval(database)
