"""When salespeople first did something for the leads that they were given.

A first contact is what the salesperson did for the lead after the handover. A message
bears the date of its e-mail, and the one that tells of the handover is as old as it.
"""

from odoo.tools import SQL

from .handovers import choose
from .plan_lines import HANDOVER, execute

# Messages that are none of the author's
AUTOMATIC = ["notification", "user_notification", "auto_comment", "out_of_office"]
# What is waited for: as far as is known
UNTOUCHED = SQL("handover.end_date IS NULL AND handover.first_contact_date IS NULL")


def note(env, leads=None):
    """Note when salespeople first did something for the leads that they were given.

    :param crm.lead leads: of these alone; by default of all
    """
    execute(
        env,
        """
        UPDATE crm_assignment_handover handover
           SET first_contact_date = found.date
          FROM (%s) AS found
         WHERE found.id = handover.id
        """,
        get_contacts_sql(env, SQL("%s AND %s", UNTOUCHED, choose(leads))),
    )


def get_contacts_sql(env, chosen):
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


def read_without_hours(env):
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
