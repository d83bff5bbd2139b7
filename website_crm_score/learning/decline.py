"""Whether a score ranks worse than it did, and which rules have to do with it."""

import math
from statistics import NormalDist

from .chance import get_lift

CHANCE = 0.05  # how often what is as good as before may be taken for worse
# Less is no news, however sure it is.
LEAST_DROP = 0.02


def get_variance(auc, won, lost):
    """Return the variance of how often a won lead is above a lost one: J. A. Hanley and
    B. J. McNeil, Radiology 143 (1982)."""
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    square = auc * auc
    spread = auc * (1 - auc)
    spread += (won - 1) * (first - square) + (lost - 1) * (second - square)
    return max(spread, 0.0) / (won * lost)


def find_best(rankings):
    """Return the place of the one of ``rankings`` that is surely the best.

    A high figure of few leads may be chance.

    :param list rankings: of each, how often a won lead was above a lost one, and how
        many won and lost leads there were
    """
    deviations = _get_deviations(1)
    least = [
        auc - deviations * math.sqrt(get_variance(auc, won, lost))
        for auc, won, lost in rankings
    ]
    return least.index(max(least))


def is_worse(auc, won, lost, auc_before, won_before, lost_before, choice=1):
    """Return whether a score surely ranks worse than before.

    :param int choice: out of how many the one before was chosen: the best of some is
        good by chance, too
    """
    variance = get_variance(auc, won, lost)
    variance += get_variance(auc_before, won_before, lost_before)
    drop = auc_before - auc
    return drop >= LEAST_DROP and drop > _get_deviations(choice) * math.sqrt(variance)


def _get_deviations(choice):
    """Return how many standard deviations of one side chance seldom goes beyond."""
    return NormalDist().inv_cdf(1 - CHANCE / choice)


def has_lost_lift(counts, counts_before, points):
    """Return whether a rule told won from lost leads, as its points say, and now surely
    does so less, if at all.

    :param Counts counts: of the leads closed lately
    :param Counts counts_before: of those before
    """
    lift, low, high = get_lift(counts)
    lift_before, low_before, high_before = get_lift(counts_before)
    if not sum(counts[:2]) or not sum(counts_before[:2]):
        return False
    if points > 0:
        return low_before > 1 and low <= 1 and high < lift_before
    return high_before < 1 and high >= 1 and low > lift_before
