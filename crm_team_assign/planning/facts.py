"""What a plan is made from, and what it comes to, in memory."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from .matches import Matches
from .turns import get_changes


class LeadFacts(NamedTuple):
    """What planning needs to know of a lead."""

    id: int
    score: float
    probability: float
    priority: str
    team_id: int  # the one it has already
    company_id: int


@dataclass
class TeamFacts:
    """A team that takes leads."""

    id: int
    weight: int  # among teams of the same minimum score
    minimum: float = 0.0
    # Ids of the leads without a team that its filter takes; None if it takes none, for
    # want of capacity or of a filter that can be used
    leads: set = frozenset()
    credit: int = 0  # how much it is owed, see ``turns``
    companies: frozenset = frozenset()  # ids of those whose leads it can take


@dataclass
class MemberFacts:
    """A member in the rotation. Turns are equal, whatever the capacity: that makes the
    quota."""

    id: int
    quota: int  # how many leads there is room for
    leads: set = frozenset()  # which ones
    preferred: set = None  # of who has no preference at all
    credit: int = 0  # how much he is owed, see ``turns``

    def rank_leads(self):
        """Return the leads by how much this member is to have them, the most first:
        those he prefers, all of one without preferences, all others."""
        if self.preferred is None:
            return (), self.leads, ()
        return self.leads & self.preferred, (), self.leads


@dataclass(slots=True)
class Outcome:
    """What is to become of a lead, and the reason."""

    lead_id: int
    reason: str  # a code of ``reasons.REASONS``
    team: int = None  # who takes the lead, or whom the reason is about
    member: int = None  # who gets it
    is_taken: bool = True  # by the team
    head_id: int = None  # what it is merged into
    user: int = None  # who gets it, if no member
    turns: tuple = ()  # ids of the teams that take turns with leads like this one
    shares: frozenset = frozenset()  # ids of the members who earned a part of it
    # Of the member among those who could get it: which, of how many
    place: tuple = (None, None)
    has_filter: bool = False  # which it matches


class Draft:
    """Who is to get which lead, and what is to be noted once that is carried out."""

    def __init__(self, leads, overdue=None):
        self.leads = leads  # the facts of those that are looked at, the best first
        self.outcomes = {}  # of each of these leads, see ``Outcome``
        self.quotas = {}  # how many leads members can take, for those with room, by id
        self.last_members = {}  # ids of members by team, where the rotation goes on
        self.member_credits = {}  # how much more members are owed than before, by id
        self.away = {}  # members who are away, by id, see ``presence.Absence``
        self.weights = {}  # of teams by id, see ``TeamFacts``
        self.overdue = overdue or {}  # what is taken back, by lead, see ``idle.Idle``
        self.barred = {}  # ids of leads that a user is not to get again yet, by user
        self.sharing = {}  # numbers of those who share leads, see ``number_sharing``
        # Probabilities that leads will have in the team that they are planned for, by
        # id, where these are others than now
        self.foreseen = {}
        self.foresights = {}  # what leads will be in teams, see ``foresight.Foresight``
        self.errors = {}  # by team or member: why its filter cannot be used, or None
        self.matches = {}  # by what filters say, see ``matches.Matches``

    def get_matches(self, domain):
        """Return what is known of the leads that a domain takes.

        :rtype: Matches
        """
        return self.matches.setdefault(repr(domain), Matches(domain))

    def foresee(self, probabilities):
        """Note which probability leads will have, by their ids."""
        for lead_id, probability in probabilities.items():
            facts = self.leads[lead_id]
            if facts.probability != probability:
                self.foreseen[lead_id] = probability
                self.leads[lead_id] = facts._replace(probability=probability)

    def leave(self, lead_id, reason, team_id=None, head_id=None):
        """Note why nobody is to get a lead."""
        self.outcomes[lead_id] = Outcome(
            lead_id, reason, team_id, is_taken=False, head_id=head_id
        )

    def keep_teams(self, team_ids):
        """Forget what is planned for others than these teams, and what is not taken.

        :param team_ids: ids of teams
        """
        self.outcomes = {
            lead_id: outcome
            for lead_id, outcome in self.outcomes.items()
            if outcome.is_taken and outcome.team in team_ids
        }

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

    def group_waiting(self):
        """Return the facts of the leads that teams have and nothing is planned for yet,
        the best first.

        :return: ``{team id: facts}``
        :rtype: dict[int, list]
        """
        waiting = defaultdict(list)
        for lead_id, facts in self.leads.items():
            if facts.team_id and lead_id not in self.outcomes:
                waiting[facts.team_id].append(facts)
        return waiting

    def get_kind(self, outcome):
        """Return what becomes of a lead, as a plan's line has it."""
        if outcome.head_id:
            return "merge"
        if outcome.member or outcome.user:
            return "member"
        facts = self.leads.get(outcome.lead_id)
        is_new = outcome.is_taken and facts and outcome.team != facts.team_id
        return "team" if is_new else "none"

    def get_score(self, lead_id):
        """Return the score that a lead has when it is assigned, None if unknown."""
        facts = self.leads.get(lead_id)
        return facts and facts.score

    def get_hours(self, lead_id):
        """Return the hours after which a lead is taken back, None if it is not."""
        idle = self.overdue.get(lead_id)
        return idle and idle.hours

    def list_assigned(self):
        """Return what teams and members are to get.

        :rtype: list[Outcome]
        """
        outcomes = self.outcomes.values()
        return [item for item in outcomes if self.get_kind(item) in ("member", "team")]

    def count_credits(self):
        """Return how much more teams are owed by what is planned than before, by id:
        each turn gives all that take it their parts, and is paid by who has it.

        :rtype: dict[int, int]
        """
        credits = Counter()
        outcomes = self.outcomes.values()
        turns = Counter((item.turns, item.team) for item in outcomes if item.turns)
        for (team_ids, taker), count in turns.items():
            weights = {team_id: self.weights[team_id] for team_id in team_ids}
            credits.update(get_changes(weights, taker, count))
        return {team_id: credit for team_id, credit in credits.items() if credit}

    def number_sharing(self, outcome):
        """Return the number of those who share leads like this one, None if nobody
        does: these are numbered as they are asked for."""
        sharing = outcome.turns, outcome.shares
        if not any(sharing):
            return None
        return self.sharing.setdefault(sharing, len(self.sharing) + 1)

    def list_sharing(self):
        """Return the weights of the teams and of the members who share leads, as pairs
        with their ids, in the order of their numbers, from 1.

        :rtype: list[dict]
        """
        return [
            {
                "teams": [(team_id, self.weights[team_id]) for team_id in team_ids],
                "members": [(member_id, 1) for member_id in sorted(member_ids)],
            }
            for team_ids, member_ids in self.sharing
        ]

    def get_scores_by_share(self):
        """Return the scores of the leads that each member gets, or a team alone.

        :return: ``{(team id, member id or None): scores}``
        :rtype: dict[tuple, list]
        """
        scores = defaultdict(list)
        for outcome in self.list_assigned():
            scores[outcome.team, outcome.member].append(self.get_score(outcome.lead_id))
        return scores

    def sort(self, outcomes):
        """Return outcomes in the order of the leads, the best first.

        :rtype: list[Outcome]
        """
        places = {lead_id: place for place, lead_id in enumerate(self.leads)}
        last = len(places)
        return sorted(outcomes, key=lambda item: places.get(item.lead_id, last))
