"""Working hours of salespeople, without holidays and without the time they are away."""

from ..planning.presence import subtract
from ..planning.worktime import Schedule
from .diary import Diary, localize


class WorkTime:
    """Salespeople work by their working hours as members, those of their company unless
    they have their own; who has none works all the time.
    """

    def __init__(self, env):
        # sudo: jobs ask for everybody, and whoever may assign leads for members
        self.env = env(su=True)

    def count(self, times):
        """Return how many working hours there are in each of ``times``.

        :param list[tuple] times: ids of users, and from when to when, in UTC
        :rtype: list[float]
        """
        if not times:
            return []
        first = min(start for _user_id, start, _stop in times)
        last = max(stop for _user_id, _start, stop in times)
        users = {user_id for user_id, *_dates in times}
        schedules = self._get_schedules(users, first, max(first, last))
        return [
            schedules[user_id].count_hours(localize(start), localize(stop))
            if user_id in schedules
            else 0
            for user_id, start, stop in times
        ]

    def _get_schedules(self, user_ids, first, last):
        """Return when users work between two moments, by their ids."""
        members = self.env["crm.team.member"].with_context(active_test=False)
        members = members.search([("user_id", "in", list(user_ids))])
        diary, schedules = Diary(members, first, last), {}
        for user, same in members.grouped("user_id").items():
            zone, work = diary.get_work(same[0])
            work = work or [(diary.first, diary.last)]
            away = diary.get_absences(same[0], zone)
            schedules[user.id] = Schedule(sorted(subtract(work, away)))
        return schedules
