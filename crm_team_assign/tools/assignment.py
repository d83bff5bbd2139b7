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
    :param dict groups: ids of duplicates by the id of the lead they are merged into
    :param dict quotas: how many leads members can take, for those with room, by id
    :param dict last_members: ids of members by team, where the rotation goes on
    :param dict credits: by id of a team, how much more it is owed than before
    :param dict errors: by team or member, why its filter cannot be used, or None
    :param set done: ids of leads for which the plan was carried out
    """

    leads: dict = field(default_factory=dict)
    outcomes: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    quotas: dict = field(default_factory=dict)
    last_members: dict = field(default_factory=dict)
    credits: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    done: set = field(default_factory=set)

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

    def list_done(self):
        """Return what was carried out, the best lead first.

        :rtype: list[assignment_plan.Outcome]
        """
        return [self.outcomes[id_] for id_ in self.leads if id_ in self.done]


@dataclass
class AssignmentRun:
    """Both stages of one assignment, which plans them together.

    :param bool force_quota: see ``crm.team.member._get_assignment_quota``
    :param Assignment plan: None until it is made
    """

    force_quota: bool
    plan: Assignment = None
