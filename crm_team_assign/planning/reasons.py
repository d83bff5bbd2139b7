"""Why a lead is planned for whom it is, or for nobody, and why it was left out of a
plan in the end: each reason's code, its name, and what the line of a lead says.

A new one is a code and its entry here: whoever finds it, in ``planning`` or beside,
gives the code; fields, filters and explanations follow.
"""

from typing import NamedTuple

from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)

# To somebody
TURN = "turn"
PREFERRED = "preferred"
TAKEN_BACK = "taken_back"
LEADER = "leader"
# To whom it has already, since nobody else can have it
STAYS = "stays"
BARRED = "barred"
# To a team, but none of its members
CAPACITY = "capacity"
NO_MEMBER = "no_member"
AWAY = "away"
MEMBER_FILTER = "member_filter"
# To no team
MINIMUM = "minimum"
TEAM_FILTER = "team_filter"
BROKEN_FILTER = "broken_filter"
COMPANY = "company"
# No part in the assignment
DUPLICATE = "duplicate"
MERGED = "merged"
BUSY = "busy"
OWNED = "owned"
CLOSED = "closed"
OTHER_TEAM = "other_team"
WAITING = "waiting"
# Left out of a plan, beside some of the above
FAILED = "failed"
CONTACTED = "contacted"


class Reason(NamedTuple):
    """What a reason is called, and what is said of a lead."""

    name: str
    text: LazyGettext = None  # without, it is what the reason is called
    others: dict = {}  # what to say instead, by the names of what is known then
    opening: dict = {}  # what to say before that, in the same way

    def choose_texts(self, known):
        """Return the sentences for a lead of which this is known.

        :param set known: names of facts
        :rtype: list[LazyGettext]
        """
        opening = _choose(self.opening, known)
        return [text for text in (opening, self.choose_text(known)) if text]

    def choose_text(self, known):
        """Return the last of these sentences, None if it is the name of the reason."""
        return _choose(self.others, known, self.text)


def _choose(texts, known, default=None):
    found = (text for names, text in texts.items() if known.issuperset(names))
    return next(found, default)


# Why it is the team's
OF_TEAM = {
    ("is_chosen", "filter"): _lt(
        "%(score)s ≥ %(minimum)s, the highest minimum of the teams that take it;"
        " the filter matches."
    ),
    ("is_chosen",): _lt(
        "%(score)s ≥ %(minimum)s, the highest minimum of the teams that take it."
    ),
    ("has_minimum", "filter"): _lt(
        "%(score)s ≥ %(minimum)s, the minimum of its team; the filter matches."
    ),
    ("has_minimum",): _lt("%(score)s ≥ %(minimum)s, the minimum of its team."),
    ("filter",): _lt("The filter matches."),
}
# Whose turn it is, of how many who could get it
OF_TURN = {
    ("member", "turns"): _lt(
        "It is the turn of %(user)s in %(team)s: turn %(turn)s of %(turns)s."
    ),
    ("member",): _lt("It is the turn of %(user)s in %(team)s."),
}

REASONS = {
    TURN: Reason("Their turn", _lt("%(team)s takes it."), OF_TURN, OF_TEAM),
    PREFERRED: Reason(
        "Preferred",
        _lt("%(user)s prefers such leads."),
        {("turns",): _lt("%(user)s prefers such leads: turn %(turn)s of %(turns)s.")},
        OF_TEAM,
    ),
    TAKEN_BACK: Reason(
        "Taken back",
        _lt("It is the turn of %(user)s in %(team)s."),
        OF_TURN,
        {
            (): _lt(
                "Taken back from %(from_user)s: no contact for %(hours)s working hours."
            )
        },
    ),
    LEADER: Reason(
        "To the team leader",
        _lt(
            "Taken back from %(from_user)s: no contact for %(hours)s working hours. It"
            " was taken back before, so it goes to the leader of %(team)s."
        ),
    ),
    BARRED: Reason(
        "Taken back before",
        _lt(
            "%(team)s takes it, but it was taken back from who has room for it, and"
            " they do not get it again yet."
        ),
    ),
    STAYS: Reason(
        "Stays with its salesperson",
        _lt(
            "No contact by %(from_user)s for %(hours)s working hours, but nobody else"
            " in %(team)s can have it now: it stays."
        ),
    ),
    CAPACITY: Reason(
        "Capacity used up", _lt("%(team)s takes it, but all capacity is used up.")
    ),
    NO_MEMBER: Reason(
        "Nobody takes leads",
        _lt("No sales team takes leads."),
        {("team",): _lt("Nobody in %(team)s takes leads.")},
    ),
    AWAY: Reason(
        "Away",
        _lt("%(team)s takes it, but who has room for it is away."),
        {
            ("until",): _lt(
                "%(team)s takes it, but who has room for it is away until %(until)s."
            )
        },
    ),
    MEMBER_FILTER: Reason(
        "Filters of salespeople",
        _lt(
            "The filter of every salesperson of %(team)s with capacity left"
            " excludes it."
        ),
    ),
    MINIMUM: Reason(
        "Below the minimum", _lt("%(team)s wants %(minimum)s, the score is %(score)s.")
    ),
    TEAM_FILTER: Reason(
        "Filters of teams",
        _lt("No team with salespeople has a filter that matches it."),
        {("team",): _lt("The filter of %(team)s excludes it.")},
    ),
    BROKEN_FILTER: Reason(
        "Filter that cannot be used", _lt("The filter of %(team)s cannot be used.")
    ),
    COMPANY: Reason("Other company", _lt("No team works for its company.")),
    DUPLICATE: Reason("Duplicate", _lt("It is a duplicate of %(lead)s.")),
    MERGED: Reason(
        "Merged into", _lt("A duplicate of it has a team or a salesperson already.")
    ),
    BUSY: Reason(
        "Being changed", _lt("Somebody is changing it or a duplicate at the moment.")
    ),
    OWNED: Reason("Has a salesperson", _lt("It has a salesperson already.")),
    CLOSED: Reason("Won or lost", _lt("It is won or lost.")),
    OTHER_TEAM: Reason("Other team", _lt("Its team, %(team)s, takes no part.")),
    WAITING: Reason("Too new", _lt("It is too new to be assigned.")),
}

# What a plan rested on and had changed when it was carried out
LEFT_REASONS = {
    "changed": Reason("It was changed since."),
    "gone": Reason("It was deleted since, or merged with another."),
    CLOSED: Reason("It was won, lost or archived meanwhile."),
    OWNED: Reason(
        "It has another salesperson.",
        _lt("It has no salesperson any more."),
        {
            ("now_user", "plan"): _lt("%(now_user)s got it meanwhile by: %(plan)s"),
            ("now_user",): _lt("%(now_user)s has it by now."),
        },
    ),
    "team": Reason(
        "It has another team.",
        _lt("It has no team any more."),
        {
            ("now_team", "plan"): _lt("%(now_team)s got it meanwhile by: %(plan)s"),
            ("now_team",): _lt("Its team is %(now_team)s by now."),
        },
    ),
    COMPANY: Reason("It is of another company by now."),
    "score": Reason("It has another score.", _lt("Its score is %(score)s now.")),
    MINIMUM: Reason(
        "Its score is below the minimum.",
        _lt("%(team)s wants %(minimum)s by now, the score is %(score)s."),
    ),
    TEAM_FILTER: Reason(
        "The filter of the team excludes it.",
        _lt("The filter of %(team)s excludes it by now."),
    ),
    MEMBER_FILTER: Reason(
        "The filter of the salesperson excludes it.",
        _lt("The filter of %(user)s excludes it by now."),
    ),
    BROKEN_FILTER: Reason(
        "The filter of the team cannot be used.",
        _lt("The filter of %(team)s cannot be used."),
    ),
    NO_MEMBER: Reason(
        "The salesperson takes no leads any more.",
        _lt("%(user)s takes no leads in %(team)s any more."),
    ),
    AWAY: Reason("The salesperson is away.", _lt("%(user)s is away.")),
    DUPLICATE: Reason("One of its duplicates changed since."),
    CONTACTED: Reason(
        "The salesperson got in touch.",
        _lt("%(now_user)s got in touch meanwhile, and keeps it."),
    ),
    "full": Reason("The capacity was used up meanwhile."),
    FAILED: Reason("It could not be assigned; the log of the server says why."),
}
