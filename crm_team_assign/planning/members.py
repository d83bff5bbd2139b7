"""Which member of a team gets which lead."""

from .facts import Outcome
from .reasons import CAPACITY, MEMBER_FILTER, PREFERRED, TURN
from .turns import take_turn


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


def seat_leads(lead_ids, members, away=()):
    """Plan which member gets which lead, the best lead first.

    It goes to one who prefers it, or else to one without preferences, or else to any
    whose filter matches; of several, to the one whose turn it is. Nobody gets a lead
    before a better one that nobody else could have had.

    :param list[int] lead_ids: the leads, the best first
    :param list[MemberFacts] members: whose turn it is first, where nobody is owed more
        than the others; quotas and credits change
    :param list[MemberFacts] away: who is owed the leads that he could get if he were
        there; credits change
    :return: of each lead, in the same order
    :rtype: list[Outcome]
    """
    outcomes, queue = [], [member for member in members if member.quota > 0]
    known = {}  # who shares leads: mostly the same
    for lead_id in lead_ids:
        rank, takers = _find_takers(lead_id, queue)
        if not takers:
            is_full = not queue and any(lead_id in member.leads for member in members)
            reason = CAPACITY if is_full else MEMBER_FILTER
            outcomes.append(Outcome(lead_id, reason))
            continue
        others = [
            member
            for member in away
            if lead_id in member.leads and member.get_rank(lead_id) <= rank
        ]
        member = take_turn(takers, others)
        reason = TURN if rank else PREFERRED
        place = _find_place(member, takers)
        shares = frozenset(sharing.id for sharing in (*takers, *others))
        shares = known.setdefault(shares, shares)
        outcomes.append(
            Outcome(lead_id, reason, member=member.id, place=place, shares=shares)
        )
        member.quota -= 1
        queue.remove(member)
        if member.quota > 0:
            queue.append(member)
    return outcomes


def _find_place(member, takers):
    """Return which of the takers a member is, in an order that stays, of how many."""
    return 1 + sum(taker.id < member.id for taker in takers), len(takers)


def _find_takers(lead_id, queue):
    """Return the members who are to have a lead most, and how much that is."""
    best, takers = 3, []
    for member in queue:
        rank = member.get_rank(lead_id)
        if rank is None or rank > best:
            continue
        if rank < best:
            best, takers = rank, []
        takers.append(member)
    return best, takers
