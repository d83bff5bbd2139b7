"""How sure a win rate is."""

import math

CONFIDENCE = 1.959963984540054  # standard deviations: 95 %
# Corrected probabilities below which a difference is taken for more than chance.
LEVELS = ((0.001, "very_likely"), (0.05, "likely"))


def get_rate(won, lost):
    return won / (won + lost) if won + lost else 0.0


def get_wilson(won, leads, deviations=CONFIDENCE):
    """Return the interval, after Wilson, of the rate of which ``won`` of ``leads`` are
    a sample."""
    if not leads:
        return 0.0, 1.0
    rate, square = won / leads, deviations * deviations
    middle = rate + square / (2 * leads)
    spread = rate * (1 - rate) / leads + square / (4 * leads * leads)
    half = deviations * math.sqrt(spread)
    scale = 1 + square / leads
    return max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0)


def get_lift(counts):
    """Return how many times the win rate of all leads that of those with a candidate
    is, and the interval of it.

    :param Counts counts: see :mod:`.patterns`
    :rtype: tuple[float, float, float]
    """
    won, lost, other_won, other_lost = counts
    rate = get_rate(won + other_won, lost + other_lost)
    if not rate:
        return 0.0, 0.0, 0.0
    low, high = get_wilson(won, won + lost)
    return get_rate(won, lost) / rate, low / rate, high / rate


def get_probability(chi2):
    """Return the probability that chance alone gives so large a χ² (one degree)."""
    return math.erfc(math.sqrt(max(chi2, 0.0) / 2))


def get_level(chi2, count):
    """Return how surely a candidate chosen out of ``count`` is more than chance.

    The probability is corrected for how many were tried (Bonferroni).

    :rtype: str
    """
    corrected = get_probability(chi2) * max(count, 1)
    return next((name for level, name in LEVELS if corrected < level), "possible")
