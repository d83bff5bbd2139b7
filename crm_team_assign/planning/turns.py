"""Whose turn it is: everybody earns a part of each lead that he could get, and pays for
each that he gets.

What one has earned and not got is his credit. Kept from one plan to the next, it makes
turns fair over many small plans, whoever is away, full or left out by a filter in some
of them.
"""

# What a lead is worth: can be divided by all numbers up to 16.
LEAD = 720_720


def take_turn(takers, others=()):
    """Return whose turn it is: who has the highest credit, of several the first.

    Credits change. What all earn together is what the one pays.

    :param takers: who could get a lead, with ``weight`` and ``credit``
    :param others: who earns a part of it as well, but cannot get it now
    """
    sharing = [*takers, *others]
    parts = get_parts([taker.weight for taker in sharing])
    for taker, part in zip(sharing, parts, strict=True):
        taker.credit += part
    turn = max(takers, key=lambda taker: taker.credit)
    turn.credit -= sum(parts)
    return turn


def get_parts(weights):
    """Return which parts of a lead those earn who have these weights.

    :param list[int] weights: of each of them
    :rtype: list[int]
    """
    total = sum(weights)
    return [LEAD * weight // total for weight in weights]


def get_changes(weights, taker_id, count=1):
    """Return how the credits of all change by turns that one of them had.

    :param dict weights: of all who earned a part of these leads, by id
    :param int count: how many turns
    :rtype: dict[int, int]
    """
    parts = get_parts(list(weights.values()))
    changes = {id_: part * count for id_, part in zip(weights, parts, strict=True)}
    changes[taker_id] -= sum(parts) * count
    return changes
