"""Why a lead has no salesperson: its assignment is planned, and each team is asked."""

from odoo import fields
from odoo.fields import Domain

from odoo.addons.website_crm_score.scoring.conditions import Conditions
from odoo.addons.website_crm_score.tools.numbers import say_number

from ..planning import verdicts
from ..planning.facts import Draft
from ..planning.reasons import COMPANY, NO_MEMBER, OTHER_TEAM, TEAM_FILTER
from ..planning.teams import find_obstacle
from ..queries.leads import read_facts
from ..queries.taking_back import read_barred_until
from .planner import rehearse
from .presence import find_absences


class Inquiry:
    """Asks why a lead is not assigned. The answer is what planning it comes to, so that
    it is what the daily assignment would say; nothing is written.

    :param crm.lead lead: in the environment of the user who asks
    """

    def __init__(self, lead):
        self.lead = lead
        self.env = lead.env
        # sudo: all teams and salespeople, as the daily assignment looks at them
        self.takers = self.env["crm.team"].sudo()._get_takers()
        self.scope = Domain("id", "=", lead.id)

    def plan(self):
        """Return the line that a dry run of this lead would have, which is not saved.

        :rtype: crm.assignment.plan.line
        """
        draft = rehearse(self.takers, leads=self.lead.sudo())
        outcome = draft.outcomes[self.lead.id]
        team = self.takers.browse(outcome.team or [])
        member = team.crm_team_member_ids.browse(outcome.member or [])
        turn, turn_count = outcome.place
        lines = self.env["crm.assignment.plan.line"].sudo()  # sudo: as a dry run is
        return lines.new(
            {
                "lead_id": self.lead.id,
                "outcome": draft.get_kind(outcome),
                "reason": outcome.reason,
                "score": draft.get_score(self.lead.id) or self.lead.score,
                "from_team_id": self.lead.team_id.id,
                "team_id": team.id,
                "minimum": team.min_for_assign,
                "member_id": member.id,
                "user_id": member.user_id.id,
                "duplicate_of_id": outcome.head_id,
                "turn": turn,
                "turn_count": turn_count,
                "has_filter": outcome.has_filter,
            }
        )

    # TEAM BY TEAM

    def ask_teams(self):
        """Return what each team says that the user may see and that could have the
        lead, the most demanding first: its own, or all.

        :return: for each its ``name``, ``code``, ``words``, ``conditions`` of the
            filter if that does not match, and ``members`` in the same way
        :rtype: list[dict]
        """
        self.now = Draft(read_facts(self.takers.env, self.scope))
        teams = self._find_teams()
        obstacles = {team: self._find_obstacle(team) for team in teams}
        highest = teams.filtered(lambda team: not obstacles[team])[:1]
        return [self._ask_team(team, obstacles[team], highest) for team in teams]

    def _find_teams(self):
        team = self.lead.sudo().team_id
        if not team:
            takers = [("id", "in", self.takers.ids)]
            team = self.env["crm.team"].search(takers).sudo()
        return team.sorted(lambda team: (-team.min_for_assign, team.id))

    def _find_obstacle(self, team):
        """Return why a team does not take the lead, None if it does."""
        facts = self.now.leads[self.lead.id]
        if not team & self.takers:
            return OTHER_TEAM
        if not self._works_for(team):
            return COMPANY
        if not team._get_assignment_weight() and not facts.team_id:
            return NO_MEMBER
        matching = team._find_assignable_leads(self.now, [self.lead.id])
        return find_obstacle(facts, team.min_for_assign, matching)

    def _ask_team(self, team, obstacle, highest):
        members = [] if obstacle else self._ask_members(team)
        codes, minimum = [member["code"] for member in members], team.min_for_assign
        code = verdicts.judge_team(obstacle, codes, minimum, highest.min_for_assign)
        score = self.now.leads[self.lead.id].score
        facts = {
            "other": highest.name,
            "score": say_number(self.env, score),
            "minimum": say_number(self.env, minimum),
            "missing": say_number(self.env, minimum - score),
        }
        answer = self._say(team, team.name, code, verdicts.TEAM_WORDS[code], facts)
        return answer | {"members": [] if code == verdicts.HIGHER else members}

    def _say(self, taker, name, code, words, facts):
        words, failing = self.env._(words), code in (TEAM_FILTER, verdicts.FILTER)
        return {
            "name": name,
            "code": code,
            "words": words % facts,
            "conditions": self._find_failing(taker) if failing else [],
        }

    # MEMBER BY MEMBER

    def _ask_members(self, team):
        members = team.crm_team_member_ids.filtered("user_id.active")
        room, away = members._get_assignment_quotas(), find_absences(members)
        barred = {}
        if team == self.lead.sudo().team_id:  # sudo: as takers
            barred = read_barred_until(team, self.lead.id)
        return [
            self._ask_member(
                member, room[member], away.get(member.id), barred.get(member.user_id.id)
            )
            for member in members
        ]

    def _ask_member(self, member, room, absence, barred_until):
        taken = member._find_assignable_leads(self.now, [self.lead.id])
        is_month_full = member.lead_month_count >= member.assignment_max
        code = verdicts.judge_member(
            member._takes_leads(),
            member._get_assignment_weight(),
            taken,
            room,
            is_month_full,
            absence is not None,
            barred_until is not None,
        )
        if code == verdicts.FILTER and not self._works_for(member):
            code = COMPANY
        given = member.lead_month_count if is_month_full else member.lead_day_count
        facts = {
            "given": given,
            "capacity": member.assignment_max,
            "absence": member._describe_absence(absence and absence.until),
            "day": barred_until and self._describe_date(barred_until),
        }
        words = verdicts.MEMBER_WORDS[code]
        return self._say(member, member.user_id.name, code, words, facts)

    def _describe_date(self, date):
        """Return the day of a moment, in the time zone of who asks."""
        day = fields.Datetime.context_timestamp(self.lead, date).date()
        return self.env["crm.team.member"]._describe_day(day)

    def _works_for(self, taker):
        company_id = self.now.leads[self.lead.id].company_id
        return company_id in [None, *taker._get_assignment_companies()]

    # CONDITIONS

    def _find_failing(self, taker):
        """Return the conditions of a filter that fail, in words; if the user may see
        none of these, that there is one."""

        def find(node):
            node = taker._foresee(node, self.now.foresights)
            return taker._get_filter_reader()._search(node & self.scope)

        conditions = Conditions(self.lead, taker.assignment_domain, find).fetch()
        whole = [item for item in conditions if not item["depth"]]
        failing = [item["words"] for item in whole if item["holds"] is False]
        hidden = [item["words"] for item in whole if item["holds"] is None]
        return failing or hidden
