"""Leads by what they have: patterns of candidates."""

from collections import defaultdict
from typing import NamedTuple


class Pattern(NamedTuple):
    """Leads that have the same candidates: the bit of each one is set in ``bits``."""

    bits: int
    won: int
    lost: int


class Counts(NamedTuple):
    """Won and lost leads, with a candidate and without."""

    won: int
    lost: int
    other_won: int
    other_lost: int


def to_bits(numbers):
    """Return the bits of the candidates with these numbers."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def pick(bits, numbers):
    """Return which of the candidates ``numbers`` are in ``bits``, as 0 and 1."""
    return tuple(bits >> number & 1 for number in numbers)


def sum_outcomes(rows):
    """Return won and lost leads by key.

    :param rows: of a key, won and lost leads
    """
    sums = defaultdict(lambda: [0, 0])
    for key, won, lost in rows:
        counts = sums[key]
        counts[0] += won
        counts[1] += lost
    return sums


def join_outcomes(parts):
    """Return the won and the lost leads by key of several parts, each by key."""
    return sum_outcomes(
        (key, *counts) for part in parts for key, counts in part.items()
    )


def merge(patterns):
    """Return the patterns, each of them once.

    :rtype: list[Pattern]
    """
    return [Pattern(bits, *counts) for bits, counts in sum_outcomes(patterns).items()]


def group(patterns, numbers):
    """Return won and lost leads by which of the candidates ``numbers`` they have.

    :rtype: dict[tuple, list]
    """
    mask = to_bits(numbers)  # faster than to pick of each pattern
    groups = sum_outcomes((bits & mask, won, lost) for bits, won, lost in patterns)
    return {pick(bits, numbers): counts for bits, counts in groups.items()}


def get_columns(patterns, count):
    """Return for each candidate the places of the patterns that have it.

    :param int count: how many candidates there are
    :rtype: list[list]
    """
    columns = [[] for _number in range(count)]
    for place, (bits, _won, _lost) in enumerate(patterns):
        while bits:
            lowest = bits & -bits
            columns[lowest.bit_length() - 1].append(place)
            bits ^= lowest
    return columns
