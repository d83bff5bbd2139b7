"""Leads without contact are taken back while their salespeople get in touch, and while
the job is killed: whoever acts at that moment keeps his lead."""

from .assignment import (
    BATCH_SIZE,
    DAILY_JOB,
    PLAN_LINES,
    count_assigned,
    find_leads,
    find_user,
    prepare,
)
from .waiting import wait_until

JOB = "crm_team_assign.ir_cron_follow_up_handovers"
COUNT = 3 * BATCH_SIZE
WHO = "busy any"

# Handed over and reminded of long ago
GROW_OLD = """
UPDATE crm_team SET take_back_hours = 8, take_back_date = '2020-01-01';
UPDATE crm_assignment_handover
   SET date = date - interval '60 days', warned_date = date - interval '50 days';
"""
OPEN_TWICE = """
SELECT lead_id FROM crm_assignment_handover
 WHERE end_date IS NULL GROUP BY 1 HAVING count(*) > 1
"""
NOT_WHOSE_IT_IS = """
SELECT lead.id FROM crm_lead lead
  LEFT JOIN crm_assignment_handover handover
    ON handover.lead_id = lead.id AND handover.end_date IS NULL
 WHERE lead.user_id IS NOT NULL AND lead.active
   AND lead.user_id IS DISTINCT FROM handover.user_id
"""
TAKEN_TWICE = """
SELECT lead_id FROM change_of_owner WHERE user_id IS NOT NULL
 GROUP BY 1 HAVING count(*) > 1
"""


def hand_over(database, job):
    """Have all leads handed over long ago; return those that one of them has."""
    prepare(database, COUNT, score=40)
    job.run_job(DAILY_JOB)
    assert count_assigned(database) == COUNT
    database.rows(GROW_OLD)
    return find_leads(database, f"user_id = {find_user(database, WHO)}")


def get_owner(database, lead_id):
    """Return the id of who has a lead."""
    query = "SELECT user_id FROM crm_lead WHERE id = %(lead_id)s"
    return database.value(query, lead_id=lead_id)


def check_handovers(database):
    """A lead is handed over to who has it, and to nobody else."""
    for query in (OPEN_TWICE, NOT_WHOSE_IT_IS):
        assert database.rows(query) == []
    assert database.rows("SELECT id FROM ir_cron WHERE failure_count > 0") == []


def test_who_gets_in_touch_in_a_transaction_that_ends_later_has_the_lead_back(
    database, start_odoo
):
    """Nobody could see it when the lead was taken back."""
    job, user = start_odoo("job", "user")
    first, *others = hand_over(database, job)
    me = find_user(database, WHO)
    meeting = {
        "name": "Meeting",
        "start": "2030-01-01 10:00:00",
        "stop": "2030-01-01 11:00:00",
        "opportunity_id": first,
    }
    call = ("calendar.event", "create", [meeting])
    user.start("call", calls=[call], user_id=me, stop=True)
    user.wait_stopped()
    job.run_job(JOB)
    assert get_owner(database, first) != me
    user.go_on()
    user.finish()
    job.run_job(JOB)
    assert get_owner(database, first) == me
    assert me not in [get_owner(database, lead_id) for lead_id in others]
    check_handovers(database)


def test_who_moves_a_lead_at_that_moment_keeps_it(database, start_odoo):
    """The job waits for what was written, and then leaves it."""
    job, user = start_odoo("job", "user")
    first, *others = hand_over(database, job)
    me = find_user(database, WHO)
    stage_id = database.value("SELECT max(id) FROM crm_stage WHERE NOT is_won")
    call = ("crm.lead", "write", [first], {"stage_id": stage_id})
    user.start("call", calls=[call], user_id=me, stop=True)
    user.wait_stopped()
    job.start("run_job", job=JOB)
    wait_until(lambda: database.is_blocked("job"), "the job waits for the lead")
    user.go_on()
    user.finish()
    job.finish()
    assert get_owner(database, first) == me
    assert me not in [get_owner(database, lead_id) for lead_id in others]
    check_handovers(database)


def test_a_job_that_is_killed_is_gone_on_with_and_takes_no_lead_twice(
    database, start_odoo
):
    job, other = start_odoo("job1", "job2")
    hand_over(database, job)
    before = dict(database.rows("SELECT id, user_id FROM crm_lead WHERE active"))
    with database.closed_gate(PLAN_LINES, after=BATCH_SIZE + 5):
        job.start("run_job", job=JOB)
        database.wait_at_gate("job1")
        job.kill()
    database.wait_gone("job1")
    other.run_job(JOB)
    other.run_job(JOB)
    after = dict(database.rows("SELECT id, user_id FROM crm_lead WHERE active"))
    assert not [lead_id for lead_id in before if before[lead_id] == after[lead_id]]
    assert database.rows(TAKEN_TWICE) == []
    check_handovers(database)
