"""What each team and each salesperson says of one lead, in words."""

from odoo.tools.translate import LazyTranslate

from .reasons import (
    AWAY,
    BARRED,
    BROKEN_FILTER,
    CAPACITY,
    COMPANY,
    MEMBER_FILTER,
    MINIMUM,
    NO_MEMBER,
    OTHER_TEAM,
    TEAM_FILTER,
)

_lt = LazyTranslate(__name__)

# Teams
TAKES = "takes"
HIGHER = "higher"
# Salespeople
FREE = "free"
PAUSED = "paused"
IDLE = "idle"
FULL_DAY = "full_day"
FULL_MONTH = "full_month"
FILTER = "filter"

TEAM_WORDS = {
    TAKES: _lt("It takes this lead."),
    HIGHER: _lt("It would take this lead, but %(other)s has a higher minimum."),
    AWAY: _lt("It takes this lead, but who could get it is away."),
    BARRED: _lt(
        "It takes this lead, but it was taken back from who could get it, and they do"
        " not get it again yet."
    ),
    CAPACITY: _lt("It takes this lead, but all capacity is used up."),
    MEMBER_FILTER: _lt("It takes this lead, but none of its salespeople does."),
    NO_MEMBER: _lt("Nobody in it takes leads."),
    MINIMUM: _lt("The score is %(score)s, %(missing)s below its minimum %(minimum)s."),
    TEAM_FILTER: _lt("Its filter does not match."),
    BROKEN_FILTER: _lt("Its filter cannot be used."),
    COMPANY: _lt("It works for other companies."),
    OTHER_TEAM: _lt("It takes no part in assignment."),
}
MEMBER_WORDS = {
    FREE: _lt("Can get it."),
    PAUSED: _lt("Paused."),
    BARRED: _lt("It was taken back from them. They can get it again from %(day)s on."),
    AWAY: _lt("%(absence)s."),
    IDLE: _lt("Has no capacity."),
    FULL_DAY: _lt("Today's share of the capacity is used up: %(given)s."),
    FULL_MONTH: _lt(
        "The capacity of a month is used up: %(given)s of %(capacity)s in 30 days."
    ),
    FILTER: _lt("The filter does not match."),
    BROKEN_FILTER: _lt("The filter cannot be used."),
    COMPANY: _lt("Works for other companies."),
}


def judge_team(obstacle, members, minimum, highest):
    """Return what becomes of a lead at a team.

    :param str obstacle: why the team does not take it, None if it does
    :param list[str] members: what its salespeople say
    :param float highest: the highest minimum of all teams that take it
    :return: a code of ``TEAM_WORDS``
    :rtype: str
    """
    if obstacle:
        return obstacle
    if minimum < highest:
        return HIGHER
    if FREE in members:
        return TAKES
    if AWAY in members:
        return AWAY
    if BARRED in members:
        return BARRED
    if FULL_DAY in members or FULL_MONTH in members:
        return CAPACITY
    return MEMBER_FILTER if {FILTER, COMPANY} & set(members) else NO_MEMBER


def judge_member(
    takes_leads, has_capacity, matches, room, is_month_full, is_away, is_barred=False
):
    """Return what a salesperson says of a lead that the team takes.

    :param matches: whether the filter takes it, None if it cannot be used
    :param int room: how many leads there is room for today
    :param bool is_barred: whether the lead was taken back from him lately
    :return: a code of ``MEMBER_WORDS``
    :rtype: str
    """
    if not takes_leads:
        return PAUSED
    if not has_capacity:
        return IDLE
    if matches is None:
        return BROKEN_FILTER
    if not matches:
        return FILTER
    if is_barred:
        return BARRED
    if room <= 0:
        return FULL_MONTH if is_month_full else FULL_DAY
    return AWAY if is_away else FREE
