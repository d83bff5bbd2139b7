"""How many working hours there are between two moments."""

from bisect import bisect_right
from itertools import accumulate


class Schedule:
    """Working time.

    :param list intervals: pairs of when it begins and ends, in order and apart
    """

    def __init__(self, intervals):
        self.intervals = intervals
        self.starts = [start for start, _stop in intervals]
        lengths = ((stop - start).total_seconds() for start, stop in intervals)
        self.sums = [0, *accumulate(lengths)]

    def count_hours(self, start, stop):
        """Return the working hours from ``start`` to ``stop``, 0 if that is before."""
        seconds = self._count_seconds(stop) - self._count_seconds(start)
        return max(round(seconds), 0) / 3600  # a day may end a moment before midnight

    def _count_seconds(self, date):
        place = bisect_right(self.starts, date)
        if not place:
            return 0
        begin, end = self.intervals[place - 1]
        return self.sums[place - 1] + (min(date, end) - begin).total_seconds()
