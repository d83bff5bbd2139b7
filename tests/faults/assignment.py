"""What tests of assignment need: teams, leads with scores, and what must hold."""

from contextlib import closing, contextmanager
from threading import Event, Thread

from psycopg2.extras import Json

from .waiting import wait_until

DAILY_JOB = "crm.ir_cron_crm_lead_assign"
SECOND_DAILY_JOB = "faults.second_daily_job"  # a copy of it
PLAN_JOB = "crm_team_assign.ir_cron_carry_out_plans"
JOBS = [DAILY_JOB, SECOND_DAILY_JOB, PLAN_JOB]
PLAN_LINES = "crm_assignment_plan_line"
MANAGER = "manager"

BATCH_SIZE = 10
TAKER = 2  # the id of the user who takes leads without being given them
UNLIMITED = "unlimited"
# The minimum score of each team, and what its members can take on 30 days.
TEAMS = {
    "Demanding": (60, {"none": 0, "one": 30, "few": 150}),
    "Busy": (20, {"few": 150, "any": UNLIMITED, "all": UNLIMITED}),
    "Plain": (0, {"none": 0, "one": 30, "some": 90}),
}


def fill(env):
    """Create teams of new salespeople, and a manager."""
    env["crm.team"].search([]).active = False
    for name, (minimum, members) in TEAMS.items():
        env["crm.team"].create(
            {
                "name": name,
                "min_for_assign": minimum,
                "use_leads": True,
                "company_id": False,
                "crm_team_member_ids": [
                    (0, 0, _prepare_member(env, f"{name} {key}".lower(), capacity))
                    for key, capacity in members.items()
                ],
            }
        )
    _create_user(env, MANAGER, "sales_team.group_sale_manager")
    module, xml_id = SECOND_DAILY_JOB.split(".")
    second = env.ref(DAILY_JOB).copy()
    env["ir.model.data"].create(
        {"module": module, "name": xml_id, "model": second._name, "res_id": second.id}
    )


def _prepare_member(env, login, capacity):
    is_unlimited = capacity == UNLIMITED
    return {
        "user_id": _create_user(env, login, "sales_team.group_sale_salesman").id,
        "assignment_unlimited": is_unlimited,
        "assignment_max": 300 if is_unlimited else capacity,
    }


def _create_user(env, login, group):
    groups = [(4, env.ref(xml_id).id) for xml_id in ("base.group_user", group)]
    return env["res.users"].create(
        {
            "name": login.title(),
            "login": login,
            "email": f"{login.replace(' ', '.')}@example.com",
            "notification_type": "inbox",
            "group_ids": groups,
        }
    )


# Scores are given, not earned: 0 to 99, each as often as the others. Each lead that
# changes hands is noted, by PostgreSQL and not by the engine.
PREPARE = """
UPDATE website_crm_score SET active = FALSE;
INSERT INTO ir_config_parameter (key, value)
VALUES ('crm.assignment.commit.bundle', %(batch_size)s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value;
UPDATE ir_cron SET active = TRUE
  FROM ir_model_data data
 WHERE data.res_id = ir_cron.id AND data.model = 'ir.cron'
   AND data.module || '.' || data.name = ANY(%(jobs)s);
CREATE TABLE change_of_owner (lead_id integer, user_id integer, new_user_id integer);
CREATE FUNCTION note_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_of_owner VALUES (NEW.id, OLD.user_id, NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER note_owner AFTER UPDATE OF user_id ON crm_lead FOR EACH ROW
  WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id) EXECUTE FUNCTION note_owner();
"""
ADD_LEADS = """
INSERT INTO crm_lead
SELECT copy.*
  FROM crm_lead prototype
 CROSS JOIN generate_series(1, %(count)s) number
 CROSS JOIN LATERAL jsonb_populate_record(prototype, jsonb_build_object(
       'id', nextval('crm_lead_id_seq'), 'active', TRUE, 'type', 'lead',
       'name', 'Lead ' || number, 'score', number * 37 %% 100) || %(values)s) copy
 WHERE prototype.name = 'Prototype'
 ORDER BY number
RETURNING id
"""

# As a user who saves one; it is not locked, as the engine may be about to write it.
EDIT_ANY = """
UPDATE crm_lead SET description = random()::text
 WHERE id = (SELECT id FROM crm_lead WHERE active AND user_id IS NULL
              ORDER BY random() LIMIT 1)
"""

# Who may still take how many, in SQL that owes nothing to the engine: a capacity is
# spread over 30 days, and each time the button is pressed its part of a day is had
# again.
VIEWS = """
CREATE VIEW room AS
SELECT member.id, member.crm_team_id AS team_id, member.user_id,
       member.active AND users.active AS active,
       CASE WHEN member.assignment_unlimited THEN 1000000000
            ELSE (member.assignment_max + 29) / 30 END AS capacity,
       count(lead.id) AS assigned
  FROM crm_team_member member
  JOIN crm_team team ON team.id = member.crm_team_id AND team.active
  JOIN res_users users ON users.id = member.user_id
  LEFT JOIN crm_lead lead ON lead.user_id = member.user_id
   AND lead.team_id = member.crm_team_id
 GROUP BY member.id, users.id;
CREATE VIEW best_team AS
SELECT DISTINCT ON (lead.id) lead.id AS lead_id, team.id AS team_id
  FROM crm_lead lead
  JOIN crm_team team ON team.active AND team.min_for_assign <= lead.score
 WHERE lead.active
 ORDER BY lead.id, team.min_for_assign DESC;
"""
WRONG = {
    "a lead that went to two persons": """
        SELECT lead_id, count(*) FROM change_of_owner
         GROUP BY 1 HAVING count(*) > 1""",
    "a lead that two plans gave away": """
        SELECT lead_id, count(*) FROM crm_assignment_plan_line
         WHERE state = 'done' AND outcome = 'member'
         GROUP BY 1 HAVING count(*) > 1""",
    "a lead that has an owner, and is no opportunity of his team": f"""
        SELECT lead.id, lead.type, lead.user_id, lead.team_id
          FROM crm_lead lead JOIN change_of_owner ON lead.id = lead_id
         WHERE lead.user_id != {TAKER}
           AND (lead.type != 'opportunity' OR lead.date_open IS NULL
                OR lead.stage_id IS NULL OR NOT EXISTS (
                    SELECT FROM crm_team_member member
                     WHERE member.user_id = lead.user_id
                       AND member.crm_team_id = lead.team_id))""",
    "a lead that has no owner, and is an opportunity": """
        SELECT id, type FROM crm_lead
         WHERE active AND user_id IS NULL AND (type != 'lead' OR date_open IS NOT NULL)
    """,
    "a lead in a team that it does not belong to": f"""
        SELECT lead.id, lead.score, lead.team_id
          FROM crm_lead lead LEFT JOIN best_team ON lead_id = lead.id
         WHERE lead.active AND lead.team_id != best_team.team_id
           AND lead.user_id IS DISTINCT FROM {TAKER}""",
    "a lead that its owner was not given by a plan": f"""
        SELECT lead.id, lead.user_id, line.user_id
          FROM crm_lead lead
          JOIN change_of_owner change
            ON change.lead_id = lead.id AND change.new_user_id = lead.user_id
          LEFT JOIN crm_assignment_plan_line line
            ON line.lead_id = lead.id AND line.user_id = lead.user_id
           AND line.state = 'done' AND line.outcome = 'member'
         WHERE line.id IS NULL AND lead.user_id != {TAKER}""",
    "a lead that came after a worse one": """
        SELECT better.lead_id, better.score, worse.lead_id, worse.score
          FROM crm_assignment_plan_line better
          JOIN crm_assignment_plan_line worse
            ON worse.plan_id = better.plan_id AND worse.member_id = better.member_id
         WHERE better.score > worse.score AND better.sequence > worse.sequence""",
}
BEYOND_CAPACITY = """
SELECT user_id, capacity, assigned FROM room
 WHERE assigned > capacity::bigint * %(times)s
"""
NOT_ASSIGNED = """
SELECT lead.id, lead.score FROM crm_lead lead JOIN best_team ON lead_id = lead.id
 WHERE lead.active AND lead.user_id IS NULL
   AND EXISTS (SELECT FROM room
                WHERE room.team_id = best_team.team_id AND room.active
                  AND room.assigned < room.capacity)
"""
# All members of a team take the same leads, so that the team's best ones are assigned.
WORSE_ONE_ASSIGNED = f"""
SELECT assigned.team_id, assigned.worst, waiting.best
  FROM (SELECT team_id, min(ARRAY[score, -id]) AS worst FROM crm_lead
         WHERE active AND user_id != {TAKER} GROUP BY 1) assigned
  JOIN (SELECT team_id, max(ARRAY[score, -id]) AS best FROM crm_lead
         WHERE active AND user_id IS NULL GROUP BY 1) waiting USING (team_id)
 WHERE waiting.best > assigned.worst
"""
MESSAGES = """
SELECT DISTINCT notification.res_partner_id, message.id, message.body
  FROM mail_message message
  JOIN mail_notification notification ON notification.mail_message_id = message.id
 WHERE message.body LIKE '%%assigned to you%%'
"""
# Each lead that the messages link, by who was told of it.
TOLD = f"""
SELECT users.id AS user_id, link[1]::integer AS lead_id
  FROM ({MESSAGES}) message
  JOIN res_users users ON users.partner_id = message.res_partner_id
 CROSS JOIN regexp_matches(message.body, 'data-oe-id="(\\d+)"', 'g') AS link
"""


def prepare(database, count, batch_size=BATCH_SIZE, **values):
    """Make a database ready to assign ``count`` leads; return their ids."""
    database.rows(PREPARE, batch_size=str(batch_size), jobs=JOBS)
    database.rows(VIEWS)
    return add_leads(database, count, **values)


def add_leads(database, count, **values):
    """Add leads that nobody has; return their ids."""
    values = {"team_id": None, "user_id": None, "date_open": None, **values}
    rows = database.rows(ADD_LEADS, count=count, values=Json(values))
    return [id_ for (id_,) in rows]


def make_twins(database):
    """Give each two leads one address; return how many pairs there are."""
    return database.value(
        """
        WITH twin AS (
            UPDATE crm_lead
               SET email_from = 'twin' || id / 2 || '@example.com',
                   email_normalized = 'twin' || id / 2 || '@example.com'
             WHERE active
         RETURNING email_from)
        SELECT count(DISTINCT email_from) FROM twin"""
    )


@contextmanager
def editing(database, pause):
    """Save one lead after the other meanwhile, whichever nobody has yet."""
    is_over = Event()

    def edit():
        with closing(database.open()) as connection, connection.cursor() as cursor:
            connection.autocommit = True
            while not is_over.wait(pause):
                cursor.execute(EDIT_ANY)

    editor = Thread(target=edit)
    editor.start()
    try:
        yield
    finally:
        is_over.set()
        editor.join()


def find_user(database, login):
    """Return the id of a user."""
    query = "SELECT id FROM res_users WHERE login = %(login)s"
    return database.value(query, login=login)


def find_teams(database):
    """Return the ids of all teams."""
    return [id_ for (id_,) in database.rows("SELECT id FROM crm_team WHERE active")]


def find_member(database, login):
    """Return the id of a user's membership."""
    query = "SELECT id FROM crm_team_member WHERE user_id = %(user_id)s"
    return database.value(query, user_id=find_user(database, login))


def find_leads(database, condition):
    """Return the ids of open leads, in their order."""
    query = f"SELECT id FROM crm_lead WHERE active AND {condition} ORDER BY id"
    return [id_ for (id_,) in database.rows(query)]


def count_assigned(database, login=None):
    """How many leads have a salesperson, or this one."""
    condition = "user_id IS NOT NULL"
    if login:
        condition = f"user_id = {find_user(database, login)}"
    return len(find_leads(database, condition))


def make_due(database, job):
    """Have a job run as soon as a cron worker looks."""
    database.rows(
        "INSERT INTO ir_cron_trigger (cron_id, call_at)"
        " SELECT res_id, now() AT TIME ZONE 'UTC' - interval '1 minute'"
        " FROM ir_model_data WHERE module || '.' || name = %(job)s",
        job=job,
    )


def wait_assigned(database, count):
    """Wait until some leads have a salesperson."""
    wait_until(lambda: count_assigned(database) >= count, f"{count} leads are assigned")


def check_sane(database, times=1):
    """What holds at any moment.

    :param int times: how often each may have got what a day has room for
    """
    for what, query in WRONG.items():
        assert database.rows(f"{query} LIMIT 5") == [], what
    beyond = database.rows(BEYOND_CAPACITY, times=times)
    assert beyond == [], "user, capacity of a day, leads"


def check_told_once(database):
    """Nobody is told of a lead twice."""
    query = f"SELECT user_id, lead_id FROM ({TOLD}) told"
    query += " GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 5"
    assert database.rows(query) == [], "user, lead that he was told of twice"


def check_all_told(database):
    """Each is told of each of his leads, once."""
    check_told_once(database)
    query = f"""SELECT user_id, id FROM crm_lead
                 WHERE active AND id IN (SELECT lead_id FROM change_of_owner)
                   AND user_id != {TAKER}
                EXCEPT SELECT user_id, lead_id FROM ({TOLD}) told LIMIT 5"""
    assert database.rows(query) == [], "user, lead that he was not told of"


def check_finished(database, times=1):
    """All leads are assigned that somebody had room for, and no job failed."""
    check_sane(database, times)
    assert database.rows(f"{NOT_ASSIGNED} LIMIT 5") == [], "lead, score"
    assert database.rows(WORSE_ONE_ASSIGNED) == [], "team, assigned one, better one"
    assert database.rows("SELECT id FROM ir_cron WHERE failure_count > 0") == []
