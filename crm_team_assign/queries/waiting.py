"""Which leads nobody gets, and why: what the planner says of them before it counts who
has room, as one expression over all leads.

A reason and the team that it is about are one number, the key of a group of leads that
wait; 0 is none.
"""

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


def get_key(code, team_id=0):
    """Return the key of the leads that wait for this reason."""
    return team_id * BASE + CODES.index(code) + 1


def get_domain(env):
    """Return the domain of open leads without a salesperson."""
    return env["crm.lead"]._open_domain() & Domain("user_id", "=", False)


class Sorter:
    """Sorts leads that wait by their keys.

    The filters are parts of the expression: each lead is looked at once, whatever the
    number of teams and salespeople.

    :param env: whose leads are sorted
    :param str alias: of the leads in the query
    :param Query query: gets what the filters join
    :param bool is_sound: whether all filters can be used, which is known or tried
    """

    def __init__(self, env, alias, query, is_sound=None):
        self.is_sound = _is_sound(env) if is_sound is None else is_sound
        # sudo: teams, and what their filters look at, as the daily assignment does
        self.leads = env["crm.lead"].sudo()
        self.teams = env["crm.team"].sudo()._get_takers()
        self.alias, self.query = alias, query
        self.matches, self.foresights = {}, {}
        self.barred = self._join_barred()

    def _join_barred(self):
        """Join who is not to get a lead again yet, by the days of teams that take leads
        back; return the alias, None if there is no such team."""
        teams = self.teams.filtered(lambda team: team.take_back_hours > 0)
        if not teams:
            return None
        found = get_barred_sql(self.leads.env, set(teams.mapped("take_back_days")))
        return self.query.left_join(self.alias, "id", found, "lead_id", "barred")

    def get_sql(self):
        """Return the expression of the key of a lead that waits.

        :rtype: SQL
        """
        own = [
            SQL("WHEN %s THEN %s", team.id, self._sort_own(team)) for team in self.teams
        ]
        return SQL(
            """
            CASE WHEN %(team)s IS NULL THEN %(free)s
                 ELSE CASE %(team)s %(own)s ELSE %(team)s * %(base)s + %(other)s END END
            """,
            team=self._column("team_id"),
            free=self._sort_free(),
            own=SQL(" ").join(own or [SQL("WHEN 0 THEN 0")]),
            base=BASE,
            other=get_key(OTHER_TEAM),
        )

    def _sort_own(self, team):
        """Return the key of a lead that has this team."""
        matches = self._match(team)
        if matches is None:
            return SQL("%s", get_key(BROKEN_FILTER, team.id))
        return SQL(
            "CASE WHEN %s THEN CASE WHEN %s THEN %s ELSE %s END ELSE %s END",
            matches,
            self._reaches(team),
            self._sort_taken(team, self._get_barred(team)),
            get_key(MINIMUM, team.id),
            get_key(TEAM_FILTER, team.id),
        )

    def _sort_free(self):
        """Return the key of a lead without a team: of the team with the highest minimum
        that it reaches, or else of the nearest one that it does not reach."""
        teams = self.teams.filtered(lambda team: team._get_assignment_weight())
        if not teams:
            return SQL("%s", get_key(NO_MEMBER))
        takers = [
            (team, matches)
            for team in teams.sorted("id")
            if (matches := self._match(team)) is not None
        ]
        takers.sort(key=lambda taker: -taker[0].min_for_assign)
        whens = [
            SQL(
                "WHEN %s AND %s THEN %s",
                self._reaches(team),
                matches,
                self._sort_taken(team),
            )
            for team, matches in takers
        ]
        takers.sort(key=lambda taker: taker[0].min_for_assign)
        whens += [
            SQL("WHEN %s THEN %s", matches, get_key(MINIMUM, team.id))
            for team, matches in takers
        ]
        whens.append(SQL("WHEN %s THEN %s", self._has_company(), get_key(TEAM_FILTER)))
        return SQL("CASE %s ELSE %s END", SQL(" ").join(whens), get_key(COMPANY))

    def _sort_taken(self, team, barred=None):
        """Return the key of a lead that the team takes.

        :param SQL barred: the ids of users who are not to get it again yet
        """
        users = self._group_users(team)
        if not users:
            return SQL("%s", get_key(NO_MEMBER, team.id))
        matches = SQL(" OR ").join(users)
        reasons = [(TURN, matches)]
        if barred:
            free = SQL(" OR ").join(
                SQL("%s AND %s @> %s IS NOT TRUE", match, barred, user_ids)
                for match, user_ids in users.items()
            )
            reasons = [(TURN, free), (BARRED, matches)]
        whens = [
            SQL("WHEN %s THEN %s", found, get_key(code, team.id))
            for code, found in reasons
        ]
        return SQL(
            "CASE %s ELSE %s END", SQL(" ").join(whens), get_key(MEMBER_FILTER, team.id)
        )

    def _get_barred(self, team):
        """Return who is not to get a lead of this team again yet, None if it takes none
        back."""
        if team.take_back_hours <= 0:
            return None
        return SQL.identifier(self.barred, get_barred_column(team.take_back_days))

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
        companies = [
            id_ for team in self.teams for id_ in team._get_assignment_companies()
        ]
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


def _is_sound(env):
    """Return whether the filters of all teams and salespeople can be used: tried at
    once, since most can."""
    return not find_query_error(env, lambda: select(env, Domain.TRUE, is_sound=True))


def select(env, domain, is_sound=None):
    """Return the query of leads that wait, with ``id``, ``score`` and ``key``; with the
    rights of who asks. PostgreSQL is to be tuned to it: it would compile the expression
    for longer than it evaluates it.

    :param Domain domain: look at these alone
    :param bool is_sound: whether all filters can be used, if that is known
    :rtype: SQL
    """
    leads = env["crm.lead"]
    query = leads._search(get_domain(env) & domain)
    columns = {
        "id": SQL.identifier(query.table, "id"),
        "score": leads._field_to_sql(query.table, "score", query),
        "key": Sorter(env, query.table, query, is_sound).get_sql(),
    }
    return query.select(
        *(SQL("%s AS %s", sql, SQL.identifier(name)) for name, sql in columns.items())
    )


def read_keys(env, lead_ids):
    """Return the keys of those of the leads that wait, by id.

    :rtype: dict[int, int]
    """
    tune(env.cr)
    rows = env.execute_query(select(env(su=True), Domain("id", "in", lead_ids)))
    return {lead_id: key for lead_id, _score, key in rows if key}
