"""Who gets which lead: plans over ids, computed in memory, without a database."""

import random
from dataclasses import dataclass, field


@dataclass
class Share:
    """A team that takes leads: its weight among teams of the same minimum score.

    ``credit`` says how much the team is owed. Kept from one plan to the next, it makes
    the shares exact over many small plans.
    """

    key: int
    weight: int
    minimum: float = 0.0
    leads: set = field(default_factory=set)
    credit: int = 0


@dataclass
class Seat:
    """A salesperson's place in the rotation: how many leads and which ones."""

    key: int
    quota: int
    leads: set = field(default_factory=set)
    preferred: set = field(default_factory=set)


def share_out(lead_ids, shares):
    """Plan which team takes which lead: the highest minimum first, then by turns.

    :param list[int] lead_ids: the leads, the best first
    :param list[Share] shares: the teams; their credits change
    :return: ``(lead id, team key)`` in the order of the leads
    :rtype: list[tuple]
    """
    plan = []
    for lead_id in lead_ids:
        takers = [share for share in shares if lead_id in share.leads]
        if takers:
            highest = max(share.minimum for share in takers)
            equals = [share for share in takers if share.minimum == highest]
            plan.append((lead_id, _next_turn(equals).key))
    return plan


def _next_turn(shares):
    """Return whose turn it is: each in proportion to its weight, evenly spread."""
    for share in shares:
        share.credit += share.weight
    turn = max(shares, key=lambda share: share.credit)
    turn.credit -= sum(share.weight for share in shares)
    return turn


def draw_lots(lead_ids, shares):
    """Plan which team takes which lead as Odoo does where no lead has a score.

    A team is drawn by its weight and takes the first lead left that it matches.

    :return: ``(lead id, team key)`` in the order of drawing
    :rtype: list[tuple]
    """
    plan, taken, drawn = [], set(), list(shares)
    pools = {
        share.key: iter([lead_id for lead_id in lead_ids if lead_id in share.leads])
        for share in shares
    }
    while drawn:
        weights = [share.weight for share in drawn]
        share = random.choices(drawn, weights=weights, k=1)[0]
        lead_id = next((id_ for id_ in pools[share.key] if id_ not in taken), None)
        if lead_id is None:
            drawn.remove(share)
            continue
        taken.add(lead_id)
        plan.append((lead_id, share.key))
    return plan


def seat_leads(lead_ids, seats):
    """Plan which salesperson gets which lead: in turns, the first whose filter
    matches and who has room, until all have what they can take.

    Leads that somebody prefers go first, to those who prefer them.

    :param list[int] lead_ids: the leads, the best first
    :param list[Seat] seats: the salespeople, whose turn it is first; quotas change
    :return: ``(lead id, seat key)`` in the order of assignment
    :rtype: list[tuple]
    """
    plan, queue, left = [], [seat for seat in seats if seat.quota > 0], lead_ids
    for wanted in ("preferred", "leads"):
        passed = []
        for lead_id in left:
            seat = next((s for s in queue if lead_id in getattr(s, wanted)), None)
            if seat is None:
                passed.append(lead_id)
                continue
            plan.append((lead_id, seat.key))
            seat.quota -= 1
            queue.remove(seat)
            if seat.quota > 0:
                queue.append(seat)
        left = passed
    return plan
