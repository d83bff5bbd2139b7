"""Who is there: gathers the working hours and absences of members."""

from datetime import datetime, time, timedelta

import pytz

from odoo import fields
from odoo.fields import Domain

from ..planning.presence import Absence, find_absence, list_days_away

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
    start, end = localize(now), localize(now + HORIZON)
    absences, hours = members._get_absences(now, now + HORIZON), {}
    for member in members:
        ahead = _get_ahead(member, at_once)
        if ahead is None and not absences.get(member):
            continue
        key = member._get_working_hours()
        if key not in hours:
            hours[key] = find_work(*key, start, end)
        zone, work = key[-1], hours[key]
        spans = [_to_zone(span, zone, bool(work)) for span in absences.get(member, ())]
        work = work or [(start.astimezone(zone), end.astimezone(zone))]
        yield member, find_absence(start, work, spans, ahead)


def find_days_away(members, count):
    """Return on which of the last days members were away all day, today included;
    pauses leave no trace.

    :param int count: how many days
    :return: pairs of ids of members and dates
    :rtype: list[tuple]
    """
    # sudo: as above
    members, now = members.sudo(), fields.Datetime.now()
    first, last = now - timedelta(days=count + 1), now + timedelta(days=2)
    absences, hours, found = members._get_absences(first, last), {}, []
    for member in members:
        has_hours_only = member.crm_team_id.assignment_working_hours
        if not has_hours_only and not absences.get(member):
            continue
        key = member._get_working_hours()
        zone, today = key[-1], member._get_today()
        days = [today - timedelta(days=age) for age in range(count)]
        if key not in hours:
            hours[key] = find_work(*key, localize(first), localize(last))
        by_day = {day: [_get_bounds(day, zone)] for day in days if not hours[key]}
        for span in hours[key]:
            by_day.setdefault(span[0].date(), []).append(span)
        off, is_exact = absences.get(member, ()), bool(hours[key])
        spans = [_to_zone(span, zone, is_exact) for span in off]
        away = list_days_away(days, by_day, spans, has_hours_only)
        found += [(member.id, day) for day in away]
    return found


def _get_ahead(member, at_once):
    if not member.crm_team_id.assignment_working_hours:
        return None
    return timedelta(0) if at_once else DAY


def find_work(calendar, company, zone, start, end):
    """Return when people of a calendar work, without public holidays: nothing if it
    has no fixed hours.

    :rtype: list[tuple]
    """
    if not calendar or calendar.flexible_hours:
        return []
    domain = Domain("time_type", "=", "leave")
    domain &= Domain("company_id", "in", [company.id, False])
    found = calendar._work_intervals_batch(start, end, domain=list(domain), tz=zone)
    return [(begin, stop) for begin, stop, _attendance in found[False]]


def localize(date):
    return pytz.utc.localize(date)


def _to_zone(span, zone, is_exact):
    """Return a pair of datetimes in UTC, as fields have them, in a time zone: of whole
    days if there are no working hours to say which part of a day it is."""
    begin, end = (localize(date).astimezone(zone) for date in span)
    if not is_exact:
        begin, end = (
            _get_bounds(begin.date(), zone)[0],
            _get_bounds(end.date(), zone)[1],
        )
    return begin, end


def _get_bounds(day, zone):
    """Return when a day begins and ends in a time zone."""
    days = day, day + timedelta(days=1)
    return tuple(zone.localize(datetime.combine(item, time.min)) for item in days)
