"""How many leads a salesperson can take today."""

DAYS = 30
# More than anybody takes; a number, since core computes and logs with quotas.
UNLIMITED = 1_000_000_000


def get_allowance(capacity, days):
    """Return how many leads fit in ``days`` days, rounded up.

    :param int capacity: leads on 30 days
    :rtype: int
    """
    return -(-capacity * days // DAYS)


def get_quota(capacity, assigned):
    """Return how many leads somebody can take today, below zero if too many.

    No period of 1 to 30 days that ends today gets more than its share: 6 on 30 days
    are one every fifth day, 45 are two and one in turn.

    :param int capacity: leads on 30 days
    :param list[int] assigned: leads assigned today, yesterday, the day before, …
    :rtype: int
    """
    quota, total = UNLIMITED, 0
    for days, count in enumerate(assigned, start=1):
        total += count
        quota = min(quota, get_allowance(capacity, days) - total)
    return quota
