"""Whose turn it is: everybody earns a part of each lead that he could get, and pays for
each that he gets.

What one has earned and not got is his credit. Kept from one plan to the next, it makes
turns fair over many small plans, whoever is away, full or left out by a filter in some
of them.
"""

from bisect import bisect_left, insort
from functools import lru_cache
from heapq import heappop, heappush
from operator import attrgetter

# What a lead is worth: can be divided by all numbers up to 16.
LEAD = 720_720


def take_turn(takers):
    """Return whose turn it is: who has the highest credit, of several the first.

    Credits change. What all earn together is what the one pays.

    :param takers: who could get a lead, with ``weight`` and ``credit``
    """
    parts = get_parts(tuple([taker.weight for taker in takers]))
    for taker, part in zip(takers, parts, strict=True):
        taker.credit += part
    turn = max(takers, key=attrgetter("credit"))
    turn.credit -= sum(parts)
    return turn


@lru_cache
def get_parts(weights):
    """Return which parts of a lead those earn who have these weights.

    :param tuple[int] weights: of each of them
    :rtype: tuple[int]
    """
    total = sum(weights)
    return tuple(LEAD * weight // total for weight in weights)


def get_changes(weights, taker_id, count=1):
    """Return how the credits of all change by turns that one of them had.

    :param dict weights: of all who earned a part of these leads, by id
    :param int count: how many turns
    :rtype: dict[int, int]
    """
    parts = get_parts(tuple(weights.values()))
    changes = {id_: part * count for id_, part in zip(weights, parts, strict=True)}
    changes[taker_id] -= sum(parts) * count
    return changes


class Peers:
    """Members who can get the same leads, and like them as much.

    What each of them earns is noted once, so that a turn of a hundred takes no longer
    than one of a few. Their credits are right again once they left.
    """

    def __init__(self, member):
        self.ranked = member.rank_leads()
        self.earned = 0
        self.queue = []  # the highest credit first, of several who waited longest
        self.ids = []  # in order

    @classmethod
    def group(cls, members):
        """Return the peers among members, whose turn it is first."""
        groups = {}
        for number, member in enumerate(members):
            key = id(member.leads), id(member.preferred)
            if key not in groups:
                groups[key] = cls(member)
            groups[key].join(member, number)
        return list(groups.values())

    @staticmethod
    def take_turn(takers, others=()):
        """Return whose turn it is, who leaves the queue and pays, and his peers.

        :param list[Peers] takers: who could get a lead
        :param list[Peers] others: who earns a part of it as well, but cannot get it now
        :rtype: tuple[MemberFacts, Peers]
        """
        sharing = [*takers, *others]
        count = sum([len(peers.ids) for peers in sharing])
        part = LEAD // count
        for peers in sharing:
            peers.earned += part
        # The least is next: who owes least, of several who waits longest
        firsts = [(peers.queue[0], peers.earned) for peers in takers]
        turns = [(debt - earned, number) for (debt, number, _), earned in firsts]
        peers = takers[turns.index(min(turns))]
        member = peers.leave()
        member.credit -= part * count
        return member, peers

    def join(self, member, number):
        """Have a member wait: numbers say since when."""
        heappush(self.queue, (self.earned - member.credit, number, member))
        insort(self.ids, member.id)

    def leave(self):
        """Return the first in the queue, with the credit that he has by now."""
        debt, _number, member = heappop(self.queue)
        member.credit = self.earned - debt
        del self.ids[bisect_left(self.ids, member.id)]
        return member

    def is_to_have(self, lead_id, rank):
        """Return whether they are to have a lead as much as ``rank`` at least."""
        return any(lead_id in leads for leads in self.ranked[: rank + 1])
