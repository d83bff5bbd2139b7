"""How many pages a visitor asked for within a minute."""

from collections import Counter
from time import monotonic

MAX_VISITORS = 10_000  # that are counted in a minute; those who come later are not


class HitRate:
    """The hits of each visitor in the present minute, as this process has seen them.

    Each worker counts for itself, so that a hit costs no query. Who is served by
    several of them may see more pages than one of them allows; how many rows one
    visitor can add is bounded all the same, and no reader comes near.
    """

    def __init__(self):
        self._minute = None
        self._counts = Counter()

    def count(self, visitor):
        """Count a hit; return how many there were of this visitor, with this one.

        :param visitor: what tells visitors apart, in all databases
        """
        minute = monotonic() // 60
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        if visitor in self._counts or len(self._counts) < MAX_VISITORS:
            self._counts[visitor] += 1
        return self._counts[visitor]
