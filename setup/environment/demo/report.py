"""Prints what the demo's jobs made of its leads.

Run by ``setup/odoo shell``, whose ``env`` it takes.
"""

import textwrap
from urllib.parse import urlsplit

HEAD = ["Lead", "Pages seen", "Score", "Why", "Team", "Salesperson"]
WIDTHS = [27, 20, 6, 36, 13, 17]
BEST = 3
EXAMPLES = 2


def main(env):
    """Print the visitors' leads, the best assigned ones, and who is left."""
    visitors = env["crm.lead"].search([("visitor_ids", "!=", False)], order="id")
    best = best_of_each_team(env)
    print_row(HEAD)
    print_row(["-" * width for width in WIDTHS])
    for lead in visitors | best:
        print_row(cells(lead))
    assigned = env["crm.lead"].search_count([("user_id", "!=", False)])
    print(f"\n{assigned} leads assigned; above, each team's best {BEST} of the file")
    print_unassigned(env)


def best_of_each_team(env):
    """The best of the leads that have got a salesperson, except visitors'."""
    best = env["crm.lead"]
    for team in env["crm.team"].search([], order="min_for_assign desc"):
        theirs = [("visitor_ids", "=", False), ("user_id", "!=", False)]
        theirs.append(("team_id", "=", team.id))
        best |= best.search(theirs, order="score desc, id", limit=BEST)
    return best


def print_row(texts):
    """One row, over as many lines as its longest cell takes."""
    columns = [
        textwrap.wrap(text, width) or [""]
        for text, width in zip(texts, WIDTHS, strict=True)
    ]
    for number in range(max(map(len, columns))):
        parts = [lines[number] if number < len(lines) else "" for lines in columns]
        line = "  ".join(
            part.ljust(width) for part, width in zip(parts, WIDTHS, strict=True)
        )
        print(line.rstrip())


def cells(lead):
    """What the table says of a lead."""
    pages = [
        f"{urlsplit(view.url).path or '/'}" + times(view.view_count)
        for view in lead.score_pageview_ids
    ]
    lines = lead.score_line_ids.sorted("points", reverse=True)
    reasons = [f"{line.points:+g} {line.rule_id.name}" for line in lines]
    return [
        lead.name,
        ", ".join(pages) or "-",
        f"{lead.score:g}",
        ", ".join(reasons) or "no rule matched",
        lead.team_id.name or "-",
        lead.user_id.name or f"- ({reason(lead)})",
    ]


def times(count):
    """How often, where it is more than once."""
    return f" ×{count}" if count > 1 else ""


def reason(lead):
    """Why nobody got the lead."""
    if lead.team_id:
        return "capacity used up"
    minimum = min(lead.env["crm.team"].search([]).mapped("min_for_assign"))
    return "score too low" if lead.score < minimum else "no team's filter"


def print_unassigned(env):
    """A line for each reason why leads are left, with a few of them."""
    teams = env["crm.team"].search([], order="min_for_assign")
    minimum = min(teams.mapped("min_for_assign"))
    left = [("user_id", "=", False)]
    groups = {
        f"score below every team's minimum ({minimum:g})": [
            ("team_id", "=", False),
            ("score", "<", minimum),
        ],
        "score high enough, but no team with such a minimum has a matching filter": [
            ("team_id", "=", False),
            ("score", ">=", minimum),
        ],
    }
    for team in teams:
        text = f"in {team.name}, whose salespeople have had their leads for today"
        groups[text] = [("team_id", "=", team.id)]
    for text, domain in groups.items():
        leads = env["crm.lead"].search([*left, *domain], order="score desc, id")
        if leads:
            names = ", ".join(f"{le.name} ({le.score:g})" for le in leads[:EXAMPLES])
            print(f"{len(leads)} left unassigned: {text}; such as {names}")


main(env)  # noqa: F821 - given by the shell
