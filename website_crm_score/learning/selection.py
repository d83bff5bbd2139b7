"""Which candidates tell won from lost leads, chosen one after the other.

Each next one is that which tells most beside those chosen before, by the score test;
then all are fitted together anew. What is the same as another, or the sum of others, is
so worth nothing.
"""

from operator import itemgetter, mul
from typing import NamedTuple

from . import fitting
from .patterns import get_columns, group, merge, pick, to_bits

# The test's χ² that a candidate must have to be chosen. To choose by a stricter one
# costs much where there are few leads.
THRESHOLD = 6.6
# A candidate that so few leads have, or have not, is left out: the test's figures are
# those of many.
LEAST_LEADS = 10


class Choice(NamedTuple):
    """What was chosen: numbers of candidates in the order in which they were, the χ² of
    each at that moment, and the coefficients of all together, the intercept first."""

    numbers: list
    tests: list
    weights: list


def choose(patterns, count, limit, threshold=THRESHOLD, ridge=fitting.RIDGE):
    """Return the candidates that together tell won from lost leads.

    :param list patterns: of the leads to learn from
    :param int count: how many candidates there are
    :param int limit: how many are chosen at most
    :rtype: Choice
    """
    patterns = merge(patterns)
    columns = get_columns(patterns, count)
    numbers, tests = [], []
    weights = fitting.fit(group(patterns, numbers), ridge)
    readers = {
        number: _make_reader(column)
        for number, column in enumerate(columns)
        if _is_able(patterns, column)
    }
    while len(numbers) < limit:
        found = _test(patterns, readers, numbers, weights, ridge)
        best = max(found, key=found.get, default=None)
        if best is None or found[best] <= threshold:
            break
        numbers.append(best)
        del readers[best]
        tests.append(found[best])
        weights = fitting.fit(group(patterns, numbers), ridge)
    return Choice(numbers, tests, weights)


def _make_reader(column):
    """Return what reads the places ``column`` of a list, which takes most of the time
    where there are many patterns."""
    if len(column) == 1:  # of one place an item getter makes no tuple
        [place] = column
        return lambda values: (values[place],)
    return itemgetter(*column)


def _is_able(patterns, column):
    """Return whether enough leads have the candidate, and enough have it not."""
    held = sum(patterns[place].won + patterns[place].lost for place in column)
    leads = sum(row.won + row.lost for row in patterns)
    return min(held, leads - held) >= LEAST_LEADS


def _test(patterns, readers, numbers, weights, ridge):
    """Return the χ² of each of the candidates of ``readers``, beside ``numbers``."""
    mask, chances = to_bits(numbers), {}
    rests, spreads = [], []
    for bits, won, lost in patterns:
        held = bits & mask
        if (chance := chances.get(held)) is None:
            score = fitting.predict((1, *pick(held, numbers)), weights)
            chance = chances[held] = fitting.get_chance(score)
        rests.append(won - (won + lost) * chance)
        spreads.append((won + lost) * chance * (1 - chance))
    rows = fitting.list_rows(group(patterns, numbers))
    _slope, information = fitting.get_slope(rows, weights, ridge)
    shared = [spreads, *(_mask(patterns, spreads, number) for number in numbers)]
    return {
        number: _get_test(read, rests, shared, information)
        for number, read in readers.items()
    }


def _mask(patterns, spreads, number):
    """Return the spreads of the patterns with a candidate, and 0 for the others."""
    return list(map(mul, spreads, [row.bits >> number & 1 for row in patterns]))


def _get_test(read, rests, shared, information):
    """Return ``g² / (h − c' H⁻¹ c)`` of a candidate whose patterns ``read`` reads."""
    slope = sum(read(rests))
    cross = [sum(read(spreads)) for spreads in shared]
    spread = cross[0]
    known = fitting.predict(cross, fitting.solve(information, cross))
    # Nothing is left of what those before tell already.
    if spread <= 0 or spread - known <= 1e-6 * spread:
        return 0.0
    return slope * slope / (spread - known)
