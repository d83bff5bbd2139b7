"""What teams and members are owed, by the turns of a plan: noted when it is begun, and
given back in the end for what it was not carried out for."""

from collections import Counter

from ..planning.turns import get_changes
from ..queries import plan_lines


def get(plan, name):
    """Return what the plan has for teams or members, by their ids.

    :param str name: of *members*, to whom the turns of teams went last; of *credits*,
        what teams are owed; or of *owed*, what members are
    :rtype: dict[int, int]
    """
    turns = (plan.turns or {}).get(name) or {}
    return {int(key): value for key, value in turns.items()}


def note(plan):
    """Remember where the rotations go on, and what teams and members are owed: once,
    also if the plan is gone on with.

    :param crm.assignment.plan plan: in superuser mode, as who assigns need not write
        teams
    """
    last = get(plan, "members")
    for team in plan.team_ids:
        if last.get(team.id):
            team.assignment_last_member_id = last[team.id]
    # What was begun before this mark was made has something done.
    if not (plan.turns or {}).get("is_noted") and not plan.done_count:
        _add(plan.env, get(plan, "credits"), get(plan, "owed"))
        plan.turns = {**(plan.turns or {}), "is_noted": True}


def give_back(plan):
    """Have nobody owe or be owed anything for leads that nobody was given."""
    if (plan.turns or {}).get("is_noted"):
        _take_from(plan, plan_lines.count_shared_undone(plan))
        plan.turns = {**plan.turns, "is_noted": False}


def give_back_lead(line):
    """Have nobody owe or be owed anything for one lead: it is not theirs after all.

    :param crm.assignment.plan.line line: in superuser mode; none if it is not known
    """
    if line.sharing:
        turn = line.sharing, line.team_id.id, line.member_id.id, 1
        _take_from(line.plan_id, [turn])


def _take_from(plan, turns):
    """Take from all what they earned by turns, and give it to who had them.

    :param turns: of each kind: the number of those who share it, ids of the team and
        the member who had it, and how often
    """
    owed = {"teams": Counter(), "members": Counter()}
    for number, team_id, member_id, count in turns:
        sharing = plan.sharing[number - 1]
        for kind, taker_id in (("teams", team_id), ("members", member_id)):
            weights = dict(sharing[kind])
            if taker_id in weights:
                owed[kind].subtract(get_changes(weights, taker_id, count))
    _add(plan.env, **owed)


def _add(env, teams, members):
    """Have teams and members be owed more.

    Teams that take no part are, too: of what several share, those that a lead was not
    for are owed it.
    """
    for team in env["crm.team"].browse(teams).exists():
        team.assignment_credit += teams[team.id]
    for member in env["crm.team.member"].browse(members).exists():
        member._add_credit(members[member.id])
