"""Scores as bars of a chart."""

from itertools import count
from math import floor

MAX_BARS = 10


def make_bars(scores):
    """Put scores into bars of the same round width.

    :param list[dict] scores: each with ``score``, ``before`` and ``after``: of how many
    :return: the same by ``low``, and ``high``, up to which a bar goes, exclusive
    :rtype: list[dict]
    """
    if not scores:
        return []
    values = [item["score"] for item in scores]
    width = find_width(min(values), max(values))
    first = floor(min(values) / width)
    bars = [
        {"low": place * width, "high": (place + 1) * width, "before": 0, "after": 0}
        for place in range(first, floor(max(values) / width) + 1)
    ]
    for item in scores:
        bar = bars[floor(item["score"] / width) - first]
        bar["before"] += item["before"]
        bar["after"] += item["after"]
    return bars


def find_width(lowest, highest):
    """Return the least of 1, 2, 5, 10, 20, … that needs not too many bars."""
    widths = (digit * 10**power for power in count() for digit in (1, 2, 5))
    return next(
        width
        for width in widths
        if floor(highest / width) - floor(lowest / width) < MAX_BARS
    )
