"""Leads are assigned while others assign, confirm, edit, merge, delete and archive.

What leads are worth is given, and so is the one plan of who gets which: only what
happens at the same time differs.
"""

from contextlib import closing

import pytest

from .assignment import (
    BATCH_SIZE,
    DAILY_JOB,
    MANAGER,
    PLAN_JOB,
    PLAN_LINES,
    SECOND_DAILY_JOB,
    TAKER,
    add_leads,
    check_all_told,
    check_finished,
    check_sane,
    check_told_once,
    count_assigned,
    editing,
    find_leads,
    find_member,
    find_teams,
    find_user,
    make_due,
    make_twins,
    prepare,
    wait_assigned,
)

ADMIN = 2
CROWD = 1_500  # many batches for each of those who assign at once
BACKLOG = 10 * BATCH_SIZE
# More than are assigned while somebody waits for it.
LARGE = 700
# What the button is told while others assign.
BUSY = "Leads are being assigned at the moment"


@pytest.fixture
def manager(database):
    """The id of a user who may assign leads."""
    return find_user(database, MANAGER)


def press(database):
    """The call of the button that assigns the leads of all teams."""
    return ("crm.team", "action_assign_leads", find_teams(database))


def find_plan(database, origin):
    """Return the id and the state of the newest plan of this origin."""
    query = "SELECT id, state FROM crm_assignment_plan WHERE origin = %(origin)s"
    rows = database.rows(f"{query} ORDER BY id DESC LIMIT 1", origin=origin)
    return rows[0] if rows else (None, None)


def count_lines(database, plan_id, state):
    """How many leads of a plan are planned, done or left out."""
    return database.value(
        "SELECT count(*) FROM crm_assignment_plan_line"
        " WHERE plan_id = %(plan_id)s AND state = %(state)s",
        plan_id=plan_id,
        state=state,
    )


def step_until(stops, condition):
    """Have a job do batches until ``condition()`` holds, then leave it stopped."""
    while not condition():
        next(stops)


# AT ONCE


def test_jobs_and_button_at_once_give_each_lead_to_one_person(
    database, start_odoo, manager
):
    """Two workers with the daily job and a second such job, and the button: while one
    is in the middle of a batch, the others begin."""
    prepare(database, CROWD, batch_size=100)
    make_due(database, DAILY_JOB)
    make_due(database, SECOND_DAILY_JOB)
    first, other, button = start_odoo("job1", "job2", "button")
    with database.closed_gate(PLAN_LINES, after=150):
        first.start("run_due_jobs")
        database.wait_at_gate("job1")
        other.start("run_due_jobs")
        assert BUSY in button.do("ask", call=press(database), user_id=manager)
        check_sane(database)
    wait_assigned(database, 300)
    answers = [button.do("ask", call=press(database), user_id=manager)]
    first.finish()
    other.finish()
    check_finished(database, times=1 + answers.count(None))
    answers.append(button.do("ask", call=press(database), user_id=manager))
    assert answers[-1] is None
    check_finished(database, times=1 + answers.count(None))


def test_two_buttons_at_once_give_each_lead_to_one_person(
    database, start_odoo, manager
):
    """One is refused. One more has looked at the database before the first one is done,
    but does not assign before that, and then gives away the next day's room."""
    prepare(database, BACKLOG)
    first, second, third = start_odoo("button1", "button2", "button3")
    first.start("call", calls=[press(database)], user_id=manager, stop=True)
    first.wait_stopped()
    third.start("ask", call=press(database), user_id=manager, looking=True)
    third.wait_stopped()
    assert BUSY in second.do("ask", call=press(database), user_id=manager)
    first.go_on()
    first.finish()
    check_finished(database)
    third.go_on()
    assert third.finish() is None
    check_finished(database, times=2)
    check_all_told(database)


def test_button_counts_what_a_plan_gave_away_since_it_looked_at_the_database(
    database, start_odoo, manager
):
    """Those who are to get the one have room for no other on all 30 days."""
    leads = prepare(database, 2, score=70)
    database.rows(
        "UPDATE crm_team_member SET assignment_max = 1, active = id = %(member_id)s",
        member_id=find_member(database, "demanding one"),
    )
    user, button = start_odoo("user", "button")
    plans = []
    for lead_id in leads:
        call = ("crm.lead", "action_plan_assignment", [lead_id])
        user.do("call", calls=[call], user_id=manager)
        plans.append(find_plan(database, "rehearsal")[0])
    first, second = (("crm.assignment.plan", "action_confirm", [id_]) for id_ in plans)
    button.start("ask", call=second, user_id=manager, looking=True)
    button.wait_stopped()
    user.do("call", calls=[first], user_id=manager)
    button.go_on()
    assert button.finish() is None
    assert count_assigned(database) == 1
    check_sane(database)


# MIDWAY


def test_who_is_archived_midway_gets_no_more_and_the_others_get_the_rest(
    database, start_odoo, manager
):
    """A member, and the user of another one; what was planned for them is not lost."""
    prepare(database, 2 * BACKLOG)
    gone = ["busy any", "busy few"]
    job, user = start_odoo("job", "user")
    job.start("run_job", job=DAILY_JOB, stepping=True)
    stops = job.stops()
    step_until(stops, lambda: count_assigned(database, gone[0]))
    calls = [
        ("crm.team.member", "write", [find_member(database, gone[0])], ARCHIVE),
        ("res.users", "write", [find_user(database, gone[1])], ARCHIVE),
    ]
    user.do("call", calls=calls, user_id=ADMIN)
    next(stops)  # a batch that has begun sees them as they were
    before = [count_assigned(database, login) for login in gone]
    for _stop in stops:
        pass
    assert [count_assigned(database, login) for login in gone] == before
    check_sane(database)
    job.run_job(DAILY_JOB)
    assert [count_assigned(database, login) for login in gone] == before
    check_finished(database)
    check_all_told(database)


ARCHIVE = {"active": False}
EDIT = {"priority": "3", "contact_name": "Ada"}
FREE = "user_id IS NULL"


def test_leads_edited_taken_merged_and_deleted_midway_do_not_stop_the_others(
    database, start_odoo, manager
):
    """Whatever becomes of these, all others are assigned as planned."""
    prepare(database, BACKLOG)
    job, user = start_odoo("job", "user")
    job.start("run_job", job=DAILY_JOB, stepping=True)
    stops = job.stops()
    step_until(stops, lambda: count_assigned(database))
    taken = []
    for _stop in stops:
        free = find_leads(database, FREE)
        calls = [("crm.lead", "write", free[::7], EDIT)]
        if len(free) > 4:
            taken += [free[3]]
            calls += [
                ("crm.lead", "write", [free[3]], {"user_id": TAKER}),
                ("crm.lead", "merge_opportunity", [free[1], free[-1]]),
                ("crm.lead", "unlink", [free[2]]),
            ]
        user.do("call", calls=calls, user_id=ADMIN)
    assert database.count_leads() < BACKLOG
    check_sane(database)
    job.run_job(DAILY_JOB)
    assert find_leads(database, f"user_id = {TAKER}") == sorted(taken)
    check_finished(database)
    check_all_told(database)


def test_duplicates_are_merged_and_assigned_while_others_save_leads_all_the_time(
    database, start_odoo
):
    """A batch never has the time that it takes for itself."""
    prepare(database, 400, batch_size=100)
    pairs = make_twins(database)
    job = start_odoo("job")
    with editing(database, pause=0.1):
        job.run_job(DAILY_JOB)
    assert database.count_leads() < 1.1 * pairs
    assert count_assigned(database) > 0
    check_sane(database)
    job.run_job(DAILY_JOB)
    assert database.count_leads() == pairs
    check_finished(database)


# KILLS


@pytest.mark.parametrize("in_batch", [False, True], ids=["between", "within"])
def test_killed_run_leaves_whole_batches_and_the_next_one_finishes(
    database, start_odoo, in_batch
):
    """Each is told once of each of his leads, those of the killed run included."""
    prepare(database, BACKLOG)
    job, next_ = start_odoo("job", "next")
    if in_batch:
        with database.closed_gate(PLAN_LINES, after=BACKLOG // 2 + BATCH_SIZE // 2):
            job.start("run_job", job=DAILY_JOB)
            database.wait_at_gate("job")
            job.kill()
    else:
        job.start("run_job", job=DAILY_JOB, stepping=True)
        step_until(job.stops(), lambda: count_assigned(database) > BACKLOG // 4)
        job.kill()
    database.wait_gone("^job")
    check_sane(database)
    assert 0 < count_assigned(database) < BACKLOG // 2
    next_.run_job(DAILY_JOB)
    check_finished(database)
    next_.run_job(PLAN_JOB)
    check_finished(database)
    check_all_told(database)
    assert find_plan(database, "job")[1] == "done"


def test_run_killed_while_it_tells_tells_nobody_twice(database, start_odoo):
    """All is assigned by then, and some know it."""
    prepare(database, BACKLOG, batch_size=2)
    job, next_ = start_odoo("job", "next")
    job.start("run_job", job=DAILY_JOB, stepping=True)
    query = "SELECT count(*) FROM mail_message WHERE body LIKE '%assigned to you%'"
    step_until(job.stops(), lambda: database.value(query))
    job.kill()
    database.wait_gone("^job")
    next_.run_job(DAILY_JOB)
    next_.run_job(PLAN_JOB)
    check_finished(database)
    check_all_told(database)


# PLANS


@pytest.fixture
def plan(database, start_odoo, manager):
    """The id of a large plan that is confirmed, and is to be carried out."""
    prepare(database, LARGE, batch_size=100)
    user = start_odoo("user")
    call = ("crm.team", "action_plan_assignment", [])
    user.do("call", calls=[call], user_id=manager)
    plan_id, state = find_plan(database, "rehearsal")
    assert state == "draft"
    call = ("crm.assignment.plan", "action_confirm", [plan_id])
    user.do("call", calls=[call], user_id=manager)
    assert find_plan(database, "rehearsal") == (plan_id, "confirmed")
    return plan_id


def check_plan_done(database, plan_id):
    assert find_plan(database, "rehearsal") == (plan_id, "done")
    assert count_lines(database, plan_id, "planned") == 0


def test_daily_job_that_begins_while_a_plan_is_carried_out_leaves_it_its_leads(
    database, start_odoo, plan
):
    """Nobody counts room that the plan is about to take."""
    better = add_leads(database, BATCH_SIZE, score=19.5)
    carrier, daily = start_odoo("job1", "job2")
    carrier.start("run_job", job=PLAN_JOB, stepping=True)
    stops = carrier.stops()
    step_until(stops, lambda: count_assigned(database))
    daily.start("run_job", job=DAILY_JOB)
    for _stop in stops:
        pass
    daily.finish()
    check_plan_done(database, plan)
    assert count_lines(database, plan, "left_out") == 0
    check_sane(database)
    assert not set(better) & set(find_leads(database, "user_id IS NOT NULL"))
    check_told_once(database)


def test_plan_confirmed_while_the_daily_job_runs_leaves_out_what_that_assigned(
    database, start_odoo, plan
):
    """It waits until the job is done."""
    daily, carrier = start_odoo("job1", "job2")
    daily.start("run_job", job=DAILY_JOB, stepping=True)
    stops = daily.stops()
    step_until(stops, lambda: count_assigned(database))
    carrier.start("run_job", job=PLAN_JOB)
    for _stop in stops:
        pass
    carrier.finish()
    check_plan_done(database, plan)
    assert count_lines(database, plan, "left_out") > 0
    check_finished(database)
    check_told_once(database)


# DRY RUNS

# Locks of tables, by who wants to write rows or has locked them.
WRITTEN_TABLES = """
SELECT DISTINCT relation.relname
  FROM pg_locks
  JOIN pg_stat_activity activity USING (pid)
  JOIN pg_class relation ON relation.oid = pg_locks.relation
 WHERE activity.application_name = %(process)s AND relation.relkind = 'r'
   AND pg_locks.mode = 'RowExclusiveLock'
"""


def test_dry_run_holds_nobody_up_and_writes_nothing_but_the_plan(
    database, start_odoo, manager
):
    """All leads can be written while it is open."""
    prepare(database, 2_000)
    user = start_odoo("user")
    calls = [("crm.team", "action_plan_assignment", [])]
    user.start("call", calls=calls, user_id=manager, stop=True)
    user.wait_stopped()
    written = {name for (name,) in database.rows(WRITTEN_TABLES, process="user")}
    assert PLAN_LINES in written
    assert {name for name in written if not name.startswith("crm_assignment_plan")} == (
        set()
    )
    with closing(database.open()) as other, other.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
        cursor.execute("UPDATE crm_lead SET city = 'Rome', user_id = NULL")
        cursor.execute("UPDATE crm_team SET min_for_assign = 30")
        other.commit()
    user.go_on()
    user.finish()
    plan_id, state = find_plan(database, "rehearsal")
    assert state == "draft"
    assert count_lines(database, plan_id, "planned") > 0
    assert count_assigned(database) == 0
