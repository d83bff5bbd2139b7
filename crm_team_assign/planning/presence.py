"""Whether somebody is there to get leads, and from when on otherwise."""

from typing import NamedTuple


class Absence(NamedTuple):
    """Somebody is away."""

    until: object = None  # the date on which he is back, if that is known


def find_absence(now, work, absences, ahead=None):
    """Return why somebody gets no leads now, None if he is there.

    Leads are for the working day that is to come: on a Sunday for Monday. Who is away
    all of that day, or what is left of it, is away.

    :param list work: when he works from now on, as pairs of datetimes in his time zone
    :param list absences: when he is away, in the same way
    :param timedelta ahead: he has to be at work within this time instead
    :rtype: Absence | None
    """
    free = subtract(work, absences)
    if not free:
        return Absence()
    back, next_day = free[0][0], work[0][0].date()
    is_there = back.date() == next_day if ahead is None else back <= now + ahead
    return None if is_there else Absence(back.date())


def list_days_away(days, work, absences, has_hours_only=False):
    """Return the days on which somebody was away all day.

    :param days: dates
    :param dict work: when he works on a day, by date, in the same way as above
    :param bool has_hours_only: whether he is away on days on which he does not work
    :rtype: list[date]
    """
    return [
        day
        for day in days
        if (has_hours_only or work.get(day))
        and not subtract(work.get(day, ()), absences)
    ]


def subtract(spans, others):
    """Return what is left of spans of time without others.

    :param list spans: pairs, in order
    :param list others: pairs
    :rtype: list[tuple]
    """
    left = list(spans)
    for begin, end in others:
        left = [
            part
            for start, stop in left
            for part in ((start, min(stop, begin)), (max(start, end), stop))
            if part[0] < part[1]
        ]
    return left
