"""Odoo's own predictive scoring, a naive Bayes, as fitted on some leads alone.

The probability that a closed lead has is 0 or 100, and the table of frequencies has
been told of it: neither shows what was predicted before.
"""

from collections import defaultdict
from math import log

# As core has it: what is added to each frequency, and how often a tag must be known.
PRIOR = 0.1
LEAST_TAGS = 50
TAG = "tag_id"


def start():
    """Return the counts of no leads: won and lost ones, and those by field and value.

    :rtype: tuple
    """
    return [PRIOR, PRIOR], defaultdict(dict)


def add(counts, rows):
    """Add leads to ``counts`` that are counted by one value at a time.

    :param rows: of a field, a value, ``won`` and ``lost``; those without a field are
        of all leads
    """
    totals, frequencies = counts
    for field, value, won, lost in rows:
        found = totals
        if field:
            found = frequencies[field].setdefault(value, [PRIOR, PRIOR])
        found[0] += won
        found[1] += lost


def weigh(counts):
    """Return what the leads counted so far teach, as sums.

    :return: the logarithm of the odds that a lead without values is won, and what each
        value adds to it, by field
    :rtype: tuple[float, dict]
    """
    (won, lost), frequencies = counts
    return log(won / lost), {
        field: _weigh_values(field, values) for field, values in frequencies.items()
    }


def _weigh_values(field, values):
    if field == TAG:
        values = {tag: row for tag, row in values.items() if sum(row) >= LEAST_TAGS}
    sums = [sum(column) for column in zip(*values.values(), strict=True)]
    return {
        value: log(won / sums[0]) - log(lost / sums[1])
        for value, (won, lost) in values.items()
    }
