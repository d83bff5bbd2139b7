"""What a line of a plan says: why somebody is to get a lead, or why nobody does, and
why that was not done in the end."""

from odoo.tools import float_repr


def explain(line):
    """Return in words why a lead has the outcome that it has.

    :param crm.assignment.plan.line line: the lead in a plan
    :rtype: str
    """
    if line.left_reason:
        return _explain_left_out(line)
    names = {
        "team": line.team_id.name or line.env._("The team"),
        "user": line.user_id.name or line.env._("The salesperson"),
        "lead": line.duplicate_of_id.exists().name or line.env._("another lead"),
        "score": float_repr(line.score, 2),
        "minimum": float_repr(line.minimum, 2),
    }
    if line.outcome == "member":
        return _explain_member(line, names)
    return _explain_team(line, names) or _explain_no_part(line, names)


def _explain_member(line, names):
    if line.reason == "preferred":
        return line.env._("%(user)s prefers such leads.", **names)
    return line.env._("It is the turn of %(user)s in %(team)s.", **names)


def _explain_team(line, names):
    """Return why a lead goes to this team and no further, or not even there."""
    match line.reason:
        case "turn":
            return line.env._("%(team)s takes it.", **names)
        case "capacity":
            return line.env._(
                "%(team)s takes it, but all capacity is used up.", **names
            )
        case "no_member":
            return line.env._("Nobody in %(team)s takes leads.", **names)
        case "member_filter":
            return line.env._(
                "The filter of every salesperson of %(team)s with capacity left"
                " excludes it.",
                **names,
            )
        case "minimum":
            return line.env._(
                "%(team)s wants %(minimum)s, the score is %(score)s.", **names
            )
        case "team_filter" if line.team_id:
            return line.env._("The filter of %(team)s excludes it.", **names)
        case "team_filter":
            return line.env._("No team with salespeople has a filter that matches it.")
        case "broken_filter":
            return line.env._("The filter of %(team)s cannot be used.", **names)
    return None


def _explain_no_part(line, names):
    """Return why a lead has no part in the assignment."""
    match line.reason:
        case "company":
            return line.env._("No team works for its company.")
        case "duplicate":
            return line.env._("It is a duplicate of %(lead)s.", **names)
        case "merged":
            return line.env._("A duplicate of it has a team or a salesperson already.")
        case "busy":
            return line.env._("Somebody is changing it or a duplicate at the moment.")
        case "owned":
            return line.env._("It has a salesperson already.")
        case "closed":
            return line.env._("It is won or lost.")
        case "other_team":
            return line.env._("Its team, %(team)s, takes no part.", **names)
    return line.env._("It is too new to be assigned.")


def _explain_left_out(line):
    """Return what the plan rested on and had changed when it was carried out."""
    names = {
        "team": line.team_id.name or line.env._("The team"),
        "user": line.user_id.name or line.env._("The salesperson"),
        "minimum": float_repr(line.team_id.min_for_assign, 2),
        "score": float_repr(line.now_score, 2),
        "now_user": line.now_user_id.name,
        "now_team": line.now_team_id.name,
        "plan": line.now_plan_id.display_name,
    }
    match line.left_reason:
        case "owned":
            return _explain_owner(line, names)
        case "team":
            return _explain_other_team(line, names)
        case "score":
            return line.env._("Its score is %(score)s now.", **names)
        case "minimum":
            return line.env._(
                "%(team)s wants %(minimum)s by now, the score is %(score)s.", **names
            )
        case "team_filter":
            return line.env._("The filter of %(team)s excludes it by now.", **names)
        case "member_filter":
            return line.env._("The filter of %(user)s excludes it by now.", **names)
        case "broken_filter":
            return line.env._("The filter of %(team)s cannot be used.", **names)
        case "no_member":
            return line.env._("%(user)s takes no leads in %(team)s any more.", **names)
    reasons = dict(line._fields["left_reason"]._description_selection(line.env))
    return reasons[line.left_reason]


def _explain_owner(line, names):
    if line.now_user_id and line.now_plan_id:
        return line.env._("%(now_user)s got it meanwhile by: %(plan)s", **names)
    if line.now_user_id:
        return line.env._("%(now_user)s has it by now.", **names)
    return line.env._("It has no salesperson any more.")


def _explain_other_team(line, names):
    if line.now_team_id and line.now_plan_id:
        return line.env._("%(now_team)s got it meanwhile by: %(plan)s", **names)
    if line.now_team_id:
        return line.env._("Its team is %(now_team)s by now.", **names)
    return line.env._("It has no team any more.")
