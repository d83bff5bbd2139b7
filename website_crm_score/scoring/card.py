"""What a user sees of a score: how good it is, why, and what it rests on."""

from datetime import timedelta

from .grading import ENGAGEMENT, FIT, Grading
from .history import get_day

HISTORY_DAYS = 90
BETTER = {"C": "B", "B": "A", "3": "2", "2": "1"}


def get_card(owner, limit=None):
    """Return the score of ``owner``, a lead or contact, and its reasons.

    With the rights of the user, who may read ``owner``; by so many queries however many
    reasons there are. See ``get_score_card``.

    :param int limit: how many of the reasons, the strongest; by default all
    :rtype: dict
    """
    grading = Grading.load(owner.env)
    # Some may see scores alone, such as those who send newsletters.
    sees_why = owner.env["website.crm.score.line"].has_access("read")
    reasons = _get_reasons(owner) if sees_why else []
    return {
        "score": owner.score,
        "grade": owner.score_grade,
        "fit": owner.score_fit,
        "fit_max": grading.fit_max,
        "fit_points": _add_up(reasons, FIT),
        "engagement": owner.score_engagement,
        "engagement_max": grading.engagement_max,
        "engagement_points": _add_up(reasons, ENGAGEMENT),
        "week_change": owner.score_week_change,
        "minimum": owner._get_score_minimum(),
        "next_grades": get_next_grades(
            grading, owner.score_grade, owner.score_fit, owner.score_engagement
        ),
        "history": _get_history(owner) if sees_why else [],
        "reasons": reasons[:limit],
        "reason_count": len(reasons) if sees_why else False,
    }


# GRADES


def get_next_grades(grading, grade, fit, engagement):
    """Return the better grades that are next, and how many points they are away.

    :param Grading grading: what is set
    :param str grade: the grade now, such as ``B3``, or none
    :return: dicts of ``grade``, ``category`` and ``points``
    :rtype: list[dict]
    """
    if not grade:
        return []
    letter, number = grade
    goals = []
    if step := BETTER.get(letter):
        threshold = getattr(grading, f"grade_{step.lower()}")
        # Some cannot be reached: the largest value is below the threshold.
        if not 0 < grading.fit_max < threshold:
            goals.append((FIT, step + number, threshold - fit))
    if step := BETTER.get(number):
        threshold = getattr(grading, f"grade_{step}")
        if not 0 < grading.engagement_max < threshold:
            goals.append((ENGAGEMENT, letter + step, threshold - engagement))
    return [
        {"category": category, "grade": goal, "points": round(points, 2)}
        for category, goal, points in goals
    ]


# HISTORY


def _get_history(owner):
    """Return what the score was in the last months: the days on which it changed, each
    with the score from then on, from the first of them until today."""
    today = get_day()
    history = owner.env["website.crm.score.history"].search_fetch(
        [
            (owner._ledger_field, "=", owner.id),
            ("date", ">=", today - timedelta(days=HISTORY_DAYS)),
        ],
        ["date", "score", "score_before"],
        order="date, id",
    )
    if not history:
        return []
    before = history[0].date - timedelta(days=1)
    return [
        (before, history[0].score_before),
        *((day.date, day.score) for day in history),
        (max(today, history[-1].date), owner.score),
    ]


# REASONS


def _get_reasons(owner):
    """Return the reasons of the score, the strongest first, be they good or bad."""
    lines = owner.env["website.crm.score.line"].search_fetch(
        [(owner._ledger_field, "=", owner.id)],
        ["rule_id", "points", "event_count", "first_date", "last_date"],
    )
    opened = lines.rule_id._filtered_access("read")
    reasons = [_describe(line, owner, line.rule_id in opened) for line in lines]
    return sorted(reasons, key=lambda reason: (-abs(reason["points"]), reason["name"]))


def _add_up(reasons, category):
    """Return the points of all reasons of a category, more than may count."""
    return round(
        sum(one["points"] for one in reasons if one["category"] == category), 2
    )


def _describe(line, owner, is_rule_open):
    # sudo: why somebody has points is told to all who may see the points
    rule = line.sudo().rule_id
    has_end = rule.rule_type == "event" and bool(rule.valid_days)
    return {
        "rule_id": rule.id,
        "name": rule.name,
        "category": rule.category,
        "points": line.points,
        "times": line.event_count,
        "since": line.first_date,
        "last": line.last_date,
        "until": has_end and line.last_date + timedelta(days=rule.valid_days),
        "is_fading": has_end and rule.is_fading,
        "opens": is_rule_open or rule._get_source().with_env(owner.env)._has_evidence(),
    }


def get_reason_action(owner, rule_id):
    """Return the action that shows what the points of a rule rest on, see
    ``action_open_score_reason``.

    :param models.BaseModel owner: a lead or contact that the user may read
    """
    lines = owner.env["website.crm.score.line"]
    if not lines.has_access("read"):
        return False
    line = lines.search(
        [(owner._ledger_field, "=", owner.id), ("rule_id", "=", rule_id)]
    )
    # sudo: what happened is told to all who may see the points for it
    rule = line.sudo().rule_id
    source = rule._get_source().with_env(owner.env)
    if line and source._has_evidence():
        if action := source._get_evidence_action(rule, owner):
            return action
    rule = line.rule_id._filtered_access("read")
    return bool(rule) and rule.get_formview_action()
