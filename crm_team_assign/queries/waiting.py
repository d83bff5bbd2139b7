"""Which leads nobody gets, and why: what the planner says of them before it counts who
has room, as one expression over all leads.

A reason and the team that it is about are one number, the key of a group of leads that
wait; 0 is none.
"""

from functools import partial

from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.worklist import tune
from odoo.addons.website_crm_score.tools.rule_domain import (
    find_query_error,
    parse_domain,
)

from ..planning.reasons import (
    BARRED,
    BROKEN_FILTER,
    COMPANY,
    MEMBER_FILTER,
    MINIMUM,
    NO_MEMBER,
    OTHER_TEAM,
    TEAM_FILTER,
    TURN,
)
from .taking_back import get_barred_column, get_barred_sql

# In the order of their numbers, which no key is without.
CODES = (
    MINIMUM,
    TEAM_FILTER,
    BROKEN_FILTER,
    COMPANY,
    NO_MEMBER,
    MEMBER_FILTER,
    OTHER_TEAM,
    TURN,
    BARRED,
)
BASE = 16
# What keeps leads from teams, whoever is in these
UNTAKEN = (MINIMUM, TEAM_FILTER, BROKEN_FILTER, COMPANY, NO_MEMBER)


def get_key(code, team_id=0):
    """Return the key of the leads that wait for this reason."""
    return team_id * BASE + CODES.index(code) + 1


def get_code(key):
    """Return the reason that a key has, None without one."""
    return CODES[key % BASE - 1] if key else None


def get_domain(env):
    """Return the domain of open leads without a salesperson."""
    return env["crm.lead"]._open_domain() & Domain("user_id", "=", False)


def get_keys_domain(env, keys, by_team=False):
    """Return the domain of the leads that wait with one of these keys; see
    :class:`Sorter`."""

    def has_key(leads, alias, query):
        key = Sorter(leads.env, alias, query, by_team).get_sql()
        return SQL("%s = ANY(%s)", key, keys)

    return get_domain(env) & Domain.custom(to_sql=has_key)


class Sorter:
    """Sorts leads that wait by their keys.

    The filters are parts of the expression: each lead is looked at once, whatever the
    number of teams and salespeople.

    :param env: whose leads are sorted
    :param str alias: of the leads in the query
    :param Query query: gets what the filters join
    :param bool by_team: whether what a team takes is all alike, whoever is in it
    :param crm.team tried: the teams, while it is tried whether all filters can be used
    """

    def __init__(self, env, alias, query, by_team=False, tried=None):
        env["crm.lead"]._check_not_asked_by_filters()
        # sudo: teams, and what their filters look at, as the daily assignment does
        self.teams = env["crm.team"]._get_takers() if tried is None else tried
        self.teams.mapped("crm_team_member_ids.user_id.company_ids")  # of all at once
        self.is_sound = tried is not None or _is_sound(env, self.teams, by_team)
        self.leads = self.teams._get_filter_reader()
        self.alias, self.query, self.by_team = alias, query, by_team
        self.matches, self.foresights = {}, {}
        self.barred = self._join_barred()

    def _join_barred(self):
        """Join who is not to get a lead again yet, by the days of teams that take leads
        back; return the alias, None if it does not matter."""
        teams = self.teams.filtered("take_back_hours")
        if self.by_team or not teams:
            return None
        found = get_barred_sql(self.leads.env, set(teams.mapped("take_back_days")))
        return self.query.left_join(self.alias, "id", found, "lead_id", "barred")

    def get_sql(self):
        """Return the expression of the key of a lead that waits.

        :rtype: SQL
        """
        team_id = self._column("team_id")
        whens = [(SQL("%s IS NULL", team_id), self._sort_free())]
        whens += [
            (SQL("%s = %s", team_id, team.id), self._sort_own(team))
            for team in self.teams
        ]
        return _case(whens, SQL("%s * %s + %s", team_id, BASE, get_key(OTHER_TEAM)))

    def _sort_own(self, team):
        """Return the key of a lead that has this team."""
        matches = self._match(team)
        if matches is None:
            return get_key(BROKEN_FILTER, team.id)
        whens = [
            (SQL("%s IS NOT TRUE", matches), get_key(TEAM_FILTER, team.id)),
            (self._reaches(team), self._sort_taken(team, is_own=True)),
        ]
        return _case(whens, get_key(MINIMUM, team.id))

    def _sort_free(self):
        """Return the key of a lead without a team: of the team with the highest minimum
        that it reaches, or else of the nearest one that it does not reach."""
        teams = self.teams.filtered(lambda team: team._get_assignment_weight())
        if not teams:
            return get_key(NO_MEMBER)
        takers = [
            (team, matches)
            for team in teams.sorted("id")
            if (matches := self._match(team)) is not None
        ]
        takers.sort(key=lambda taker: -taker[0].min_for_assign)
        whens = [
            (SQL("%s AND %s", self._reaches(team), matches), self._sort_taken(team))
            for team, matches in takers
        ]
        takers.sort(key=lambda taker: taker[0].min_for_assign)
        whens += [(matches, get_key(MINIMUM, team.id)) for team, matches in takers]
        whens.append((self._has_company(), get_key(TEAM_FILTER)))
        return _case(whens, get_key(COMPANY))

    def _sort_taken(self, team, is_own=False):
        """Return the key of a lead that the team takes; some that are its own already
        are not to go again yet to whom they were taken back from."""
        if self.by_team:
            return get_key(TURN, team.id)
        users = self._group_users(team)
        if not users:
            return get_key(NO_MEMBER, team.id)
        matches = SQL(" OR ").join(users)
        whens = [(matches, get_key(TURN, team.id))]
        if is_own and self.barred and team.take_back_hours:
            barred = SQL.identifier(self.barred, get_barred_column(team.take_back_days))
            free = SQL(" OR ").join(
                SQL("%s AND %s @> %s IS NOT TRUE", match, barred, user_ids)
                for match, user_ids in users.items()
            )
            whens = [
                (free, get_key(TURN, team.id)),
                (matches, get_key(BARRED, team.id)),
            ]
        return _case(whens, get_key(MEMBER_FILTER, team.id))

    def _group_users(self, team):
        """Return the ids of the team's salespeople who take leads by what they take."""
        users = {}
        for member in team.crm_team_member_ids:
            if member._takes_leads() and member._get_assignment_weight():
                match = self._match(member)
                if match is not None:
                    users.setdefault(match, []).append(member.user_id.id)
        return users

    # CONDITIONS

    def _column(self, name):
        return self.leads._field_to_sql(self.alias, name, self.query)

    def _reaches(self, team):
        return SQL("%s >= %s", self._column("score"), team.min_for_assign)

    def _has_company(self):
        """Return whether any team works for the company of the lead."""
        every = (team._get_assignment_companies() for team in self.teams)
        companies = frozenset().union(*every)
        return self._compile(Domain("company_id", "in", [*companies, False]))

    def _match(self, taker):
        """Return the condition of what a team or salesperson takes, None if the filter
        cannot be used."""
        if taker not in self.matches:
            self.matches[taker] = self._read_filter(taker)
        return self.matches[taker]

    def _read_filter(self, taker):
        if not self.is_sound and taker._find_filter_error("assignment_domain"):
            return None
        domain = parse_domain(taker.assignment_domain, self.leads.env)
        domain = taker._foresee(domain, self.foresights)
        return self._compile(domain & taker._get_assignment_company_domain())

    def _compile(self, domain):
        domain = domain.optimize_full(self.leads)
        return SQL("(%s)", domain._to_sql(self.leads, self.alias, self.query))


def _case(whens, other):
    """Return the key of the first condition that holds, or else another one.

    :param list[tuple] whens: conditions with their keys
    """
    whens = [SQL("WHEN %s THEN %s", *when) for when in whens]
    return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), other)


def _is_sound(env, teams, by_team):
    """Return whether the filters of all teams and salespeople can be used: tried at
    once, since most can."""
    every = partial(select, env, Domain.TRUE, by_team=by_team, tried=teams)
    return not find_query_error(env, every)


def select(env, domain, by_team=False, tried=None):
    """Return the query of leads that wait, with ``id``, ``score`` and ``key``; with the
    rights of who asks. PostgreSQL is to be tuned to it: it would compile the expression
    for longer than it evaluates it.

    :param Domain domain: look at these alone
    :param by_team: see :class:`Sorter`, as for ``tried``
    :rtype: SQL
    """
    leads = env["crm.lead"]
    query = leads._search(get_domain(env) & domain)
    key = Sorter(env, query.table, query, by_team, tried).get_sql()
    return query.select(
        SQL.identifier(query.table, "id"),
        SQL("%s AS score", leads._field_to_sql(query.table, "score", query)),
        SQL("%s AS key", key),
    )


def read_keys(env, lead_ids, by_team=False):
    """Return the keys of those of the leads that wait, by id; see :class:`Sorter`.

    :rtype: dict[int, int]
    """
    tune(env.cr)
    chosen = Domain("id", "in", lead_ids)
    rows = env.execute_query(select(env(su=True), chosen, by_team=by_team))
    return {lead_id: key for lead_id, _score, key in rows if key}
