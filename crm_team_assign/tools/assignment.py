"""A plan of an assignment: what was looked at, what is to be done, what was done."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple


class LeadFacts(NamedTuple):
    """What planning needs to know of a lead. ``team_id`` is the one it has already."""

    id: int
    score: float
    probability: float
    priority: str
    team_id: int
    company_id: int


@dataclass
class Assignment:
    """Who is to get which lead, and what is to be noted once that is carried out.

    :param dict leads: the facts of the leads that are looked at, the best first
    :param dict outcomes: of each of these leads, see ``assignment_plan.Outcome``
    :param dict quotas: how many leads members can take, for those with room, by id
    :param dict last_members: ids of members by team, where the rotation goes on
    :param dict credits: by id of a team, how much more it is owed than before
    :param dict errors: by team or member, why its filter cannot be used, or None
    :param set done: ids of leads for which the plan was carried out
    :param int plan_id: of the ``crm.assignment.plan`` that keeps it, if any
    """

    leads: dict = field(default_factory=dict)
    outcomes: dict = field(default_factory=dict)
    quotas: dict = field(default_factory=dict)
    last_members: dict = field(default_factory=dict)
    credits: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    done: set = field(default_factory=set)
    plan_id: int = None

    def group_by_team(self):
        """Return the leads that teams are planned to take, without a salesperson yet.

        :return: ``{team id: ids}``
        :rtype: dict[int, set]
        """
        taken = defaultdict(set)
        for lead_id, outcome in self.outcomes.items():
            if outcome.is_taken:
                taken[outcome.team].add(lead_id)
        return taken

    def list_steps(self):
        """Return what there is to write, each team's and salesperson's leads together.

        :rtype: list[assignment_plan.Outcome]
        """
        steps = [
            outcome
            for lead_id, outcome in self.outcomes.items()
            if outcome.is_taken
            and (outcome.member or outcome.team != self.leads[lead_id].team_id)
        ]
        return sorted(steps, key=lambda step: (step.team, step.member or 0))

    def get_kind(self, outcome):
        """Return what becomes of a lead, as a plan's line has it."""
        if outcome.head_id:
            return "merge"
        if outcome.member:
            return "member"
        facts = self.leads.get(outcome.lead_id)
        is_new = outcome.is_taken and facts and outcome.team != facts.team_id
        return "team" if is_new else "none"

    def get_score(self, lead_id):
        """Return the score that a lead has when it is assigned, None if unknown."""
        facts = self.leads.get(lead_id)
        return facts and facts.score

    def get_scores_by_share(self):
        """Return the scores of the leads that each member gets, or a team alone.

        :return: ``{(team id, member id or None): scores}``
        :rtype: dict[tuple, list]
        """
        scores = defaultdict(list)
        for step in self.list_steps():
            scores[step.team, step.member].append(self.get_score(step.lead_id))
        return scores

    def sort(self, outcomes):
        """Return outcomes in the order of the leads, the best first.

        :rtype: list[assignment_plan.Outcome]
        """
        places = {lead_id: place for place, lead_id in enumerate(self.leads)}
        last = len(places)
        return sorted(outcomes, key=lambda item: places.get(item.lead_id, last))

    def list_done(self):
        """Return what was carried out, the best lead first.

        :rtype: list[assignment_plan.Outcome]
        """
        return [self.outcomes[id_] for id_ in self.leads if id_ in self.done]

    def list_assigned(self):
        """Return what members got, the best lead first.

        :return: ``{member id: ids of leads}``
        :rtype: dict[int, list]
        """
        assigned = defaultdict(list)
        for outcome in self.list_done():
            if outcome.member:
                assigned[outcome.member].append(outcome.lead_id)
        return assigned


@dataclass
class AssignmentRun:
    """Both stages of one assignment, which plans them together.

    :param bool force_quota: see ``crm.team.member._get_assignment_quota``
    :param Assignment plan: None until it is made
    """

    force_quota: bool
    plan: Assignment = None
