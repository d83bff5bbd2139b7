"""Working hours of salespeople, without holidays and without the time they are away."""

from pytz import utc

from ..planning.presence import subtract
from ..planning.worktime import Schedule
from .diary import Diary


def count_hours(env, times):
    """Return how many hours users work in each of ``times``: by their working hours as
    members, those of their company unless they have their own; who has none works all
    the time.

    :param list[tuple] times: ids of users, and from when to when, in UTC
    :rtype: list[float]
    """
    if not times:
        return []
    user_ids, starts, stops = zip(*times, strict=True)
    # sudo: jobs ask for everybody, and whoever may assign leads for members
    members = env["crm.team.member"].sudo().with_context(active_test=False)
    members = members.search([("user_id", "in", list(set(user_ids)))])
    first = min(starts)
    diary = Diary(members, first, max(first, *stops))
    schedules = {
        user.id: _get_schedule(diary, same[0])
        for user, same in members.grouped("user_id").items()
    }
    return [
        schedules[user_id].count_hours(utc.localize(start), utc.localize(stop))
        if user_id in schedules
        else 0
        for user_id, start, stop in times
    ]


def _get_schedule(diary, member):
    zone, work = diary.get_work(member)
    if work is None:
        work = [(diary.first, diary.last)]
    return Schedule(sorted(subtract(work, diary.get_absences(member, zone))))
