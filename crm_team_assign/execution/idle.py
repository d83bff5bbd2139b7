"""Leads that a salesperson was given and does nothing for."""

from odoo import fields

from ..planning.idle import Idle
from ..queries import taking_back
from .presence import find_absences
from .worktime import count_hours


def find_idle(teams, leads=None):
    """Return the leads without a first contact that teams take back, by their ids.

    Those of who is away are none: their time stands still.

    :param crm.lead leads: look at these alone
    :rtype: dict[int, Idle]
    """
    teams = teams.filtered("take_back_hours")
    rows = teams and taking_back.read_idle(teams, leads)
    if not rows:
        return {}
    away = teams.crm_team_member_ids.browse(find_absences(teams.crm_team_member_ids))
    gone = {(member.crm_team_id.id, member.user_id.id) for member in away}
    rows = [row for row in rows if (row.team_id, row.user_id) not in gone]
    now, count = fields.Datetime.now(), len(rows)
    times = [(row.user_id, row.date, now) for row in rows]
    # Since he was reminded: of who was not, no time at all
    times += [(row.user_id, row.warned_date or now, now) for row in rows]
    hours = count_hours(teams.env, times)
    limits = {team.id: team.take_back_hours for team in teams}
    return {
        row.lead_id: Idle(row, total, since, limits[row.team_id])
        for row, total, since in zip(rows, hours[:count], hours[count:], strict=True)
    }


def find_overdue(teams, leads=None):
    """Return the leads that are to be taken back, by their ids.

    :param crm.lead leads: look at these alone
    :rtype: dict[int, Idle]
    """
    found = find_idle(teams, leads)
    return {lead_id: idle for lead_id, idle in found.items() if idle.is_overdue}
