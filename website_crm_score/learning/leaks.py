"""What closing a lead sets tells nothing of leads that are open.

Open leads are leads that will be won or lost: what was known of these before must be
about as frequent among them. Where it is so rare, or so frequent, that next to none of
the open leads would ever be won, or all of them, who has it has it from closing.
"""

from .chance import get_rate, get_wilson

LEAST_OPEN = 30  # fewer open leads tell nothing
LEAST_EXPECTED = 5
# The share of open leads that would be won is suspicious below this part of the rate of
# the closed ones; that of those to be lost, likewise.
SUSPICIOUS = 1 / 3
DEVIATIONS = 1.645  # of one side: 95 %
# What hardly tells won from lost leads is no leak, however its frequency changed: one
# of the two must have it, or not have it, so many times as often.
LEAST_RATIO = 3


def is_leak(counts, held, leads):
    """Return whether a candidate seems to be set by closing a lead.

    :param Counts counts: of closed leads
    :param int held: open leads that have the candidate
    :param int leads: open leads
    """
    won, lost, other_won, other_lost = counts
    all_won, all_lost = won + other_won, lost + other_lost
    if not all_won or not all_lost:
        return False
    if leads < LEAST_OPEN:
        return not held and _has_no_exception(counts)
    if not held and _has_no_exception(counts):
        return True
    share_won, share_lost = won / all_won, lost / all_lost
    if not _tells_much(share_won, share_lost):
        return False
    rate = get_rate(all_won, all_lost)
    return _is_away(share_won, share_lost, rate, held, leads) or _is_away(
        share_lost, share_won, 1 - rate, held, leads
    )


def _tells_much(share, other_share):
    return any(
        max(pair) >= LEAST_RATIO * min(pair)
        for pair in ((share, other_share), (1 - share, 1 - other_share))
    )


def _is_away(share, other_share, rate, held, leads):
    """Return whether so many open leads have the candidate that surely fewer of them
    will end as ``share`` is of than a part of ``rate``."""
    low, high = get_wilson(held, leads, DEVIATIONS)
    expected = other_share + (share - other_share) * rate * SUSPICIOUS
    return high < expected if share > other_share else low > expected


def _has_no_exception(counts):
    """Return whether of the leads with the candidate all were won, or all lost, where
    chance alone would have had some end otherwise."""
    won, lost, other_won, other_lost = counts
    rate = get_rate(won + other_won, lost + other_lost)
    expected = (won + lost) * (1 - rate if won else rate)
    return not (won and lost) and expected >= LEAST_EXPECTED
