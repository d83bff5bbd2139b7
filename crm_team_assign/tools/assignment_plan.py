"""Who gets which lead and why: plans over ids, in memory, without a database."""

import random
from dataclasses import dataclass, field

# Why a lead is planned for somebody
TURN = "turn"
PREFERRED = "preferred"
# Why a lead goes to a team, but to none of its salespeople
CAPACITY = "capacity"
MEMBER_FILTER = "member_filter"
# Why a lead goes to no team
MINIMUM = "minimum"
TEAM_FILTER = "team_filter"


@dataclass(slots=True)
class Outcome:
    """What is planned for a lead, and the reason.

    :param team: who takes the lead, or whom the reason is about
    :param member: who gets the lead
    :param bool is_taken: whether the team takes the lead
    :param int head_id: what the lead is merged into
    """

    lead_id: int
    reason: str
    team: int = None
    member: int = None
    is_taken: bool = True
    head_id: int = None


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
    """A salesperson's place in the rotation: how many leads and which ones.

    ``preferred`` is None for who has no preference at all.
    """

    key: int
    quota: int
    leads: set = field(default_factory=set)
    preferred: set = None


def share_out(scores, shares):
    """Plan which team takes which lead: the highest minimum first, then by turns.

    :param dict[int, float] scores: of the leads, the best first
    :param list[Share] shares: the teams; their credits change
    :return: of each lead, in the same order
    :rtype: list[Outcome]
    """
    return [
        _share_out_lead(lead_id, score, [s for s in shares if lead_id in s.leads])
        for lead_id, score in scores.items()
    ]


def _share_out_lead(lead_id, score, shares):
    if not shares:
        return Outcome(lead_id, TEAM_FILTER, is_taken=False)
    minimums = [share.minimum for share in shares if score >= share.minimum]
    if not minimums:
        nearest = min(shares, key=lambda share: share.minimum)
        return Outcome(lead_id, MINIMUM, nearest.key, is_taken=False)
    highest = max(minimums)
    turn = _next_turn([share for share in shares if share.minimum == highest])
    return Outcome(lead_id, TURN, turn.key)


def _next_turn(shares):
    """Return whose turn it is: each in proportion to its weight, evenly spread."""
    if len(shares) == 1:
        return shares[0]
    for share in shares:
        share.credit += share.weight
    turn = max(shares, key=lambda share: share.credit)
    turn.credit -= sum(share.weight for share in shares)
    return turn


def draw_lots(lead_ids, shares):
    """Plan which team takes which lead as Odoo does where no lead has a score.

    A team is drawn by its weight and takes the first lead left that it matches.

    :param list[int] lead_ids: the leads, in order
    :param list[Share] shares: the teams
    :return: of each lead, those that are taken first, in the order of drawing
    :rtype: list[Outcome]
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
        plan.append(Outcome(lead_id, TURN, share.key))
    left = (lead_id for lead_id in lead_ids if lead_id not in taken)
    return plan + [Outcome(id_, TEAM_FILTER, is_taken=False) for id_ in left]


def seat_leads(lead_ids, seats):
    """Plan which salesperson gets which lead, the best lead first.

    It goes to one who prefers it, or else to one without preferences, or else to any
    whose filter matches; of several, to the one whose turn it is. Nobody gets a lead
    before a better one that nobody else could have had.

    :param list[int] lead_ids: the leads, the best first
    :param list[Seat] seats: the salespeople, whose turn it is first; quotas change
    :return: of each lead, in the same order, with the seat's key as ``member``
    :rtype: list[Outcome]
    """
    plan, queue = [], [seat for seat in seats if seat.quota > 0]
    for lead_id in lead_ids:
        place, reason = _find_place(lead_id, queue)
        if place is None:
            is_full = not queue and any(lead_id in seat.leads for seat in seats)
            reason = CAPACITY if is_full else MEMBER_FILTER
            plan.append(Outcome(lead_id, reason))
            continue
        seat = queue.pop(place)
        plan.append(Outcome(lead_id, reason, member=seat.key))
        seat.quota -= 1
        if seat.quota > 0:
            queue.append(seat)
    return plan


def _find_place(lead_id, queue):
    """Return the place in the queue of who gets a lead, None if nobody, and why."""
    best, lowest = None, 3
    for place, seat in enumerate(queue):
        if lead_id not in seat.leads:
            continue
        if seat.preferred is None:
            rank = 1
        elif lead_id in seat.preferred:
            return place, PREFERRED
        else:
            rank = 2
        if rank < lowest:
            best, lowest = place, rank
    return best, TURN
