"""Which member of a team gets which lead."""

from bisect import bisect_left
from itertools import repeat

from .facts import Outcome
from .reasons import CAPACITY, MEMBER_FILTER, PREFERRED, TURN
from .turns import Peers


def sort_leads(lead_ids, draft, is_like_core):
    """Return the ids of a team's leads, the best first.

    :param set lead_ids: those that its members can get
    :param bool is_like_core: see :func:`is_sorted_like_core`
    :rtype: list[int]
    """
    leads = [facts for lead_id, facts in draft.leads.items() if lead_id in lead_ids]
    if is_like_core:
        leads.sort(key=lambda facts: (-(facts.probability or 0), facts.id))
    return [facts.id for facts in leads]


def is_sorted_like_core(lead_ids, draft, minimum):
    """Return whether the best of a team's leads are the most probable, as in core: as
    long as it has no minimum, and none of them a score."""
    return not minimum and not any(draft.leads[id_].score for id_ in lead_ids)


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
    outcomes, absent = [], Peers.group(away)
    queue = Peers.group(member for member in members if member.quota > 0)
    wanted = set().union(*{id(item.leads): item.leads for item in members}.values())
    ranks = _list_ranks(queue)
    known = {}  # who shares leads, and places among them: mostly the same
    for number, lead_id in enumerate(lead_ids, start=len(members)):
        rank, takers = _find_takers(lead_id, ranks)
        if not takers:
            is_full = not queue and lead_id in wanted
            outcomes.append(Outcome(lead_id, CAPACITY if is_full else MEMBER_FILTER))
            continue
        others = [peers for peers in absent if peers.is_to_have(lead_id, rank)]
        ids = [peers.ids for peers in takers]
        count = sum(map(len, ids))
        shares = frozenset().union(*ids, *(peers.ids for peers in others))
        member, peers = Peers.take_turn(takers, others)
        # Which of the takers he is, in an order that stays, of how many
        place = 1 + sum(map(bisect_left, ids, repeat(member.id))), count
        outcome = Outcome(lead_id, TURN if rank else PREFERRED, member=member.id)
        outcome.place = known.setdefault(place, place)
        outcome.shares = known.setdefault(shares, shares)
        outcomes.append(outcome)
        member.quota -= 1
        if member.quota > 0:
            peers.join(member, number)
        elif not peers.queue:
            queue.remove(peers)
            ranks = _list_ranks(queue)
    for peers in [*queue, *absent]:
        while peers.queue:
            peers.leave()
    return outcomes


def _list_ranks(queue):
    """Return who is to have which leads, by how much; see ``rank_leads``."""
    ranks = [], [], []
    for peers in queue:
        for rank, leads in zip(ranks, peers.ranked, strict=True):
            if leads:
                rank.append((leads, peers))
    return ranks


def _find_takers(lead_id, ranks):
    """Return who is to have a lead most, and how much that is."""
    for rank, wanting in enumerate(ranks):
        takers = [peers for leads, peers in wanting if lead_id in leads]
        if takers:
            return rank, takers
    return None, []
