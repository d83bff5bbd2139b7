"""Coefficients as whole points, which lose nothing where they are made together.

Leads are grouped by the values of columns, such as which candidates they have.
"""

from . import fitting
from .patterns import sum_outcomes

# The largest number of points is so many steps at least and at most.
STEPS = range(3, 11)


def make_points(groups, numbers, weights, step):
    """Return whole points of candidates, multiples of ``step``, by their numbers.

    The coefficients are scaled before they are rounded, by the one of a few scales by
    which the sum of the points tells won from lost leads best; of equally good ones, by
    that of the smallest points. Then each is moved by single steps for as long as that
    tells better. Those that are rounded to nothing are left out.

    :param dict groups: won and lost leads by the values of the candidates
    :param list numbers: of the candidates
    :param list weights: their coefficients, the intercept first
    :rtype: dict[int, int]
    """
    largest = max(map(abs, weights[1:]), default=0)
    if not largest:
        return {}
    found = []
    for steps in STEPS:
        units = [round(weight * steps / largest) for weight in weights[1:]]
        found.append((_get_loss(groups, units), steps, units))
    loss, _steps, units = min(found)
    units = _polish(groups, units, loss)
    return {
        number: unit * step for number, unit in zip(numbers, units, strict=True) if unit
    }


def _polish(groups, units, loss):
    """Return the units, each moved by one where that is better, but not to nothing."""
    for index in range(len(units)):
        for move in (1, -1):
            moved = [*units[:index], units[index] + move, *units[index + 1 :]]
            if moved[index] * units[index] <= 0 or abs(moved[index]) > STEPS[-1]:
                continue
            if (better := _get_loss(groups, moved)) < loss - fitting.PRECISION * loss:
                units, loss = moved, better
                break
    return units


def _get_loss(groups, units):
    """Return how badly the sum of the units tells, at its best scale."""
    sums = {(score,): counts for score, counts in add_up(groups, units).items()}
    return fitting.get_loss(fitting.list_rows(sums), fitting.fit(sums), 0)


def add_up(groups, points):
    """Return won and lost leads by their score.

    :param points: of each column of the groups
    :rtype: dict[float, list]
    """
    return sum_outcomes(
        (fitting.predict(values, points), *counts) for values, counts in groups.items()
    )
