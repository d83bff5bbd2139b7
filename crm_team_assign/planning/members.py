"""Which member of a team gets which lead."""

from .facts import Outcome
from .reasons import CAPACITY, MEMBER_FILTER, PREFERRED, TURN


def sort_leads(lead_ids, draft, minimum):
    """Return the ids of a team's leads, the best first.

    :param set lead_ids: those that its members can get
    :param float minimum: the team's; as long as it has none and no lead has a score,
        the order is core's
    :rtype: list[int]
    """
    leads = [facts for lead_id, facts in draft.leads.items() if lead_id in lead_ids]
    if not minimum and not any(facts.score for facts in leads):
        leads.sort(key=lambda facts: (-(facts.probability or 0), facts.id))
    return [facts.id for facts in leads]


def seat_leads(lead_ids, members):
    """Plan which member gets which lead, the best lead first.

    It goes to one who prefers it, or else to one without preferences, or else to any
    whose filter matches; of several, to the one whose turn it is. Nobody gets a lead
    before a better one that nobody else could have had.

    :param list[int] lead_ids: the leads, the best first
    :param list[MemberFacts] members: whose turn it is first; quotas change
    :return: of each lead, in the same order
    :rtype: list[Outcome]
    """
    outcomes, queue = [], [member for member in members if member.quota > 0]
    for lead_id in lead_ids:
        place, reason = _find_place(lead_id, queue)
        if place is None:
            is_full = not queue and any(lead_id in member.leads for member in members)
            reason = CAPACITY if is_full else MEMBER_FILTER
            outcomes.append(Outcome(lead_id, reason))
            continue
        member = queue.pop(place)
        outcomes.append(Outcome(lead_id, reason, member=member.id))
        member.quota -= 1
        if member.quota > 0:
            queue.append(member)
    return outcomes


def _find_place(lead_id, queue):
    """Return the place in the queue of who gets a lead, None if nobody, and why."""
    best, lowest = None, 3
    for place, member in enumerate(queue):
        if lead_id not in member.leads:
            continue
        if member.preferred is None:
            rank = 1
        elif lead_id in member.preferred:
            return place, PREFERRED
        else:
            rank = 2
        if rank < lowest:
            best, lowest = place, rank
    return best, TURN
