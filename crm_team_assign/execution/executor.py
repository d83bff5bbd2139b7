"""The executor: carries out a plan, whoever made it, and writes down what it did."""

from functools import partial
from typing import NamedTuple

from odoo import fields
from odoo.fields import Domain
from odoo.tools import groupby

from ..planning.facts import Draft
from ..planning.reasons import AWAY, FAILED, MEMBER_FILTER, NO_MEMBER
from ..planning.teams import find_obstacle
from ..queries import handovers, left_out, plan_lines
from ..queries.leads import read_facts
from . import turns
from .foresight import foresee
from .giving import give, in_assignment
from .merging import merge_batch
from .messages import tell_all
from .new_followers import NewFollowers
from .presence import find_absences


class Todo(NamedTuple):
    """A lead that is to go to a team and, unless it is None, a member, or a user who is
    none; of whom it is taken from, and why."""

    lead_id: int
    team_id: int
    member_id: int
    user_id: int = None
    from_user_id: int = None
    why: str = ""


class Executor:
    """Carries out what is left of a plan, in batches.

    What the plan rests on and has changed is left out: leads that are somebody's by
    now, closed or gone, below the minimum or beyond a capacity; so are those on which
    something fails that listens to leads. The lines say what was done, and why not.
    It can be stopped at any moment, and gone on with.
    """

    def __init__(self, plan):
        self.env = plan.env  # of who assigns
        self.jobs = self.env["ir.cron"]
        # sudo: whoever may assign leads may carry out plans, which nobody may write
        self.plan = plan.sudo()
        self.teams = self.env["crm.team"].browse(self.plan.team_ids.ids)
        is_at_once = self.plan.origin == "at_once"
        self.away = find_absences(self.teams.crm_team_member_ids, is_at_once)

    def run(self):
        """Carry out the plan.

        :return: ids of the leads that were given to teams or members
        :rtype: list[int]
        """
        self._do(self._merge, plan_lines.get_groups(self.plan), self._leave_groups)
        heads = plan_lines.get_merged_heads(self.plan)
        self.env["crm.lead"].browse(heads.ids)._score_now()
        left_out.leave_out_changed(self.plan)
        todo = [Todo(*row) for row in plan_lines.read_todo(self.plan)]
        self._do(self._note_turns, todo and [True])
        done = self._do(self._give, todo, partial(self._note, done=[]))
        tell_all(self.env, self.plan)
        self._do(self._give_turns_back, [True])
        self.plan.write({"state": "done", "done_date": fields.Datetime.now()})
        counts = ["lead_day_count", "lead_month_count"]
        self.teams.crm_team_member_ids.invalidate_recordset(counts, flush=False)
        return done

    def _do(self, work, items, leave=None):
        if not items:
            return []
        batches = self.jobs._in_batches(work, items, leave)
        return [item for done in batches for item in done]

    # MERGERS

    def _merge(self, groups):
        """Merge groups of duplicates that are still as they were planned."""
        plan, lead_ids = self.plan, [id_ for group in groups for id_ in group]
        left_out.leave_out_changed(plan, lead_ids)
        heads = {group[0] for group in plan_lines.get_groups(plan)}
        groups = [group for group in groups if group[0] in heads]
        lines = plan_lines.get_lines(plan, lead_ids)
        merged = merge_batch(self.env, groups)
        for head_id, gone in merged:
            others = [lines[lead_id] for lead_id in gone if lead_id in lines]
            lines[head_id]._name_what_is_left(head_id, lines[head_id].concat(*others))
        plan_lines.note_merged(plan, [head_id for head_id, _gone in merged])
        return merged

    def _leave_groups(self, groups):
        """Note that these are not merged, since others write them all the time."""
        failed = {id_: FAILED for group in groups for id_ in group}
        left_out.leave_out_obstacles(self.plan, failed)
        return []

    # TURNS

    def _note_turns(self, _items):
        turns.note(self.plan)
        return []

    def _give_turns_back(self, _items):
        turns.give_back(self.plan)
        return []

    # GIVING

    def _give(self, batch):
        """Give the leads of a batch, as far as the plan still holds."""
        batch = self._check(batch)
        done = self.jobs._attempt(self._take, batch)
        self._note(batch, done)
        return done

    def _note(self, batch, done):
        plan_lines.note_done(self.plan, done)
        if done:
            handovers.begin(self.plan, done)
        left_out.leave_out_rest(self.plan, [todo.lead_id for todo in batch])
        return []

    def _check(self, batch):
        """Leave out what changed since it was planned, or planned and confirmed; return
        what is still to do of a batch."""
        plan, lead_ids = self.plan, [todo.lead_id for todo in batch]
        if plan.origin == "rehearsal":  # somebody looked at it
            left_out.leave_out_changed(plan, lead_ids)
            # Another assignment may have been between, also where this one goes on.
            given = plan_lines.count_done(plan)
            left_out.leave_out_beyond(plan, self._get_room(given))
        self._leave_contacted(batch)
        members = [todo for todo in batch if todo.member_id or not todo.user_id]
        left_out.leave_out_obstacles(plan, self._find_obstacles(members))
        why = plan_lines.find_planned(plan, lead_ids)._explain_to_users()
        todo = (item for item in batch if item.lead_id in why)
        return [item._replace(why=why[item.lead_id]) for item in todo]

    def _leave_contacted(self, batch):
        """Leave out what was to be taken from somebody who got in touch meanwhile."""
        taken = [todo.lead_id for todo in batch if todo.from_user_id]
        if taken:
            leads = self.env["crm.lead"].browse(taken)
            # sudo: nobody may write what is derived
            self.env["crm.assignment.handover"].sudo()._bring_up_to_date(leads)
            left_out.leave_out_contacted(self.plan, taken)

    def _get_room(self, given):
        """Return how many leads members can take, by id; ``given`` how many they got by
        this plan."""
        is_another, noted = self.plan.force_quota, turns.get(self.plan, "owed")
        quotas = self.teams._get_member_quotas(is_another, given, noted).values()
        return {member.id: room for team in quotas for member, room in team.items()}

    def _find_obstacles(self, batch):
        """Return ``{lead id: reason}`` of what can no longer be given to whom it is
        planned for: minimums and filters hold until a lead is handed over."""
        lead_ids = [todo.lead_id for todo in batch]
        now = Draft(read_facts(self.env, Domain("id", "in", lead_ids)))
        batch = [todo for todo in batch if todo.lead_id in now.leads]
        obstacles = {}
        for (team_id,), same in _group_by(batch, "team_id"):
            team = self.teams.browse(team_id)
            found = self._find_team_obstacles(team, same, now)
            left = [todo for todo in same if todo.lead_id not in found]
            obstacles |= found | self._find_member_obstacles(team, left, now)
        return obstacles

    def _find_team_obstacles(self, team, batch, now):
        lead_ids = [todo.lead_id for todo in batch]
        if not team.filtered("active"):
            return dict.fromkeys(lead_ids, NO_MEMBER)
        matching = team._find_assignable_leads(now, lead_ids)
        reasons = {
            lead_id: find_obstacle(now.leads[lead_id], team.min_for_assign, matching)
            for lead_id in lead_ids
        }
        return {lead_id: reason for lead_id, reason in reasons.items() if reason}

    def _find_member_obstacles(self, team, batch, now):
        obstacles, nobody = {}, self.env["crm.team.member"]
        members = nobody.browse({todo.member_id for todo in batch} - {None}).exists()
        foresee(team, [todo.lead_id for todo in batch], members, now)
        there = {member.id: member for member in members}
        for (member_id,), same in _group_by(batch, "member_id"):
            lead_ids = [todo.lead_id for todo in same]
            member = there.get(member_id, nobody)
            if member_id and not member._takes_leads():
                obstacles |= dict.fromkeys(lead_ids, NO_MEMBER)
            elif member.id in self.away:
                obstacles |= dict.fromkeys(lead_ids, AWAY)
            elif member:
                taken = member._find_assignable_leads(now, lead_ids) or ()
                others = [lead_id for lead_id in lead_ids if lead_id not in taken]
                obstacles |= dict.fromkeys(others, MEMBER_FILTER)
        return obstacles

    def _take(self, batch):
        """Give leads that are still free to their teams and, as opportunities, to
        their members; return their ids."""
        done, users = [], self.env["res.users"]
        # What is read of one is read of all.
        there = self.env["crm.lead"].browse(todo.lead_id for todo in batch).exists()
        there = in_assignment(there)
        there._track_ahead()
        followers = NewFollowers()
        keys = "team_id", "member_id", "user_id", "from_user_id"
        for (team_id, _member, user_id, from_id), same in _group_by(batch, *keys):
            leads = there.browse(todo.lead_id for todo in same) & there
            leads = leads.with_prefetch(there.ids).with_context(new_followers=followers)
            team, user = self.teams.browse(team_id), users.browse(user_id)
            why = {todo.lead_id: todo.why for todo in same}
            done += give(leads, team, user, why, owner=users.browse(from_id))
        followers.insert(there)
        there.mapped("company_currency")  # Odoo finds it for one after the other
        return done


def _group_by(batch, *names):
    """Return the parts of a batch that have the same values of ``names``."""
    return groupby(batch, lambda todo: tuple(getattr(todo, name) for name in names))
