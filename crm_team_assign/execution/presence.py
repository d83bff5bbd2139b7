"""Who is there: asks the diary of members."""

from datetime import timedelta

from odoo import fields

from ..planning.presence import Absence, find_absence, list_days_away
from .diary import Diary, get_day

# How far one looks for the day on which somebody is back
HORIZON = timedelta(days=120)
# With working hours: until about when the next daily assignment is
DAY = timedelta(days=1)


def find_absences(members, at_once=False):
    """Return which of the members are away, and until when.

    :param crm.team.member members: who takes leads
    :param bool at_once: leads are handed over within minutes: whoever gets leads in
        his working hours only has to be at work now
    :return: an absence by the id of each member who is away
    :rtype: dict[int, Absence]
    """
    members = members.filtered(lambda member: member._takes_leads())
    paused = {member.id: Absence(member._get_pause_end()) for member in members}
    away = {member_id: pause for member_id, pause in paused.items() if pause.until}
    others = members.filtered(lambda member: member.id not in away)
    # sudo: time off and working hours, of which nothing is told but who is there
    for member, absence in _look_at_calendars(others.sudo(), at_once):
        if absence:
            away[member.id] = absence
    return away


def _look_at_calendars(members, at_once):
    """Yield members and their absences, None of who is there."""
    now = fields.Datetime.now()
    diary = Diary(members, now, now + HORIZON)
    for member in members:
        ahead = _get_ahead(member, at_once)
        if ahead is None and not diary.absences.get(member):
            continue
        zone, work = diary.get_work(member)
        spans = diary.get_absences(member, zone, is_exact=bool(work))
        work = work or [(diary.first.astimezone(zone), diary.last.astimezone(zone))]
        yield member, find_absence(diary.first, work, spans, ahead)


def find_days_away(members, count):
    """Return on which of the last days members were away all day, today included;
    pauses leave no trace.

    :param int count: how many days
    :return: pairs of ids of members and dates
    :rtype: list[tuple]
    """
    # sudo: as above
    members, now = members.sudo(), fields.Datetime.now()
    diary = Diary(members, now - timedelta(days=count + 1), now + timedelta(days=2))
    found = []
    for member in members:
        has_hours_only = member.crm_team_id.assignment_working_hours
        if not has_hours_only and not diary.absences.get(member):
            continue
        zone, work = diary.get_work(member)
        today = member._get_today()
        days = [today - timedelta(days=age) for age in range(count)]
        by_day = {day: [get_day(day, zone)] for day in days if not work}
        for span in work:
            by_day.setdefault(span[0].date(), []).append(span)
        spans = diary.get_absences(member, zone, is_exact=bool(work))
        away = list_days_away(days, by_day, spans, has_hours_only)
        found += [(member.id, day) for day in away]
    return found


def _get_ahead(member, at_once):
    if not member.crm_team_id.assignment_working_hours:
        return None
    return timedelta(0) if at_once else DAY
