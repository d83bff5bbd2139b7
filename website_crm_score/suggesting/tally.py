"""How many won and lost leads of a cohort have what ``Matches`` found of them."""

from odoo.tools import SQL

from ..learning.patterns import Counts, Pattern, to_bits
from .cohort import COUNTS, LEADS
from .matches import MATCHES


def count(cohort):
    """Return, for each candidate that some lead has, the closed leads with it and
    without, and how many open ones have it.

    :rtype: dict[int, tuple[Counts, int]]
    """
    won, lost, _open = cohort.count_outcomes()
    query = SQL(
        """
        SELECT candidate, %s, count(*) FILTER (WHERE is_won IS NULL)
          FROM %s JOIN %s USING (lead_id)
      GROUP BY candidate
        """,
        COUNTS,
        MATCHES,
        LEADS,
    )
    rows = cohort.env.execute_query(query)
    return {
        number: (
            Counts(held_won, held_lost, won - held_won, lost - held_lost),
            held_open,
        )
        for number, held_won, held_lost, held_open in rows
    }


def get_patterns(cohort, below):
    """Return the patterns of the older leads, and of the newer ones.

    :param int below: of the candidates with smaller numbers
    :rtype: tuple[list[Pattern], list[Pattern]]
    """
    parts = {False: [], True: []}
    ids = SQL("array_agg(candidate ORDER BY candidate)")
    rows = _fetch_held(cohort, ids, SQL("candidate < %s", below))
    for is_newer, held, won, lost in rows:
        parts[is_newer].append(Pattern(to_bits(held or ()), won, lost))
    return parts[False], parts[True]


def get_groups(cohort, numbers):
    """Return the older leads, and the newer ones, by how many times each of the
    rules ``numbers`` gives them its value.

    :return: for each part the won and the lost leads by a tuple of times
    :rtype: tuple[dict, dict]
    """
    parts = {False: {}, True: {}}
    pairs = SQL("array_agg(ARRAY[candidate, times] ORDER BY candidate)")
    rows = _fetch_held(cohort, pairs, SQL("candidate = ANY(%s)", list(numbers)))
    for is_newer, held, won, lost in rows:
        times = dict(held or ())
        key = tuple(times.get(number, 0) for number in numbers)
        parts[is_newer][key] = [won, lost]
    return parts[False], parts[True]


def _fetch_held(cohort, held, condition):
    """Return the closed leads that have the same, the older ones first.

    :param SQL held: the aggregate of what they have
    :param SQL condition: on the candidates to look at
    :return: whether they are newer, what they have, and how many were won and lost
    """
    query = SQL(
        """
        SELECT is_newer, held, %s
          FROM (SELECT is_newer, is_won, %s FILTER (WHERE %s) AS held
                  FROM %s LEFT JOIN %s USING (lead_id)
                 WHERE is_won IS NOT NULL
              GROUP BY lead_id, is_newer, is_won) lead
      GROUP BY is_newer, held ORDER BY is_newer, held
        """,
        COUNTS,
        held,
        condition,
        LEADS,
        MATCHES,
    )
    return cohort.env.execute_query(query)


def count_shared(cohort, numbers, others):
    """Return how many closed leads have a candidate and another one, by both.

    :rtype: dict[tuple[int, int], int]
    """
    query = SQL(
        """
        SELECT one.candidate, other.candidate, count(*)
          FROM %(matches)s one JOIN %(matches)s other USING (lead_id)
          JOIN %(leads)s cohort USING (lead_id)
         WHERE is_won IS NOT NULL AND one.candidate = ANY(%(numbers)s)
           AND other.candidate = ANY(%(others)s)
      GROUP BY 1, 2
        """,
        matches=MATCHES,
        leads=LEADS,
        numbers=list(numbers),
        others=list(others),
    )
    rows = cohort.env.execute_query(query)
    return {(one, other): count for one, other, count in rows}
