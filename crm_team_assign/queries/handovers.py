"""What became of leads that were handed over, derived many at once.

A first contact is what the salesperson did for the lead after the handover. A message
bears the date of its e-mail, and the one that tells of the handover is as old as it.
"""

from odoo import fields
from odoo.tools import SQL

HANDOVER = "crm.assignment.handover"
# Messages that are none of the author's
AUTOMATIC = ["notification", "user_notification", "auto_comment", "out_of_office"]
# What the facts of a handover rest on
SOURCES = {
    "crm.lead": ["active", "user_id", "won_status"],
    "mail.message": [],
    "mail.tracking.value": [],
    "calendar.event": [],
}


def begin(plan, lead_ids):
    """Note that a plan gave leads to salespeople, which ends the handovers before."""
    now = fields.Datetime.now()
    _execute(
        plan.env,
        SQL(
            """
            UPDATE crm_assignment_handover handover
               SET end_date = %(now)s
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
            _get_contacts_sql(env, _choose(leads)),
        ),
    )


def _get_contacts_sql(env, chosen):
    """Return the query of handovers without a contact so far that have one by now."""
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
         WHERE handover.end_date IS NULL AND handover.first_contact_date IS NULL
           AND %(chosen)s
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


def _execute(env, statement):
    for model in (HANDOVER, "crm.assignment.plan.line", *SOURCES):
        env[model].flush_model()
    env.cr.execute(statement)
    env[HANDOVER].invalidate_model(flush=False)
