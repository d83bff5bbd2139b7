"""Who is there: asks the diary of members."""

from datetime import timedelta

from odoo import fields
from odoo.tools import groupby

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
    pauses = {member: member._get_pause_end() for member in members}
    away = {member.id: Absence(until) for member, until in pauses.items() if until}
    # sudo: time off and working hours, of which nothing is told but who is there
    others = members.filtered(lambda member: not pauses[member]).sudo()
    now, soon = fields.Datetime.now(), timedelta(0) if at_once else DAY
    diary = Diary(others, now, now + HORIZON)
    for member, zone, work, spans in _look_at_calendars(diary, others):
        if work is None:
            work = [(diary.first.astimezone(zone), diary.last.astimezone(zone))]
        ahead = soon if member.crm_team_id.assignment_working_hours else None
        absence = find_absence(diary.first, work, spans, ahead)
        if absence:
            away[member.id] = absence
    return away


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
    for member, zone, work, spans in _look_at_calendars(diary, members):
        today = member._get_today()
        days = [today - timedelta(days=age) for age in range(count)]
        by_day = dict(groupby(work or (), lambda span: span[0].date()))
        if work is None:
            by_day = {day: [get_day(day, zone)] for day in days}
        has_hours_only = member.crm_team_id.assignment_working_hours
        away = list_days_away(days, by_day, spans, has_hours_only)
        found += [(member.id, day) for day in away]
    return found


def _look_at_calendars(diary, members):
    """Yield members who may be away, their time zones, and when they work and do not:
    whole days, if there are no working hours to say which part of a day it is."""
    for member in members:
        if member.crm_team_id.assignment_working_hours or diary.absences.get(member):
            zone, work = diary.get_work(member)
            yield member, zone, work, diary.get_absences(member, zone, work is None)
