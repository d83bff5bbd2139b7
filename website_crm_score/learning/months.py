"""How scores rank the leads that were closed in a month, month after month.

A month is a number: twelve times the year, and how many months of it are over.
"""

from typing import NamedTuple

from . import bayes
from .judging import get_auc, get_auc_interval, get_best_share, get_fifths
from .proposal import LEAST_OUTCOMES


class Period(NamedTuple):
    """Months in a row, and how many leads were won and lost in them."""

    first: int
    last: int
    won: int
    lost: int


def make_periods(outcomes):
    """Return the months as periods, of which each has enough won and lost leads: months
    of few are put together, as are those at the end with the ones before.

    :param dict outcomes: won and lost leads by month
    :rtype: list[Period]
    """
    periods, open_ = [], None
    for month in sorted(outcomes):
        period = Period(month, month, *outcomes[month])
        open_ = _join(open_, period) if open_ else period
        if min(open_.won, open_.lost) >= LEAST_OUTCOMES:
            periods.append(open_)
            open_ = None
    if open_ and periods:
        periods.append(_join(periods.pop(), open_))
    return periods


def _join(one, other):
    won, lost = one.won + other.won, one.lost + other.lost
    return Period(one.first, other.last, won, lost)


def count_outcomes(scores):
    """Return how many leads are won, and lost.

    :param dict scores: won and lost leads by score
    :rtype: tuple[int, int]
    """
    return tuple(sum(counts[place] for counts in scores.values()) for place in (0, 1))


def describe(scores):
    """Return how scores rank leads; False where there are too few of them to say.

    :param dict scores: won and lost leads by score
    :rtype: dict | bool
    """
    won, lost = count_outcomes(scores)
    if min(won, lost) < LEAST_OUTCOMES:
        return False
    auc = get_auc(scores)
    low, high = get_auc_interval(auc, won, lost)
    fifths = get_fifths(scores)
    return {
        "won": won,
        "lost": lost,
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "fifths": fifths,
        "best_share": get_best_share(fifths),
    }


def learn(rows):
    """Return what predictive scoring could learn before each month, from all leads that
    were closed before it; of months before which there were enough.

    :param rows: of a month, a field, a value, won and lost, see :func:`.bayes.add`
    :return: by month, see :func:`.bayes.weigh`
    :rtype: dict[int, tuple]
    """
    months = {}
    for month, *row in rows:
        months.setdefault(month, []).append(row)
    counts, models = bayes.start(), {}
    for month in sorted(months):
        if min(counts[0]) >= LEAST_OUTCOMES:
            models[month] = bayes.weigh(counts)
        bayes.add(counts, months[month])
    return models
