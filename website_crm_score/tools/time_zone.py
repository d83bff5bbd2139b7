"""Time zones: names may be unknown here, or in PostgreSQL, whose list is another."""

from datetime import datetime, timedelta

import pytz

# For so long, zones have to agree to be the same for us.
COMPARED_DAYS = 10 * 365


def get_zone(name):
    """Return the zone of this name; nothing, or what is unknown here, is UTC."""
    try:
        return pytz.timezone(name or "UTC")
    except pytz.UnknownTimeZoneError:
        return pytz.utc


def get_date(date, zone):
    """Return the day that it is in a zone.

    :param datetime date: in UTC without a time zone, as fields have it
    """
    return pytz.utc.localize(date).astimezone(zone).date()


def find_same_zone(name, known):
    """Return that of the names ``known`` whose clock shows what that of ``name`` shows.

    Old names of zones, such as *Asia/Calcutta*, are known here and not there, as are
    new ones of places that have the time of another.

    :param str name: as a user has it, see :func:`get_zone`
    :param known: names of zones
    :rtype: str
    """
    zone = get_zone(name)
    if zone.zone in known:
        return zone.zone
    noon = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
    days = [noon - timedelta(days=age) for age in range(-365, COMPARED_DAYS)]
    clock = [(day, zone.utcoffset(day)) for day in days]
    for other in sorted(known & pytz.all_timezones_set):
        get_offset = pytz.timezone(other).utcoffset
        if all(get_offset(day) == offset for day, offset in clock):
            return other
    return "UTC"
