"""Odoo's own predictive scoring, a naive Bayes, as fitted on some leads alone.

The probability that a closed lead has is 0 or 100, and the table of frequencies has
been told of it: neither shows what was predicted before.
"""

from collections import defaultdict

# As core has it: what is added to each frequency, and how often a tag must be known.
PRIOR = 0.1
LEAST_TAGS = 50
TAG = "tag_id"


def learn(rows):
    """Return the frequencies of values among won and lost leads.

    :param rows: of ``values``, pairs of a field and its value, ``won`` and ``lost``
    :rtype: tuple
    """
    totals, frequencies = [PRIOR, PRIOR], defaultdict(dict)
    for values, won, lost in rows:
        totals[0] += won
        totals[1] += lost
        for field, value in values:
            counts = frequencies[field].setdefault(value, [PRIOR, PRIOR])
            counts[0] += won
            counts[1] += lost
    tags = frequencies.get(TAG, {})
    for tag in [tag for tag, counts in tags.items() if sum(counts) < LEAST_TAGS]:
        del tags[tag]
    sums = {
        field: [sum(column) for column in zip(*known.values(), strict=True)]
        for field, known in frequencies.items()
    }
    return totals, sums, frequencies


def predict(model, values):
    """Return the probability that a lead with these values is won."""
    (won, lost), sums, frequencies = model
    for field, value in values:
        if counts := frequencies.get(field, {}).get(value):
            won *= counts[0] / sums[field][0]
            lost *= counts[1] / sums[field][1]
    return won / (won + lost) if won + lost else 0.0
