"""Scores in bands, for the eye."""

from itertools import count
from math import floor

MAX_BANDS = 10


def make_bands(scores):
    """Put scores into bands of the same round width.

    :param list[dict] scores: each with ``score``, ``before`` and ``after``: of how many
    :return: the same by ``low``, and ``high``, up to which a band goes, exclusive
    :rtype: list[dict]
    """
    if not scores:
        return []
    values = [item["score"] for item in scores]
    width = find_width(min(values), max(values))
    first = floor(min(values) / width)
    bands = [
        {"low": (first + place) * width, "high": (first + place + 1) * width}
        | {"before": 0, "after": 0}
        for place in range(floor(max(values) / width) - first + 1)
    ]
    for item in scores:
        band = bands[floor(item["score"] / width) - first]
        band["before"] += item["before"]
        band["after"] += item["after"]
    return bands


def find_width(lowest, highest):
    """Return the least of 1, 2, 5, 10, 20, … that needs not too many bands."""
    for power in count():
        for digit in (1, 2, 5):
            width = digit * 10**power
            if floor(highest / width) - floor(lowest / width) < MAX_BANDS:
                return width
    raise AssertionError  # there is always one
