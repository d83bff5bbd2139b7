"""How well a score ranks won leads above lost ones, of which ``scores`` has how many by
score."""

import math

from .chance import CONFIDENCE
from .decline import get_variance

FIFTHS = 5


def get_auc(scores):
    """Return the chance that a won lead has a higher score than a lost one; leads of
    the same score are half above each other. None where there are not both.

    :param dict scores: won and lost leads by score
    """
    pairs, lost_below = 0.0, 0
    won_all = sum(won for won, _lost in scores.values())
    for score in sorted(scores):
        won, lost = scores[score]
        pairs += won * (lost_below + lost / 2)
        lost_below += lost
    return pairs / (won_all * lost_below) if won_all and lost_below else None


def get_fifths(scores):
    """Return the win rate of each fifth of the leads, those of the lowest score first.

    Leads of the same score that are in two fifths are won in both as often as in all of
    them: nothing says which of them is before the other.

    :param dict scores: won and lost leads by score
    :rtype: list[float]
    """
    size = sum(map(sum, scores.values())) / FIFTHS
    if not size:
        return []
    won, place = [0.0] * FIFTHS, 0.0
    for score in sorted(scores):
        leads = sum(scores[score])
        for fifth, share in _spread(place / size, leads / size):
            won[fifth] += scores[score][0] * share
        place += leads
    return [count / size for count in won]


def get_best_share(fifths):
    """Return the share of all won leads that the fifth with the highest scores holds:
    by chance it would be a fifth. None where there are none.

    :param list fifths: win rates, see :func:`get_fifths`
    """
    return fifths[-1] / sum(fifths) if sum(fifths) else None


def get_auc_interval(auc, won, lost):
    """Return between which the AUC is in 19 of 20 cases, of which so many leads are a
    sample.

    :rtype: tuple[float, float]
    """
    half = CONFIDENCE * math.sqrt(get_variance(auc, won, lost))
    return max(auc - half, 0.0), min(auc + half, 1.0)


def _spread(start, length):
    """Yield over which fifths a stretch lies, and which share of it."""
    end = start + length
    for fifth in range(int(start), min(FIFTHS, int(end) + 1)):
        overlap = min(end, fifth + 1) - max(start, fifth)
        if length and overlap > 0:
            yield fifth, overlap / length
