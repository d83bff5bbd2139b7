"""What was assigned, as core has it: in its methods' results and in the log."""

import logging
from collections import defaultdict

_logger = logging.getLogger(__name__)

# Of leads that teams took: directly, what others were merged into, and what is gone
KINDS = ("assigned", "merged", "duplicates")


def report_teams(teams, assignment, merged):
    """Return what the first stage of core's assignment returns.

    :param Merged merged: what was merged before
    :rtype: dict
    """
    draft = assignment.draft
    teams = teams.filtered(lambda team: team._get_assignment_weight())
    leads = teams.env["crm.lead"]
    result = {
        team: {"team": team, "leads": leads, **{kind: set() for kind in KINDS}}
        for team in teams
    }
    finders = {}
    for head_id, gone, team in merged.groups:
        finders[head_id] = team
        result[team]["duplicates"].update(gone)
    for lead_id in assignment.done:
        if not draft.leads[lead_id].team_id:
            team = teams.browse(draft.outcomes[lead_id].team)
            kind = "merged" if finders.pop(lead_id, None) else "assigned"
            result[team][kind].add(lead_id)
    # Merged into one that has a team or salesperson already
    for lead in leads.browse(finders).exists():
        if lead.team_id or lead.user_id:
            result[finders[lead.id]]["merged"].add(lead.id)
    _log_teams(result)
    return result


def _log_teams(result):
    counts = [len(data["assigned"]) + len(data["merged"]) for data in result.values()]
    _logger.info("## Assigned %s leads", sum(counts))
    for count, (team, data) in zip(counts, result.items(), strict=True):
        _logger.info(
            "## Assigned %s leads to team %s: direct %s, merged %s, duplicates %s",
            count,
            team.id,
            *(data[kind] for kind in KINDS),
        )


def report_members(env, assignment):
    """Return what the second stage of core's assignment returns.

    :rtype: dict
    """
    draft, assigned = assignment.draft, defaultdict(list)
    for lead_id in draft.leads:
        if lead_id in assignment.done:
            assigned[draft.outcomes[lead_id].member].append(lead_id)
    result = {
        env["crm.team.member"].browse(member_id): {
            "assigned": env["crm.lead"].browse(assigned[member_id]),
            "quota": quota,
        }
        for member_id, quota in draft.quotas.items()
    }
    _log_members(result)
    return result


def _log_members(result):
    count = sum(len(data["assigned"]) for data in result.values())
    _logger.info("Assigned %s leads to %s salesmen", count, len(result))
    for member, data in result.items():
        _logger.info(
            "-> member %s of team %s: assigned %d/%d leads (%s)",
            member.id,
            member.crm_team_id.id,
            len(data["assigned"]),
            data["quota"],
            data["assigned"],
        )
