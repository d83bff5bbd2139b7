"""Which thresholds part owners well, as plain functions over numbers of points."""

# The best fifth, and the next two fifths.
BEST, GOOD = 0.2, 0.6
# Down to the first of these that does not mix values: thresholds shall look chosen.
STEPS = (50, 10, 5, 1)


def propose(counts):
    """Return from how many points on owners are among the best, and among the good.

    :param dict[int, int] counts: how many owners have so many points
    :return: two numbers, the first one the higher; None where owners do not differ in
        what they have, beyond nothing
    :rtype: tuple[int, int] | None
    """
    values = sorted(counts)
    upper = _find(counts, values, BEST)
    if upper is None:
        return None
    others = [value for value in values if value < upper]
    lower = _find(counts, others, GOOD)
    best = _round(upper, max(others, default=0))
    if lower is None:  # nobody is in between
        return best, (max(values[0], 0) + best) // 2
    good = _round(lower, max((one for one in others if one < lower), default=0))
    return best, min(good, best - 1)


def _find(counts, values, share):
    """Return which of ``values`` parts the best from the others, so that they are about
    such a share of all. The least of them parts nobody, nor does nothing at all."""
    total = sum(counts.values())

    def get_distance(value):
        reached = sum(count for points, count in counts.items() if points >= value)
        return abs(reached / total - share)

    candidates = [value for value in values if value > max(values[0], 0)]
    return min(candidates, key=get_distance, default=None)


def _round(value, below):
    """Return a round number above ``below``, and at most ``value``.

    Of a value, so much is left off as is little beside it.
    """
    steps = [step for step in STEPS if step * 4 <= value] or [1]
    return next(
        rounded
        for step in steps
        if (rounded := value // step * step) > below or step == 1
    )
