"""The planner: gathers the facts of leads, teams and members, has it planned who is to
get which lead and why, and writes nothing.

Each filter is one query; all else is computed in memory over ids.
"""

from odoo.fields import Domain

from odoo.addons.website_crm_score.tools.merge_rehearsal import rehearse_merge

from ..planning import reasons
from ..planning.facts import Draft, MemberFacts, Outcome, TeamFacts
from ..planning.members import is_sorted_like_core, seat_leads, sort_leads
from ..planning.teams import find_obstacle, plan_teams
from ..queries.leads import read_facts
from ..queries.taking_back import read_barred
from .duplicates import group_duplicates
from .foresight import foresee
from .idle import find_overdue
from .presence import find_absences


def make_draft(
    teams, free=None, waiting=None, force_quota=False, rivals=None, overdue=None
):
    """Plan which team takes which lead, then which member gets it.

    :param crm.team teams: who takes leads
    :param Domain free: leads without a team; None to plan for members alone
    :param Domain waiting: leads that the teams have; None to plan for teams alone
    :param bool force_quota: see ``crm.team.member._get_assignment_quota``
    :param crm.team rivals: who could take the leads as well; what they would take is
        left to them; the leads are handed over at once
    :param dict overdue: leads that are to be taken back, see ``idle.find_overdue``
    :rtype: Draft
    """
    if overdue:
        waiting |= Domain("id", "in", list(overdue))
    domain = Domain.OR(domain for domain in (free, waiting) if domain is not None)
    draft = Draft(read_facts(teams.env, domain), overdue)
    takers = teams if rivals is None else teams | rivals
    draft.away = find_absences(takers.crm_team_member_ids, rivals is not None)
    if free is not None:
        plan_teams(draft, _get_team_facts(takers, free, draft))
        if rivals is not None:
            draft.keep_teams(teams.ids)
    if waiting is not None:
        taken = draft.group_by_team()
        draft.barred = read_barred(teams)
        quotas = teams._get_member_quotas(force_quota)
        waits = draft.group_waiting()
        for team in teams:
            own = waits[team.id]
            _plan_members(team, taken[team.id], own, waiting, quotas[team], draft)
    _note_filters(takers, draft)
    return draft


def _note_filters(teams, draft):
    """Note of what is planned for whom whether there is a filter."""
    team_ids, member_ids = (
        {taker.id for taker in takers if taker._has_filter("assignment_domain")}
        for takers in (teams, teams.crm_team_member_ids)
    )
    for outcome in draft.outcomes.values():
        if outcome.is_taken:
            is_filtered = outcome.team in team_ids or outcome.member in member_ids
            outcome.has_filter = is_filtered


def rehearse(teams, force_quota=False, leads=None):
    """Plan what *Assign Leads* would do now: duplicates are merged first.

    They are, and what is planned is planned for what that leaves; then it is taken
    back. So a plan promises of mergers what merging does.

    :param crm.lead leads: plan for these alone, and give a reason for each
    :rtype: Draft
    """
    empty = teams.env["crm.lead"]
    chosen = Domain.TRUE if leads is None else Domain("id", "in", leads.ids)
    free, waiting = empty._get_allocation_domain(), teams._get_lead_to_assign_domain()
    groups = [same for same, _team in group_duplicates(teams, free & chosen)]
    with rehearse_merge(groups) as merged:
        heads = empty.union(*merged)
        if leads is not None:
            leads |= heads
            chosen = Domain("id", "in", leads.ids)
        overdue = find_overdue(teams, leads)
        draft = make_draft(
            teams, free & chosen, waiting & chosen, force_quota, overdue=overdue
        )
        if leads is not None:
            _explain_others(teams, leads, draft)
    _explain_merged(merged, draft)
    for lead in empty.union(*groups) - heads.union(*merged.values()):
        draft.leave(lead.id, reasons.BUSY)
    return draft


def _explain_merged(merged, draft):
    """Note what becomes of duplicates, and of what they are merged into, if that has a
    team or salesperson of its own then."""
    for head, gone in merged.items():
        if head.id not in draft.outcomes:
            draft.leave(head.id, reasons.MERGED)
        for lead_id in gone.ids:
            draft.leave(lead_id, reasons.DUPLICATE, head_id=head.id)


def _explain_others(teams, leads, draft):
    """Give a reason for those of the leads that nothing is planned for."""
    others = leads.filtered(lambda lead: lead.id not in draft.outcomes)
    for lead in others:
        draft.leave(lead.id, _explain_other(teams, lead), lead.team_id.id)
    if others:
        draft.leads |= read_facts(leads.env, Domain("id", "in", others.ids))


def _explain_other(teams, lead):
    if not lead.active or lead.won_status != "pending":
        return reasons.CLOSED
    if lead.user_id:
        return reasons.OWNED
    return reasons.OTHER_TEAM if lead.team_id - teams else reasons.WAITING


# TEAMS


def _get_team_facts(teams, free, draft):
    """Return what planning needs to know of teams that take leads in ``free``."""
    return [
        TeamFacts(
            id=team.id,
            weight=team._get_assignment_weight(draft.away)
            or team._get_assignment_weight(),
            minimum=team.min_for_assign,
            leads=lead_ids,
            credit=team.assignment_credit,
            companies=team._get_assignment_companies(),
        )
        for team, lead_ids in teams._find_candidates(free, draft).items()
    ]


# MEMBERS


def _plan_members(team, eligible, own, waiting, quotas, draft):
    """Plan which member of a team gets which lead that it has or is to have.

    :param set eligible: ids of the leads that it is to have
    :param list[LeadFacts] own: those that it has
    :param dict quotas: how many leads its members can take, those with room
    """
    scope = waiting & Domain("team_id", "=", team.id)
    lead_ids = [facts.id for facts in own]
    matching = team._find_assignable_leads(draft, lead_ids, scope=scope)
    for facts in own:
        reason = find_obstacle(facts, team.min_for_assign, matching)
        if facts.id in draft.overdue:
            stays = reason and reasons.STAYS
            reason = _take_from_members(team, facts.id, draft) or stays
        if facts.id in draft.outcomes:
            continue
        if reason:
            draft.leave(facts.id, reason, team.id)
        else:
            eligible.add(facts.id)
    if eligible:
        _plan_turns(team, eligible, quotas, draft)


def _take_from_members(team, lead_id, draft):
    """Plan for the leader of the team what was taken back from members often enough;
    return why it stays where it is instead, None if it does not."""
    handover = draft.overdue[lead_id].handover
    if handover.times < team.take_back_times:
        return None
    leader = team.user_id.filtered("active")
    if leader and leader.id != handover.user_id:
        outcome = Outcome(lead_id, reasons.LEADER, team.id, user=leader.id)
        draft.outcomes[lead_id] = outcome
        return None
    return reasons.STAYS


def _plan_turns(team, eligible, quotas, draft):
    """Plan which member of a team gets which of the leads ``eligible``."""
    is_like_core = is_sorted_like_core(eligible, draft, team.min_for_assign)
    foresee(team, eligible, quotas, draft, is_like_core)
    lead_ids = sort_leads(eligible, draft, is_like_core)
    there, away = (
        {key: room for key, room in quotas.items() if (key.id in draft.away) == is_away}
        for is_away in (False, True)
    )
    draft.quotas |= {member.id: room for member, room in there.items()}
    members = _get_member_facts(there, lead_ids, draft)
    owed = team.assignment_balance and _get_member_facts(away, lead_ids, draft) or []
    seated = seat_leads(lead_ids, members, owed)
    _note_credits(team, [*members, *owed], draft)
    _explain_unseated(team, seated, quotas, away, draft)
    for outcome in seated:
        outcome.team = team.id
        if outcome.lead_id in draft.overdue:
            outcome.reason = reasons.TAKEN_BACK if outcome.member else reasons.STAYS
        if outcome.member:
            draft.last_members[team.id] = outcome.member
        if outcome.lead_id in draft.outcomes:
            outcome.turns = draft.outcomes[outcome.lead_id].turns
        draft.outcomes[outcome.lead_id] = outcome


def _note_credits(team, members, draft):
    """Note how much more members are owed than before."""
    for facts in members:
        member = team.crm_team_member_ids.browse(facts.id)
        if facts.credit != member.assignment_credit:
            draft.member_credits[member.id] = facts.credit - member.assignment_credit


def _explain_unseated(team, outcomes, quotas, away, draft):
    """Tell what keeps a team's leads from its members, where it is not their filters.

    :param dict quotas: how many leads members with room can take, there or away
    :param dict away: the same of those who are away
    """
    left = [outcome for outcome in outcomes if not outcome.member]
    if not left:
        return
    lead_ids = [outcome.lead_id for outcome in left]
    absent = _get_member_facts(away, lead_ids, draft)
    missed = set().union(*(facts.leads for facts in absent))
    users = [member.user_id.id for member in quotas]
    barred = set().union(*(draft.barred.get(user_id, ()) for user_id in users))
    barred |= _find_barred_by_all(team, draft)
    for outcome in left:
        if outcome.lead_id in missed:
            outcome.reason = reasons.AWAY
        elif outcome.lead_id in barred:
            outcome.reason = reasons.BARRED
        elif not quotas:
            has_room = team._get_assignment_weight()
            outcome.reason = reasons.CAPACITY if has_room else reasons.NO_MEMBER


def _find_barred_by_all(team, draft):
    """Return the leads that nobody of the team is to get yet, whoever has room."""
    members = team.crm_team_member_ids.filtered(
        lambda member: member._takes_leads() and member._get_assignment_weight()
    )
    barred = [draft.barred.get(user_id, set()) for user_id in members.user_id.ids]
    return set.intersection(*barred) if barred else set()


def _get_member_facts(quotas, lead_ids, draft):
    """Return what planning needs to know of members, without those whose filters cannot
    be used."""
    facts, found = [], {}
    for member, quota in quotas.items():
        leads = member._find_assignable_leads(draft, lead_ids, found)
        barred = draft.barred.get(member.user_id.id)
        if leads and barred:
            leads = leads - barred
        preferred = leads and member._find_preferred_leads(draft, leads)
        if not draft.errors[member]:
            values = member.id, quota, leads, preferred or None
            facts.append(MemberFacts(*values, credit=member.assignment_credit))
    return facts
