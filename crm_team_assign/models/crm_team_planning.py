from odoo import models
from odoo.fields import Domain

from ..tools.assignment import Assignment, LeadFacts
from ..tools.assignment_plan import (
    CAPACITY,
    MINIMUM,
    TEAM_FILTER,
    Outcome,
    Seat,
    Share,
    draw_lots,
    seat_leads,
    share_out,
)
from .crm_lead import ASSIGNMENT_ORDER

# Why a lead has no part in the assignment
BROKEN_FILTER = "broken_filter"
BUSY = "busy"
CLOSED = "closed"
COMPANY = "company"
DUPLICATE = "duplicate"
MERGED = "merged"
NO_MEMBER = "no_member"
OTHER_TEAM = "other_team"
OWNED = "owned"
WAITING = "waiting"


class CrmTeam(models.Model):
    """The planner: computes who would get which lead and why, and writes nothing.

    Each filter is one query; all else is computed in memory over ids.
    """

    _inherit = "crm.team"

    def _plan_assignment(
        self, creation_delta_days=0, force_quota=False, leads=None, without=()
    ):
        """Plan both stages of assignment: teams, then their members.

        :param int creation_delta_days: the age that leads without a team have at most;
            0 for any
        :param bool force_quota: see ``crm.team.member._get_assignment_quota``
        :param crm.lead leads: plan for these alone, and give a reason for each
        :param without: ids of leads that get no team now
        :rtype: Assignment
        """
        free = self.env["crm.lead"]._get_allocation_domain(creation_delta_days)
        free &= Domain("id", "not in", without)
        waiting = self._get_lead_to_assign_domain()
        if leads is not None:
            chosen = Domain("id", "in", leads.ids)
            free, waiting = free & chosen, waiting & chosen
        plan = Assignment(leads=self._read_leads(free | waiting))
        self._plan_teams(self._find_candidates(free, plan.errors), plan)
        self._plan_members(waiting, force_quota, plan)
        if leads is not None:
            self._explain_others(leads, plan)
        return plan

    def _plan_allocation(self, creation_delta_days, without=()):
        """Plan the first stage alone: which team takes which lead.

        :param without: ids of leads that get no team now
        :rtype: Assignment
        """
        free = self.env["crm.lead"]._get_allocation_domain(creation_delta_days)
        free &= Domain("id", "not in", without)
        plan = Assignment(leads=self._read_leads(free))
        self._plan_teams(self._find_candidates(free, plan.errors), plan)
        return plan

    def _plan_handover(self, force_quota):
        """Plan the second stage alone: who gets the leads that the teams have.

        :rtype: Assignment
        """
        waiting = self._get_lead_to_assign_domain()
        plan = Assignment(leads=self._read_leads(waiting))
        self._plan_members(waiting, force_quota, plan)
        return plan

    def _read_leads(self, domain):
        """Return the facts of leads by id, the best lead first."""
        Leads = self.env["crm.lead"]
        query = Leads._search(domain, order=ASSIGNMENT_ORDER)
        fields = LeadFacts._fields
        columns = [Leads._field_to_sql(Leads._table, name) for name in fields]
        return {
            lead_id: LeadFacts(lead_id, float(score or 0), *others)
            for lead_id, score, *others in self.env.execute_query(
                query.select(*columns)
            )
        }

    # DUPLICATES

    def _rehearse_assignment(self, force_quota=False, leads=None):
        """Plan what *Assign Leads* would do now: duplicates are merged first.

        They are, and what is planned is planned for what that leaves; then it is taken
        back. So a plan promises of mergers what merging does.

        :param crm.lead leads: plan for these alone, and give a reason for each
        :rtype: Assignment
        """
        Leads = self.env["crm.lead"]
        free = Leads._get_allocation_domain()
        if leads is not None:
            free &= Domain("id", "in", leads.ids)
        found = self._group_duplicates(self._find_candidates(free, {}))
        groups = [duplicates for duplicates, _team in found]
        with Leads._rehearse_merge(groups) as merged:
            if leads is not None:
                leads = leads | Leads.union(*merged)
            plan = self._plan_assignment(force_quota=force_quota, leads=leads)
        self._explain_merged(merged, plan)
        for lead in Leads.union(*groups) - Leads.union(*merged, *merged.values()):
            plan.outcomes[lead.id] = Outcome(lead.id, BUSY, is_taken=False)
        return plan

    def _explain_merged(self, merged, plan):
        """Add to a plan what becomes of duplicates, and of what they are merged into,
        if that has a team or salesperson of its own then."""
        for head, gone in merged.items():
            plan.outcomes.setdefault(head.id, Outcome(head.id, MERGED, is_taken=False))
            for lead_id in gone.ids:
                plan.outcomes[lead_id] = Outcome(
                    lead_id, DUPLICATE, is_taken=False, head_id=head.id
                )

    def _group_duplicates(self, candidates):
        """Return which leads are duplicates of each other, of those teams could take.

        :param dict candidates: ids of leads by team
        :return: the duplicates and the team
        :rtype: list[tuple[crm.lead, crm.team]]
        """
        Leads = self.env["crm.lead"]
        groups, seen, grouped = [], set(), set()
        for team, lead_ids in candidates.items():
            leads = Leads.browse(sorted(lead_ids - seen))
            seen |= lead_ids
            for lead, duplicates in leads._find_duplicates(team.company_id).items():
                if lead.id in grouped:
                    continue
                duplicates = duplicates.filtered(lambda lead: lead.id not in grouped)
                if len(duplicates) > 1:
                    groups.append((duplicates, team))
                    grouped.update(duplicates.ids)
        return groups

    # TEAMS

    def _find_candidates(self, domain, errors):
        """Return the leads in ``domain`` that match each team's filter and company.

        :param dict errors: gets, by team, why its filter cannot be used, or None
        :return: ``{team: ids}`` of teams with capacity whose filter can be used
        :rtype: dict
        """
        found = {}
        for team in self.filtered(lambda team: team._get_assignment_weight()):
            scope = domain & team._get_assignment_company_domain()
            found[team] = team._find_filtered_leads(scope, errors)
        return {team: ids for team, ids in found.items() if ids is not None}

    def _plan_teams(self, candidates, plan):
        """Plan which team takes which of the leads that have none."""
        shares = [
            Share(
                key=team.id,
                weight=team._get_assignment_weight(),
                minimum=team.min_for_assign,
                leads=lead_ids,
                credit=team.assignment_credit,
            )
            for team, lead_ids in candidates.items()
        ]
        scores = {
            lead_id: facts.score
            for lead_id, facts in plan.leads.items()
            if not facts.team_id and lead_id not in plan.outcomes
        }
        if self._is_scored(scores.values()):
            outcomes = share_out(scores, shares)
        else:
            outcomes = draw_lots(_sort_like_core(scores, plan), shares)
        plan.outcomes |= {outcome.lead_id: outcome for outcome in outcomes}
        for team, share in zip(candidates, shares, strict=True):
            if share.credit != team.assignment_credit:
                plan.credits[team.id] = share.credit - team.assignment_credit
        self._explain_companies(scores, plan)

    def _is_scored(self, scores):
        """Return whether scores matter: as long as no lead has one and no team wants
        one, the order is core's."""
        return any(self.mapped("min_for_assign")) or any(scores)

    def _explain_companies(self, lead_ids, plan):
        """Tell leads of companies without a team from those that no filter matches."""
        companies = {None}.union(
            *(team._get_assignment_companies().ids for team in self)
        )
        for lead_id in lead_ids:
            outcome = plan.outcomes[lead_id]
            if (
                outcome.reason == TEAM_FILTER
                and plan.leads[lead_id].company_id not in companies
            ):
                outcome.reason = COMPANY

    # MEMBERS

    def _plan_members(self, waiting, force_quota, plan):
        """Plan which member gets which lead that its team has or is to have.

        :param Domain waiting: the leads that the teams have
        """
        taken = plan.group_by_team()
        for team in self:
            scope = waiting & Domain("team_id", "=", team.id)
            matching = team._find_filtered_leads(
                scope & team._get_assignment_company_domain(), plan.errors
            )
            eligible = taken[team.id]
            for facts in plan.leads.values():
                if facts.team_id == team.id and facts.id not in plan.outcomes:
                    reason = team._find_obstacle(facts, matching)
                    if reason:
                        plan.outcomes[facts.id] = Outcome(
                            facts.id, reason, team.id, is_taken=False
                        )
                    else:
                        eligible.add(facts.id)
            if eligible:
                team._plan_own_members(eligible, force_quota, plan)

    def _find_obstacle(self, facts, matching):
        """Return why a lead of this team goes to none of its members, None if it can.

        :param set matching: ids of leads that match the team's filter, or None
        """
        if matching is None:
            return BROKEN_FILTER
        if facts.id not in matching:
            return TEAM_FILTER
        return MINIMUM if facts.score < self.min_for_assign else None

    def _plan_own_members(self, eligible, force_quota, plan):
        """Plan which member of this team gets which lead.

        :param set eligible: ids of leads
        """
        lead_ids = [lead_id for lead_id in plan.leads if lead_id in eligible]
        if not self._is_scored(plan.leads[lead_id].score for lead_id in lead_ids):
            lead_ids.sort(key=lambda id_: (-(plan.leads[id_].probability or 0), id_))
        quotas = self._get_member_quotas(force_quota)
        plan.quotas |= {member.id: quota for member, quota in quotas.items()}
        for outcome in seat_leads(lead_ids, self._get_seats(quotas, lead_ids, plan)):
            outcome.team = self.id
            if not outcome.member and not quotas:
                outcome.reason = self._explain_no_quota()
            plan.outcomes[outcome.lead_id] = outcome
            plan.last_members[self.id] = outcome.member or plan.last_members.get(
                self.id
            )

    def _explain_no_quota(self):
        return CAPACITY if self._get_assignment_weight() else NO_MEMBER

    def _get_member_quotas(self, force_quota, given=None):
        """Return ``{member: quota}`` of members with room, whose turn it is first."""
        members = self.crm_team_member_ids.sorted("id").filtered(
            lambda member: not member.assignment_optout and member.user_id.active
        )
        last_id = self.assignment_last_member_id.id or 0
        later = members.filtered(lambda member: member.id > last_id)
        in_turn = later + (members - later)
        quotas = in_turn._get_assignment_quotas(force_quota, given)
        return {member: quota for member, quota in quotas.items() if quota > 0}

    def _get_seats(self, quotas, lead_ids, plan):
        """Return the places in the rotation, without members with unusable filters."""
        seats, found = [], {}
        for member, quota in quotas.items():
            leads = member._find_assignable_leads(plan, lead_ids, found)
            preferred = leads and member._find_preferred_leads(plan, leads)
            if not plan.errors[member]:
                seats.append(Seat(member.id, quota, leads, preferred or None))
        return seats

    # THE REST

    def _explain_others(self, leads, plan):
        """Give a reason for those of the leads that there is no plan for."""
        others = leads.filtered(lambda lead: lead.id not in plan.outcomes)
        for lead in others:
            plan.outcomes[lead.id] = Outcome(
                lead.id, self._explain_lead(lead), lead.team_id.id, is_taken=False
            )
        if others:
            plan.leads |= self._read_leads(Domain("id", "in", others.ids))

    def _explain_lead(self, lead):
        if not lead.active or lead.won_status != "pending":
            return CLOSED
        if lead.user_id:
            return OWNED
        return OTHER_TEAM if lead.team_id - self else WAITING


def _sort_like_core(lead_ids, plan):
    """Return the ids of leads in the order of their model."""

    def key(lead_id):
        return plan.leads[lead_id].priority or "", lead_id

    return sorted(lead_ids, key=key, reverse=True)
