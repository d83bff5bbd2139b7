"""When members work, and when they are away."""

from datetime import datetime, time, timedelta

from pytz import utc

from odoo.fields import Domain


class Diary:
    """What is known of the time of members, from one moment to another.

    :param crm.team.member members: in superuser mode: of time off nothing is told but
        who is there
    :param datetime first: in UTC without a time zone, as fields have it, like ``last``
    """

    def __init__(self, members, first, last):
        self.first, self.last = utc.localize(first), utc.localize(last)
        self.absences = members._get_absences(first, last)
        self._work = {}

    def get_work(self, member):
        """Return the time zone of a member, and when he works, without public holidays:
        None if he has no fixed hours.

        :rtype: tuple[tzinfo, list[tuple] | None]
        """
        key = _calendar, _company, zone = member._get_working_hours()
        if key not in self._work:
            self._work[key] = self._find_work(*key)
        return zone, self._work[key]

    def _find_work(self, calendar, company, zone):
        if calendar.flexible_hours or not calendar.attendance_ids:
            return None
        domain = Domain("time_type", "=", "leave")
        domain &= Domain("company_id", "in", [company.id, False])
        found = calendar._work_intervals_batch(
            self.first, self.last, domain=list(domain), tz=zone
        )
        return [(begin, stop) for begin, stop, _attendance in found[False]]

    def get_absences(self, member, zone, on_whole_days=False):
        """Return when a member is away.

        :param tzinfo zone: his time zone, which the dates are in
        :param bool on_whole_days: all of each of these days
        :rtype: list[tuple]
        """
        spans = [
            tuple(utc.localize(date).astimezone(zone) for date in span)
            for span in self.absences.get(member, ())
        ]
        if not on_whole_days:
            return spans
        return [
            (get_day(begin.date(), zone)[0], get_day(end.date(), zone)[1])
            for begin, end in spans
        ]


def get_day(day, zone):
    """Return when a day begins and ends in a time zone."""
    days = day, day + timedelta(days=1)
    return tuple(zone.localize(datetime.combine(item, time.min)) for item in days)
