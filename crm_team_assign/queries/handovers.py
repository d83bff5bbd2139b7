"""What became of leads that were handed over, derived many at once.

A first contact is what the salesperson did for the lead after the handover. A message
bears the date of its e-mail, and the one that tells of the handover is as old as it.
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..planning.idle import IdleHandover
from ..planning.reasons import CONTACTED

LINE = "crm.assignment.plan.line"
HANDOVER = "crm.assignment.handover"
# Messages that are none of the author's
AUTOMATIC = ["notification", "user_notification", "auto_comment", "out_of_office"]
# What handovers rest on
SOURCES = ("crm.lead", "mail.message", "mail.tracking.value", "calendar.event")
# Who had got in touch before a lead was taken back is seen within this time.
RETURN_WITHIN = timedelta(days=1)
# What is waited for: as far as is known
UNTOUCHED = SQL("handover.end_date IS NULL AND handover.first_contact_date IS NULL")


def begin(plan, lead_ids):
    """Note that a plan gave leads to salespeople, which ends the handovers before."""
    now = fields.Datetime.now()
    _execute(
        plan.env,
        SQL(
            """
            UPDATE crm_assignment_handover handover
               SET end_date = %(now)s,
                   taken_back_date = CASE WHEN line.from_user_id = handover.user_id
                                     THEN %(now)s::timestamp END
              FROM crm_assignment_plan_line line
             WHERE line.plan_id = %(plan_id)s AND line.lead_id = ANY(%(ids)s)
               AND line.state = 'done' AND line.user_id IS NOT NULL
               AND handover.lead_id = line.lead_id AND handover.end_date IS NULL;
            INSERT INTO crm_assignment_handover (
                lead_id, team_id, user_id, company_id, plan_id, date, score, grade)
            SELECT lead.id, line.team_id, lead.user_id, lead.company_id, line.plan_id,
                   %(now)s, line.score, lead.score_grade
              FROM crm_assignment_plan_line line
              JOIN crm_lead lead ON lead.id = line.lead_id
             WHERE line.plan_id = %(plan_id)s AND line.lead_id = ANY(%(ids)s)
               AND line.state = 'done' AND line.user_id IS NOT NULL
               AND lead.user_id IS NOT NULL
            """,
            now=now,
            plan_id=plan.id,
            ids=list(lead_ids),
        ),
    )


def forget_leads(leads):
    """Have no handover point to leads that are deleted."""
    if leads:
        _execute(
            leads.env,
            SQL(
                """
                UPDATE crm_assignment_handover
                   SET lead_id = NULL, end_date = COALESCE(end_date, %s)
                 WHERE lead_id = ANY(%s)
                """,
                fields.Datetime.now(),
                leads.ids,
            ),
        )


# FIRST CONTACTS


def note_contacts(env, leads=None):
    """Note when salespeople first did something for the leads that they were given.

    :param crm.lead leads: of these alone; by default of all
    """
    _execute(
        env,
        SQL(
            """
            UPDATE crm_assignment_handover handover
               SET first_contact_date = found.date
              FROM (%s) AS found
             WHERE found.id = handover.id
            """,
            _get_contacts_sql(env, SQL("%s AND %s", UNTOUCHED, _choose(leads))),
        ),
    )


def _get_contacts_sql(env, chosen):
    """Return the query of handovers that have a contact, with its date."""
    return SQL(
        """
        SELECT handover.id, min(contact.date) AS date
          FROM crm_assignment_handover handover
          JOIN res_users users ON users.id = handover.user_id
    CROSS JOIN LATERAL (
               SELECT message.date
                 FROM mail_message message
                WHERE message.model = 'crm.lead' AND message.res_id = handover.lead_id
                  AND message.author_id = users.partner_id
                  AND message.date > handover.date
                  AND (message.message_type != ALL(%(automatic)s)
                       OR message.mail_activity_type_id IS NOT NULL
                       OR EXISTS (SELECT FROM mail_tracking_value tracking
                                   WHERE tracking.mail_message_id = message.id
                                     AND tracking.field_id = %(stage_id)s))
            UNION ALL
               SELECT meeting.create_date
                 FROM calendar_event meeting
                WHERE meeting.opportunity_id = handover.lead_id
                  AND users.id IN (meeting.create_uid, meeting.user_id)
                  AND meeting.create_date > handover.date) AS contact
         WHERE %(chosen)s
      GROUP BY handover.id
        """,
        automatic=AUTOMATIC,
        stage_id=env["ir.model.fields"]._get("crm.lead", "stage_id").id,
        chosen=chosen,
    )


def read_contacts_without_hours(env):
    """Return first contacts whose working hours are not counted yet.

    :return: id, user, and from when to when
    :rtype: list[tuple]
    """
    env[HANDOVER].flush_model()
    return env.execute_query(
        SQL(
            """
            SELECT id, user_id, date, first_contact_date
              FROM crm_assignment_handover
             WHERE first_contact_date IS NOT NULL AND contact_hours IS NULL
               AND user_id IS NOT NULL
            """
        )
    )


def note_contact_hours(env, hours):
    """Note the working hours until first contacts.

    :param dict[int, float] hours: by id of the handover
    """
    _execute(
        env,
        SQL(
            """
            UPDATE crm_assignment_handover handover SET contact_hours = found.hours
              FROM unnest(%s::int[], %s::float[]) AS found (id, hours)
             WHERE found.id = handover.id
            """,
            list(hours),
            list(hours.values()),
        ),
    )


# TAKING BACK


def read_idle(teams, leads=None):
    """Return the handovers that wait for a first contact in teams that take leads back,
    for half as long as they may at least.

    :param crm.lead leads: of these alone
    :rtype: list[IdleHandover]
    """
    _flush(teams.env)
    teams.flush_model(["take_back_hours", "take_back_date", "take_back_times"])
    now, chosen = fields.Datetime.now(), _choose(leads)
    idle = SQL(
        """
        %(untouched)s AND %(chosen)s AND handover.team_id = ANY(%(team_ids)s)
        """,
        untouched=UNTOUCHED,
        chosen=chosen,
        team_ids=teams.ids,
    )
    rows = teams.env.execute_query(
        SQL(
            """
            SELECT handover.id, handover.lead_id, handover.team_id, handover.user_id,
                   handover.date, handover.warned_date, (
                       SELECT count(*) FROM crm_assignment_handover former
                        WHERE former.lead_id = handover.lead_id
                          AND former.taken_back_date IS NOT NULL) AS times
              FROM crm_assignment_handover handover
              JOIN crm_team team ON team.id = handover.team_id
              JOIN crm_lead lead ON lead.id = handover.lead_id
                                AND lead.user_id = handover.user_id
                                AND lead.team_id = handover.team_id
         LEFT JOIN (%(contacts)s) AS contact ON contact.id = handover.id
             WHERE %(idle)s AND contact.id IS NULL
               AND lead.active AND lead.won_status = 'pending'
               AND handover.date >= team.take_back_date
               AND handover.date <= %(now)s - team.take_back_hours / 2
                                            * interval '1 hour'
          ORDER BY handover.date, handover.id
            """,
            contacts=_get_contacts_sql(teams.env, idle),
            idle=idle,
            now=now,
        )
    )
    return [IdleHandover(*row) for row in rows]


def read_barred(teams):
    """Return the leads that were taken back from users lately, by the id of the user.

    :rtype: dict[int, set[int]]
    """
    teams = teams.filtered(lambda team: team.take_back_hours > 0)
    if not teams:
        return {}
    _flush(teams.env)
    rows = teams.env.execute_query(
        SQL(
            """
            SELECT handover.user_id, array_agg(DISTINCT handover.lead_id)
              FROM crm_assignment_handover handover
              JOIN crm_lead lead ON lead.id = handover.lead_id
              JOIN crm_team team ON team.id = lead.team_id
             WHERE team.id = ANY(%s) AND lead.active
               AND (handover.taken_back_date
                    > %s - team.take_back_days * interval '1 day'
                OR handover.end_date IS NULL AND handover.user_id = lead.user_id)
          GROUP BY handover.user_id
            """,
            teams.ids,
            fields.Datetime.now(),
        )
    )
    return {user_id: set(lead_ids) for user_id, lead_ids in rows}


def read_barred_until(team, lead_id):
    """Return until when salespeople are not to get a lead of a team again that was
    taken back from them, by the id of the user.

    :rtype: dict[int, datetime]
    """
    if team.take_back_hours <= 0:
        return {}
    _flush(team.env)
    end = SQL("taken_back_date + %s * interval '1 day'", team.take_back_days)
    rows = team.env.execute_query(
        SQL(
            """
            SELECT user_id, max(%(end)s)
              FROM crm_assignment_handover
             WHERE lead_id = %(lead_id)s AND %(end)s > %(now)s
          GROUP BY user_id
            """,
            end=end,
            lead_id=lead_id,
            now=fields.Datetime.now(),
        )
    )
    return dict(rows)


def get_barred_sql(env):
    """Return the query of leads of teams that were taken back lately: ``lead_id``, and
    ``user_ids`` of whom they are not to go to again yet.

    :rtype: SQL
    """
    env[HANDOVER].flush_model()
    env["crm.team"].flush_model(["take_back_hours", "take_back_days"])
    return SQL(
        """
        (SELECT handover.lead_id, array_agg(handover.user_id) AS user_ids
           FROM crm_assignment_handover handover
           JOIN crm_lead lead ON lead.id = handover.lead_id
           JOIN crm_team team ON team.id = lead.team_id AND team.take_back_hours > 0
          WHERE handover.taken_back_date
                > %s - team.take_back_days * interval '1 day'
       GROUP BY handover.lead_id)
        """,
        env.cr.now(),  # the same wherever it is asked for
    )


def note_reminded(env, ids):
    """Note that the salespeople were reminded of these handovers."""
    _execute(
        env,
        SQL(
            """
            UPDATE crm_assignment_handover SET warned_date = %s
             WHERE id = ANY(%s) AND warned_date IS NULL
            """,
            fields.Datetime.now(),
            ids,
        ),
    )


def read_contacted_before(env):
    """Return what was taken back on the last day from somebody who had got in touch
    before, and whose successor has not.

    :return: ids of the handover, the lead and the user
    :rtype: list[tuple]
    """
    _flush(env)
    taken = SQL(
        """
        handover.first_contact_date IS NULL AND handover.taken_back_date >= %s
        """,
        fields.Datetime.now() - RETURN_WITHIN,
    )
    return env.execute_query(
        SQL(
            """
            SELECT handover.id, handover.lead_id, handover.user_id
              FROM crm_assignment_handover handover
              JOIN (%s) AS contact ON contact.id = handover.id
                                  AND date_trunc('second', contact.date)
                                      <= handover.taken_back_date
              JOIN res_users users ON users.id = handover.user_id AND users.active
              JOIN crm_lead lead ON lead.id = handover.lead_id AND lead.active
                                AND lead.won_status = 'pending'
              JOIN crm_assignment_handover successor
                ON successor.lead_id = lead.id AND successor.user_id = lead.user_id
               AND successor.end_date IS NULL
               AND successor.first_contact_date IS NULL
             WHERE %s
            """,
            _get_contacts_sql(env, taken),
            taken,
        )
    )


def note_returned(env, handover_id):
    """Note that a lead is still with whom it was taken from: it never was."""
    _execute(
        env,
        SQL(
            """
            UPDATE crm_assignment_plan_line line
               SET state = 'left_out', left_reason = %(contacted)s,
                   now_user_id = handover.user_id, now_team_id = line.team_id
              FROM crm_assignment_handover handover
              JOIN crm_assignment_handover successor
                ON successor.lead_id = handover.lead_id
               AND successor.end_date IS NULL
             WHERE handover.id = %(id)s AND line.plan_id = successor.plan_id
               AND line.lead_id = handover.lead_id AND line.state = 'done';
            DELETE FROM crm_assignment_handover successor
             USING crm_assignment_handover handover
             WHERE handover.id = %(id)s AND successor.lead_id = handover.lead_id
               AND successor.end_date IS NULL;
            UPDATE crm_assignment_handover
               SET taken_back_date = NULL, end_date = NULL
             WHERE id = %(id)s
            """,
            id=handover_id,
            contacted=CONTACTED,
        ),
    )


# ENDS


def note_ends(env, leads=None):
    """Note which handovers have ended: of leads that are no longer open or no longer
    theirs; of leads that were merged, all but the first.

    :param crm.lead leads: of these alone; by default of all
    """
    _execute(
        env,
        SQL(
            """
            UPDATE crm_assignment_handover handover
               SET end_date = %s
             WHERE handover.end_date IS NULL AND %s
               AND (NOT EXISTS (
                    SELECT FROM crm_lead lead
                     WHERE lead.id = handover.lead_id
                       AND lead.user_id = handover.user_id
                       AND lead.active AND lead.won_status = 'pending')
                 OR EXISTS (
                    SELECT FROM crm_assignment_handover other
                     WHERE other.lead_id = handover.lead_id
                       AND other.user_id = handover.user_id
                       AND other.end_date IS NULL
                       AND (other.date, other.id) < (handover.date, handover.id)))
            """,
            fields.Datetime.now(),
            _choose(leads),
        ),
    )


def _choose(leads):
    if leads is None:
        return SQL("TRUE")
    return SQL("handover.lead_id = ANY(%s)", leads.ids)


def _flush(env):
    for model in (HANDOVER, LINE, *SOURCES):
        env[model].flush_model()


def _execute(env, statement):
    _flush(env)
    env.cr.execute(statement)
    for model in (HANDOVER, LINE):
        env[model].invalidate_model(flush=False)
