"""From patterns to points, and how well these rank: all that a suggestion says."""

from typing import NamedTuple

from . import fitting
from .judging import get_auc, get_fifths
from .patterns import group, merge
from .points import add_up, make_points
from .selection import choose

# Fewer leads of either kind teach nothing: what they have in common is chance.
LEAST_OUTCOMES = 50
# Of what one has and the other: as good as the same; much the same.
SAME, SIMILAR = 0.95, 0.5


class Proposal(NamedTuple):
    """Points by candidate, and the χ² with which each was chosen, in that order."""

    points: dict
    tests: dict


class Ranking(NamedTuple):
    """How a score ranks leads that nobody learnt from."""

    auc: float
    fifths: list
    leads: int


def propose(patterns, count, limit, step):
    """Return points of the candidates that together tell won from lost leads.

    :param list[Pattern] patterns: leads by which of the candidates they have
    :param int count: how many candidates there are
    :param int limit: how many get points at most
    :param int step: points are multiples of it
    :rtype: Proposal
    """
    patterns = merge(patterns)
    choice = choose(patterns, count, limit)
    groups = group(patterns, choice.numbers)
    points = make_points(groups, choice.numbers, choice.weights, step)
    tests = dict(zip(choice.numbers, choice.tests, strict=True))
    return Proposal(points, {number: tests[number] for number in points})


def refit(groups, numbers, step):
    """Return new points of all rules, 0 of those that tell nothing beside the others,
    and the χ² (Wald) with which each one tells something.

    :param dict groups: won and lost leads by the times of each rule
    :param list numbers: of the rules, as the groups have them
    :param int step: points are multiples of it
    :rtype: Proposal
    """
    weights = fitting.fit(groups)
    points = make_points(groups, numbers, weights, step)
    return Proposal(
        {number: points.get(number, 0) for number in numbers},
        dict(zip(numbers, _get_tests(groups, weights), strict=True)),
    )


def _get_tests(groups, weights):
    rows = fitting.list_rows(groups)
    _slope, information = fitting.get_slope(rows, weights, fitting.RIDGE)
    tests = []
    for place, weight in enumerate(weights[1:], start=1):
        unit = [float(place == other) for other in range(len(weights))]
        variance = fitting.solve(information, unit)[place]
        tests.append(weight * weight / variance if variance > 0 else 0.0)
    return tests


def judge(groups, points):
    """Return how the sum of the points of its columns ranks the leads of ``groups``.

    :param dict groups: won and lost leads by the values of the columns
    :param points: of each column
    :rtype: Ranking
    """
    return rank(add_up(groups, points))


def rank(scores):
    """Return how scores rank won and lost leads.

    :rtype: Ranking
    """
    leads = sum(won + lost for won, lost in scores.values())
    return Ranking(get_auc(scores), get_fifths(scores), leads)


def compare(held, other_held, shared, points, other_points):
    """Return what a rule is to another one: ``same``, ``overlap``, ``opposite``, or
    None if they have little to do with each other; and how much they share.

    :param int held: leads that match the one
    :param int other_held: leads that match the other
    :param int shared: leads that match both
    :rtype: tuple[str, float]
    """
    either = held + other_held - shared
    share = shared / either if either else 0
    if share < SIMILAR:
        return None, share
    if points * other_points < 0:
        return "opposite", share
    return "same" if share >= SAME else "overlap", share
