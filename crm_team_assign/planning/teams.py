"""Which team takes which lead."""

import random
from operator import attrgetter

from odoo.tools import groupby

from .facts import Outcome
from .reasons import BROKEN_FILTER, COMPANY, MINIMUM, NO_MEMBER, TEAM_FILTER, TURN
from .turns import take_turn


def plan_teams(draft, teams):
    """Plan which team takes which of the leads that have none.

    As long as no lead has a score and no team wants one, teams share as in core.

    :param Draft draft: has the facts of the leads, and gets the outcomes
    :param list[TeamFacts] teams: whose credits change
    """
    leads = draft.leads
    scores = {
        lead_id: facts.score
        for lead_id, facts in leads.items()
        if not facts.team_id and lead_id not in draft.outcomes
    }
    takers = [team for team in teams if team.leads is not None]
    draft.weights = {team.id: team.weight for team in takers}
    if any(scores.values()) or any(team.minimum for team in teams):
        outcomes = share_out(scores, takers)
    else:
        ranks = {id_: (leads[id_].priority or "", id_) for id_ in scores}  # in core
        outcomes = draw_lots(sorted(ranks, key=ranks.get, reverse=True), takers)
    is_any_able = any(team.weight for team in teams)
    companies = {None}.union(*(team.companies for team in teams))
    for outcome in outcomes:
        if outcome.reason == TEAM_FILTER:
            if not is_any_able:
                outcome.reason = NO_MEMBER
            elif leads[outcome.lead_id].company_id not in companies:
                outcome.reason = COMPANY
        draft.outcomes[outcome.lead_id] = outcome


def find_obstacle(lead, minimum, matching):
    """Return why a lead of a team goes to none of its members, None if it can.

    :param LeadFacts lead: the lead
    :param float minimum: the team's
    :param set matching: ids of leads that the team's filter takes, None if it cannot
        be used
    """
    if matching is None:
        return BROKEN_FILTER
    if lead.id not in matching:
        return TEAM_FILTER
    return MINIMUM if lead.score < minimum else None


def share_out(scores, teams):
    """Plan which team takes which lead: the highest minimum first, then by turns.

    :param dict[int, float] scores: of the leads, the best first
    :param list[TeamFacts] teams: who takes leads; their credits change
    :return: of each lead, in the same order
    :rtype: list[Outcome]
    """
    minimum = attrgetter("minimum")
    levels = groupby(sorted(teams, key=minimum, reverse=True), minimum)
    return [_share_out_lead(*lead, levels, teams) for lead in scores.items()]


def _share_out_lead(lead_id, score, levels, teams):
    for minimum, level in levels:
        if score < minimum:
            continue
        equals = [team for team in level if lead_id in team.leads]
        if equals:
            turns = tuple([team.id for team in equals]) if len(equals) > 1 else ()
            return Outcome(lead_id, TURN, take_turn(equals).id, turns=turns)
    able = [team for team in teams if lead_id in team.leads]
    if not able:
        return Outcome(lead_id, TEAM_FILTER, is_taken=False)
    nearest = min(able, key=lambda team: team.minimum)
    return Outcome(lead_id, MINIMUM, nearest.id, is_taken=False)


def draw_lots(lead_ids, teams):
    """Plan which team takes which lead as Odoo does where no lead has a score.

    A team is drawn by its weight and takes the first lead left that it matches.

    :param list[int] lead_ids: the leads, in order
    :param list[TeamFacts] teams: who takes leads
    :return: of each lead, those that are taken first, in the order of drawing
    :rtype: list[Outcome]
    """
    outcomes, taken, drawn = [], set(), list(teams)
    pools = {
        team.id: iter([lead_id for lead_id in lead_ids if lead_id in team.leads])
        for team in teams
    }
    while drawn:
        weights = [team.weight for team in drawn]
        team = random.choices(drawn, weights=weights, k=1)[0]
        lead_id = next((id_ for id_ in pools[team.id] if id_ not in taken), None)
        if lead_id is None:
            drawn.remove(team)
            continue
        taken.add(lead_id)
        outcomes.append(Outcome(lead_id, TURN, team.id))
    left = (lead_id for lead_id in lead_ids if lead_id not in taken)
    return outcomes + [Outcome(id_, TEAM_FILTER, is_taken=False) for id_ in left]
