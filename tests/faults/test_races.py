"""The scoring job beside others that change the same rows at the same time.

What a race needs is either a job that stopped between two batches and has seen the
database already, as a transaction does (``stops``), or one that stopped in the middle
of a batch and holds the locks of its leads (``closed_gate``).
"""

from contextlib import closing

import pytest

from .checks import check_finished, check_invariant, check_whole_batches
from .database import add_leads, add_visitors, add_visits
from .engine import (
    BACKLOG,
    BATCH_SIZE,
    HALF,
    HOURLY_JOB,
    LEADS,
    PAGE_VIEWS,
    SECOND_JOB,
)
from .install import SALESPERSON
from .process import wait_blocked_or_finished

ADMIN = 2
EDIT = {"priority": "3", "contact_name": "Ada"}


@pytest.fixture
def salesperson(database):
    """The id of a user who sees all leads."""
    query = "SELECT id FROM res_users WHERE login = %(login)s"
    return database.value(query, login=SALESPERSON)


@pytest.fixture
def job_and_user(start_odoo):
    """Two processes: one to run the job in, one for what users do."""
    return start_odoo("job", "user")


@pytest.fixture
def during_a_batch(database, job_and_user):
    """A function that has a user call methods while the job is within a batch."""
    job, user = job_and_user

    def call(calls, user_id):
        with database.closed_gate(LEADS, after=HALF):
            job.start("run_job", job=HOURLY_JOB)
            database.wait_at_gate("job")
            user.start("call", calls=calls(), user_id=user_id)
            wait_blocked_or_finished(database, user)
        user.finish()
        job.finish()

    return call


@pytest.fixture
def between_batches(job_and_user):
    """A function that has a user call methods whenever the job has done a batch."""
    job, user = job_and_user

    def call(calls, user_id):
        job.start("run_job", job=HOURLY_JOB, stepping=True)
        for number, _stop in enumerate(job.stops()):
            user.do("call", calls=calls(number), user_id=user_id)

    return call


# TWO JOBS


def test_two_jobs_over_the_same_backlog_both_finish(database, start_odoo):
    """Both are in the middle of a batch at the same time, then run side by side."""
    database.add_backlog(2 * BACKLOG)
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


def test_job_that_falls_behind_another_one_costs_no_visit(database, start_odoo):
    """The other one has ended the pass over the leads that both were in: what the first
    notes of it does not mislead who goes on with the next pass."""
    lead_ids = database.add_backlog(BACKLOG, visiting_every=1)
    slow, other, next_ = start_odoo("job1", "job2", "next")
    slow.start("run_job", job=HOURLY_JOB, stepping=True)
    slow_stops = slow.stops()
    while database.count_written(PAGE_VIEWS) < 4 * BATCH_SIZE:  # of two batches
        next(slow_stops)
    other.run_job(SECOND_JOB)
    with database.connection.cursor() as cursor:
        add_visits(cursor, lead_ids, "/jobs")
    other.start("run_job", job=SECOND_JOB, stepping=True)
    other_stops = other.stops()
    while database.count_written(PAGE_VIEWS) == 2 * BACKLOG:
        next(other_stops)
    next(slow_stops)
    slow.kill()
    other.kill()
    database.wait_gone("^job")
    next_.run_job()
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


VISITS_COUNTED = """
SELECT (SELECT line.event_count FROM website_crm_score_line line
          JOIN website_crm_score rule ON rule.id = line.rule_id
         WHERE rule.event_type = 'page_visit' AND line.lead_id = %(lead_id)s),
       (SELECT view.view_count FROM website_crm_pageview view
          JOIN website_crm_url entry ON entry.id = view.url_id
         WHERE entry.url LIKE '%%/pricing' AND view.lead_id = %(lead_id)s)
"""


def test_visit_that_commits_between_page_views_and_rules_counts_in_neither(
    database, start_odoo
):
    """Its transaction began before the page views were derived: they have not seen it,
    and rules on events, which could, leave the lead for the next run."""
    job, user = start_odoo("job", "user")
    rule = {"name": "Visits", "rule_type": "event", "event_type": "page_visit"}
    rule |= {"value": 1, "page_url": "/pricing"}
    user.do("call", calls=[("website.crm.score", "create", [rule])], user_id=ADMIN)
    [lead_id] = database.add_backlog(1)
    job.run_job()
    assert database.rows(VISITS_COUNTED, lead_id=lead_id) == [(1, 1)]
    derived = database.count_written(PAGE_VIEWS)
    with closing(database.open()) as late, late.cursor() as cursor:
        add_visits(cursor, [lead_id], "/pricing")
        with database.connection.cursor() as others:
            add_visits(others, [lead_id], "/jobs")
        job.start("run_job", job=HOURLY_JOB, stepping=True)
        for _stop in job.stops():
            if database.count_written(PAGE_VIEWS) > derived:
                late.commit()
    assert database.rows(VISITS_COUNTED, lead_id=lead_id) == [(1, 1)]
    job.run_job()
    assert database.rows(VISITS_COUNTED, lead_id=lead_id) == [(2, 2)]
    check_invariant(database)


# VISITS


def test_page_views_that_somebody_looks_at_between_batches_are_scored(
    database, between_batches, job_and_user, salesperson
):
    """To look at them derives them, of leads that the job is about to write."""
    to_visit = database.add_backlog(BACKLOG)[1::2]
    with database.connection.cursor() as cursor:
        add_visitors(cursor, to_visit)

    def visit_and_look(number):
        lead_ids = to_visit[number::12]
        with database.connection.cursor() as cursor:
            add_visits(cursor, lead_ids, "/pricing")
        return [("crm.lead", "action_redirect_to_page_views", lead_ids)]

    between_batches(visit_and_look, salesperson)
    check_invariant(database)
    job_and_user[0].run_job()
    check_finished(database)


# SALESPEOPLE

UNSCORED = """
SELECT id FROM crm_lead WHERE active AND score_date IS NULL ORDER BY id
"""


def edit(lead_ids):
    """The call with which a salesperson edits leads."""
    return ("crm.lead", "write", lead_ids, EDIT)


def count_edited(database):
    """How many leads bear what the salesperson wrote."""
    return database.value(
        "SELECT count(*) FROM crm_lead"
        " WHERE priority = %(priority)s AND contact_name = %(contact_name)s",
        **EDIT,
    )


def test_edits_of_leads_in_a_batch_are_made_when_the_batch_is_done(
    database, during_a_batch, job_and_user, salesperson
):
    """The salesperson waits for the job, and notices nothing but that."""
    lead_ids = database.add_backlog(BACKLOG)
    during_a_batch(lambda: [edit(lead_ids)], salesperson)
    assert count_edited(database) == BACKLOG
    check_invariant(database)
    job_and_user[0].run_job()
    check_finished(database)


def test_edits_between_batches_cost_the_job_nothing_but_these_leads(
    database, between_batches, job_and_user, salesperson
):
    """What the job has seen of them is old: PostgreSQL refuses it their rows."""
    to_edit = database.add_backlog(BACKLOG)
    edited = []

    def edit_some(number):
        edited.extend(to_edit[number::20])
        return [edit(to_edit[number::20])]

    between_batches(edit_some, salesperson)
    assert count_edited(database) == len(edited)
    assert database.count_scored() >= BACKLOG - len(edited)
    check_invariant(database)
    job_and_user[0].run_job()
    check_finished(database)


def test_leads_that_are_being_edited_are_left_for_the_next_run(
    database, job_and_user, salesperson
):
    """The job does not wait for whoever has changed a lead and not committed yet."""
    edited = database.add_backlog(BACKLOG)[::10]
    job, user = job_and_user
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


def test_leads_that_change_before_their_batch_comes_are_left_for_the_next_run(
    database, job_and_user, salesperson
):
    """They get no points for what they were when the job looked at them."""
    lead_ids = database.add_backlog(BACKLOG)
    job, user = job_and_user
    user.do("call", calls=[edit(lead_ids)], user_id=salesperson)
    job.start("run_job", job=HOURLY_JOB, stepping=True)
    stops = job.stops()
    while not database.count_scored():
        next(stops)
    unscored = database.rows(UNSCORED)[::2]
    calls = [("crm.lead", "write", [id_ for (id_,) in unscored], {"priority": "0"})]
    user.do("call", calls=calls, user_id=salesperson)
    for _stop in stops:
        pass
    assert database.count_unscored() == len(unscored)
    check_whole_batches(database)
    job.run_job()
    check_finished(database)


# MERGERS

LEADS_TO_MERGE = """
SELECT id FROM crm_lead
 WHERE active AND score_date IS NULL = %(new)s
   AND COALESCE(description LIKE '%%Hot%%', FALSE) = %(hot)s
 ORDER BY id LIMIT %(limit)s
"""


def mergers(database, count):
    """Calls that merge leads in pairs.

    Of two that were scored, the second alone is hot: the first has to get its points.
    Of two that are new, both are hot, or none is.
    """

    def find(limit, **which):
        rows = database.rows(LEADS_TO_MERGE, limit=limit, **which)
        return [id_ for (id_,) in rows]

    cold, hot = (find(count, new=False, hot=hot) for hot in (False, True))
    pairs = list(zip(cold, hot, strict=False))
    for hot in (False, True):
        new = find(2 * count, new=True, hot=hot)
        pairs += zip(new[:count], new[count:], strict=False)
    return [("crm.lead", "merge_opportunity", pair) for pair in pairs]


def test_leads_merged_between_batches_keep_what_both_of_them_had(
    database, between_batches, job_and_user, salesperson
):
    """Some of them are scored by then, others are not."""
    database.add_backlog(BACKLOG)
    between_batches(lambda number: mergers(database, 1), salesperson)
    check_invariant(database)
    job_and_user[0].run_job()
    check_finished(database)


def test_leads_merged_during_a_batch_keep_what_both_of_them_had(
    database, during_a_batch, job_and_user, salesperson
):
    """Mergers wait for the job where they touch the same leads, not the reverse."""
    database.add_backlog(BACKLOG)
    during_a_batch(lambda: mergers(database, 6), salesperson)
    assert database.count_leads() == BACKLOG - 3 * 6
    check_invariant(database)
    job_and_user[0].run_job()
    check_finished(database)


# DELETIONS, AND CHANGES OF RULES

SPARE_RULES = 8


def add_spare_rules(user):
    """Add rules that match all leads, to be deleted."""
    rules = [{"name": f"Spare {n}", "value": 1} for n in range(SPARE_RULES)]
    calls = [("website.crm.score", "create", rules)]
    user.do("call", calls=calls, user_id=ADMIN)


def upheaval(database, number):
    """Calls that delete a rule and some leads and visitors, and change other rules."""
    rules = dict(database.rows("SELECT name->>'en_US', id FROM website_crm_score"))
    leads = database.rows("SELECT id FROM crm_lead WHERE active ORDER BY id")
    visitors = database.rows("SELECT id FROM website_visitor ORDER BY id")
    spare = [rules[name] for name in rules if name == f"Spare {number}"]
    return [
        ("website.crm.score", "write", rules["Hot"], {"value": 12.5 + number}),
        ("website.crm.score", "write", rules["Pricing"], {"active": number % 2 == 1}),
        ("website.crm.score", "unlink", spare),
        ("website.visitor", "unlink", [id_ for (id_,) in visitors[number::20]]),
        ("crm.lead", "unlink", [id_ for (id_,) in leads[number::20]]),
    ]


def test_job_goes_on_when_leads_visitors_and_rules_change_between_batches(
    database, between_batches, job_and_user
):
    """What is gone is left out, the rest is done."""
    job, user = job_and_user
    add_spare_rules(user)
    database.add_backlog(BACKLOG)
    between_batches(lambda number: upheaval(database, number), ADMIN)
    assert 0 < database.count_leads() < BACKLOG
    check_invariant(database)
    job.run_job()
    check_finished(database)


def test_points_follow_a_rule_that_changes_its_category_during_a_batch(
    database, during_a_batch, job_and_user
):
    """What the batch gives meanwhile, unseen, is found by the next run."""
    database.add_backlog(BACKLOG)
    rules = dict(database.rows("SELECT name->>'en_US', id FROM website_crm_score"))
    change = ("website.crm.score", "write", rules["Hot"], {"category": "engagement"})
    during_a_batch(lambda: [change], ADMIN)
    [(given,)] = database.rows(
        f"SELECT count(*) FROM website_crm_score_line WHERE rule_id = {rules['Hot']}"
    )
    assert given
    job_and_user[0].run_job()
    check_finished(database)


def test_points_follow_a_rule_that_changes_its_category_between_batches(
    database, between_batches, job_and_user
):
    """Those of the batches before it are seen, those after it look at it."""
    database.add_backlog(BACKLOG)
    rules = dict(database.rows("SELECT name->>'en_US', id FROM website_crm_score"))

    def change(number):
        category = ("engagement", "fit")[number % 2]
        return [("website.crm.score", "write", rules["Hot"], {"category": category})]

    between_batches(change, ADMIN)
    check_invariant(database)
    job_and_user[0].run_job()
    check_finished(database)


def test_job_goes_on_when_leads_visitors_and_rules_change_during_a_batch(
    database, during_a_batch, job_and_user
):
    """What the batch has written already is mended by the next run."""
    job, user = job_and_user
    add_spare_rules(user)
    database.add_backlog(BACKLOG)
    during_a_batch(lambda: upheaval(database, 0), ADMIN)
    assert 0 < database.count_leads() < BACKLOG
    check_invariant(database)
    job.run_job()
    check_finished(database)
