"""From patterns to points, and how well these rank: all that a suggestion says."""

from typing import NamedTuple

from . import bayes
from .judging import get_auc, get_fifths
from .patterns import merge
from .points import add_up, make_points
from .selection import THRESHOLD, choose

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


def propose(patterns, count, limit, step, threshold=THRESHOLD):
    """Return points of the candidates that together tell won from lost leads.

    :param int count: how many candidates there are
    :param int limit: how many get points at most
    :param int step: points are multiples of it
    :rtype: Proposal
    """
    patterns = merge(patterns)
    choice = choose(patterns, count, limit, threshold)
    points = make_points(patterns, choice.numbers, choice.weights, step)
    tests = dict(zip(choice.numbers, choice.tests, strict=True))
    return Proposal(points, {number: tests[number] for number in points})


def judge(patterns, points):
    """Return how the sum of points ranks the leads of ``patterns``.

    :rtype: Ranking
    """
    return rank(add_up(patterns, points))


def judge_predictive(rows):
    """Return how predictive scoring that learnt from older leads ranks the newer ones.

    :param list rows: of whether leads are newer, values, won and lost, see ``bayes``
    :rtype: Ranking
    """
    model = bayes.learn(row[1:] for row in rows if not row[0])
    scores = {}
    for is_newer, values, won, lost in rows:
        if is_newer:
            counts = scores.setdefault(bayes.predict(model, values), [0, 0])
            counts[0] += won
            counts[1] += lost
    return rank(scores)


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
