"""New points of rules that there are: chosen by nobody, fitted together.

Leads are grouped by how many times each rule gives them its value.
"""

from collections import defaultdict

from . import fitting
from .points import add_up_groups, round_points
from .proposal import Proposal, rank


def refit(groups, numbers, step):
    """Return new points of all rules, 0 of those that tell nothing beside the others,
    and the χ² (Wald) with which each one tells something.

    :param dict groups: won and lost leads by the times of each rule
    :param list numbers: of the rules, as the groups have them
    :param int step: points are multiples of it
    :rtype: Proposal
    """
    weights = fitting.fit(groups)
    points = round_points(groups, numbers, weights, step)
    return Proposal(
        {number: points.get(number, 0) for number in numbers},
        dict(zip(numbers, _get_tests(groups, weights), strict=True)),
    )


def _get_tests(groups, weights):
    rows = [((1, *values), won, lost) for values, (won, lost) in groups.items()]
    _slope, information = fitting.get_slope(rows, weights, fitting.RIDGE)
    tests = []
    for place, weight in enumerate(weights[1:], start=1):
        unit = [float(place == other) for other in range(len(weights))]
        variance = fitting.solve(information, unit)[place]
        tests.append(weight * weight / variance if variance > 0 else 0.0)
    return tests


def rank_groups(groups, values):
    """Return how the sum of the rules' values ranks the leads.

    :param list values: of one time of each rule
    :rtype: Ranking
    """
    return rank(add_up_groups(groups, values))


def join_groups(*parts):
    """Return the groups of all these leads."""
    sums = defaultdict(lambda: [0, 0])
    for part in parts:
        for times, (won, lost) in part.items():
            sums[times][0] += won
            sums[times][1] += lost
    return dict(sums)
