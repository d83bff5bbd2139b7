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


def learn(rows):
    """Return the frequencies of values among won and lost leads.

    :param rows: of ``values``, pairs of a field and its value, ``won`` and ``lost``
    :rtype: tuple
    """
    counts = start()
    count_up(counts, rows)
    return fit(counts)


def start():
    """Return the counts of no leads: won and lost ones, and those by field and value.

    :rtype: tuple
    """
    return [PRIOR, PRIOR], defaultdict(dict)


def count_up(counts, rows):
    """Add leads to ``counts``.

    :param rows: as of :func:`learn`
    """
    totals, frequencies = counts
    for values, won, lost in rows:
        totals[0] += won
        totals[1] += lost
        for field, value in values:
            found = frequencies[field].setdefault(value, [PRIOR, PRIOR])
            found[0] += won
            found[1] += lost


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


def fit(counts):
    """Return what :func:`predict` goes by, of the leads counted so far.

    :rtype: tuple
    """
    totals, frequencies = counts
    known = {field: dict(values) for field, values in frequencies.items()}
    known[TAG] = {
        tag: found
        for tag, found in known.get(TAG, {}).items()
        if sum(found) >= LEAST_TAGS
    }
    sums = {
        field: [sum(column) for column in zip(*values.values(), strict=True)]
        for field, values in known.items()
    }
    return totals, sums, known


def predict(model, values):
    """Return the probability that a lead with these values is won."""
    (won, lost), sums, frequencies = model
    for field, value in values:
        if counts := frequencies.get(field, {}).get(value):
            won *= counts[0] / sums[field][0]
            lost *= counts[1] / sums[field][1]
    return won / (won + lost) if won + lost else 0.0


def weigh(model):
    """Return a model as sums: the logarithm of the odds that a lead without values is
    won, and what each value adds to it.

    :return: the logarithm, and those of the values by field
    :rtype: tuple[float, dict]
    """
    (won, lost), sums, frequencies = model
    return log(won / lost), {
        field: {
            value: log(counts[0] / sums[field][0]) - log(counts[1] / sums[field][1])
            for value, counts in values.items()
        }
        for field, values in frequencies.items()
    }
