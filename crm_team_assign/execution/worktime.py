"""Working hours of salespeople, by the working hours of their companies."""

import pytz

from ..planning.worktime import Schedule


class WorkTime:
    """Working hours are those of the company of a salesperson, without its holidays and
    the time off of the salesperson; a company without working hours works all the time.
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
        users = self.env["res.users"].browse({user_id for user_id, *_dates in times})
        schedules = self._get_schedules(users, first, last)
        return [
            schedules[user_id].count_hours(_localize(start), _localize(stop))
            for user_id, start, stop in times
        ]

    def _get_schedules(self, users, first, last):
        """Return when users work between two moments, by their ids."""
        first, last = _localize(first), _localize(max(first, last))
        schedules = {}
        for company, same in users.grouped("company_id").items():
            calendar = company.resource_calendar_id
            if not calendar:
                always = Schedule([(first, last)])
                schedules |= dict.fromkeys(same.ids, always)
                continue
            resources = self._find_resources(company, same)
            found = calendar._work_intervals_batch(first, last, resources)
            by_user = {item.user_id.id: found[item.id] for item in resources}
            for user in same:
                intervals = by_user.get(user.id, found[False])
                schedules[user.id] = Schedule(
                    (start, stop) for start, stop, _items in intervals
                )
        return schedules

    def _find_resources(self, company, users):
        """Return what time off of users is entered for."""
        domain = [("user_id", "in", users.ids), ("company_id", "=", company.id)]
        return self.env["resource.resource"].search(domain)


def _localize(date):
    return pytz.utc.localize(date)
