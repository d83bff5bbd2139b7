"""Which leads are taken back, from whom they were, and who got in touch before."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from ..planning.idle import IdleHandover
from ..planning.reasons import CONTACTED
from .first_contacts import UNTOUCHED, get_contacts_sql
from .handovers import choose
from .plan_lines import HANDOVER, execute

# Who had got in touch before a lead was taken back is seen within this time.
RETURN_WITHIN = timedelta(days=1)


def read_idle(teams, leads=None):
    """Return the handovers that wait for a first contact in teams that take leads back,
    for half as long as they may at least.

    :param crm.lead leads: of these alone
    :rtype: list[IdleHandover]
    """
    teams.env.flush_all()
    is_of_teams = SQL("handover.team_id = ANY(%s)", teams.ids)
    idle = SQL("%s AND %s AND %s", UNTOUCHED, choose(leads), is_of_teams)
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
            contacts=get_contacts_sql(teams.env, idle),
            idle=idle,
            now=fields.Datetime.now(),
        )
    )
    return [IdleHandover(*row) for row in rows]


def read_barred(teams):
    """Return the leads that were taken back from users lately, by the id of the user.

    :rtype: dict[int, set[int]]
    """
    teams = teams.filtered("take_back_hours")
    if not teams:
        return {}
    teams.env.flush_all()
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
    if not team.take_back_hours:
        return {}
    time = timedelta(days=team.take_back_days)
    lately = [("taken_back_date", ">", fields.Datetime.now() - time)]
    groups = team.env[HANDOVER]._read_group(
        [*lately, ("lead_id", "=", lead_id)], ["user_id"], ["taken_back_date:max"]
    )
    return {user.id: date + time for user, date in groups}


def get_barred_sql(env, days):
    """Return the query of leads that were taken back lately, with ``lead_id`` and for
    each number of days the ids of the users from whom they were.

    :param days: for how many days users do not get them again
    :rtype: SQL
    """
    env[HANDOVER].flush_model()
    now = env.cr.now()  # the same wherever it is asked for
    columns = [
        SQL(
            "array_agg(user_id) FILTER (WHERE taken_back_date > %s) AS %s",
            now - timedelta(days=number),
            SQL.identifier(get_barred_column(number)),
        )
        for number in sorted(days)
    ]
    return SQL(
        """
        (SELECT lead_id, %s
           FROM crm_assignment_handover
          WHERE taken_back_date > %s
       GROUP BY lead_id)
        """,
        SQL(", ").join(columns),
        now - timedelta(days=max(days)),
    )


def get_barred_column(days):
    """Return the name of the column of users who do not get leads for these days."""
    return f"user_ids_{days}"


def note_reminded(env, ids):
    """Note that the salespeople were reminded of these handovers."""
    execute(
        env,
        """
        UPDATE crm_assignment_handover SET warned_date = %s
         WHERE id = ANY(%s) AND warned_date IS NULL
        """,
        fields.Datetime.now(),
        ids,
    )


def read_contacted_before(env):
    """Return what was taken back on the last day from somebody who had got in touch
    before, and whose successor has not.

    :return: ids of the handover, the lead and the user
    :rtype: list[tuple]
    """
    env.flush_all()
    taken = SQL(
        "handover.first_contact_date IS NULL AND handover.taken_back_date >= %s",
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
            get_contacts_sql(env, taken),
            taken,
        )
    )


def note_returned(env, handover_id):
    """Note that a lead is still with whom it was taken from: it never was."""
    execute(
        env,
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
    )
