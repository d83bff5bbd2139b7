"""How sure the win rate of leads is, in SQL: see :mod:`..learning.chance`."""

from odoo.tools import SQL

from ..learning.chance import CONFIDENCE

# Of so few closed leads, a rate says next to nothing.
FEW = 30


def get_counts_sql(is_won):
    """Return how many closed leads are won, and how many are lost."""
    return SQL(
        "count(*) FILTER (WHERE %(won)s), count(*) FILTER (WHERE NOT %(won)s)",
        won=is_won,
    )


def get_rate_sql(won, lost):
    """Return the part of closed leads that is won, NULL where none is closed."""
    return SQL("((%(won)s)::float / NULLIF(%(won)s + %(lost)s, 0))", won=won, lost=lost)


def get_wilson_sql(won, lost):
    """Return the ends of the interval, after Wilson, of the rate of which ``won`` of
    ``won + lost`` leads are a sample; NULL where none is closed.

    It is ``(w + z²/2 ± z √(w l / n + z²/4)) / (n + z²)`` of ``w`` won and ``l`` lost
    leads, ``n`` together, of which ``z`` standard deviations are the confidence: E. B.
    Wilson, *Probable Inference*, Journal of the American Statistical Association 22
    (1927), solved for the rate.

    :rtype: tuple[SQL, SQL]
    """
    square = CONFIDENCE * CONFIDENCE
    leads = SQL("NULLIF(%s + %s, 0)", won, lost)
    middle = SQL("%s + %s::float / 2", won, square)
    half = SQL(
        "%s * sqrt((%s)::float * %s / %s + %s::float / 4)",
        CONFIDENCE,
        won,
        lost,
        leads,
        square,
    )
    scale = SQL("(%s + %s::float)", leads, square)
    return (
        SQL("GREATEST((%s - %s) / %s, 0)", middle, half, scale),
        SQL("LEAST((%s + %s) / %s, 1)", middle, half, scale),
    )
