"""What rules would do if they were applied now: it is read, never written."""

from contextlib import closing, contextmanager

from psycopg2.errors import QueryCanceled

from odoo.tools import SQL

from .effect import get_effect_sql
from .grading import FIT_POINTS, Grading
from .worklist import tune

EXAMPLES = 10
# So many different changes of scores are told apart.
CHANGES = 8


class TooSlowError(Exception):
    """The preview takes longer than somebody waits."""


@contextmanager
def reading_only(cr, seconds=None):
    """Have PostgreSQL refuse whatever writes, and forget the settings at the end.

    :param float seconds: how long a statement may take
    :raise TooSlowError: if one takes longer
    """
    with closing(cr.savepoint(flush=False)):
        cr.execute("SELECT set_config('transaction_read_only', 'on', true)")
        tune(cr)
        if seconds:
            limit = f"{int(seconds * 1000)}ms"
            cr.execute(SQL("SELECT set_config('statement_timeout', %s, true)", limit))
        try:
            yield
        except QueryCanceled as error:
            raise TooSlowError from error


class Preview:
    """Compares the points that open owners have of rules with those that they would
    have, were the rules as they are given, and applied to all of them.

    The rules are records that need not be saved: each has what is saved as its origin.
    The numbers are those of the owners that ``owners`` finds: what its user may see.
    """

    def __init__(self, rules, owners, levels=()):
        """
        :param models.BaseModel rules: with all rights, all for the model of ``owners``
        :param models.BaseModel owners: the model of leads or of contacts, of the user
        :param levels: minimums of the score, each a tuple of the number and the id of
            a company, or False for all
        """
        self.rules = rules
        self.owners = owners
        self.levels = list(levels)
        self.grading = Grading.load(rules.env)
        self.owner_id = SQL.identifier(owners._ledger_field)

    def fetch(self, seconds=None):
        """Return what would happen.

        :param float seconds: how long it may take
        :return: ``total`` open owners, of which ``matched`` have points of the rules,
            ``changed`` another score, ``gained`` and ``lost``; ``changes`` of scores,
            each with how many; ``scores`` before and after, each with how many;
            ``grades`` likewise; ``levels``, how many reach each; ``examples``
        :rtype: dict
        :raise UserError: if a rule cannot be applied
        :raise TooSlowError: if it takes longer
        """
        env = self.rules.env
        env.flush_all()
        with reading_only(env.cr, seconds):
            env.cr.execute(self._get_statement(), log_exceptions=False)
            [(result,)] = env.cr.fetchall()
        return result

    def _get_owners(self):
        """Return the query of the open owners that the user may see, with their points
        of each category."""
        query = self.owners._search(self.owners._open_domain(), active_test=False)
        names = ("id", "company_id", "score", "score_date", "score_grade")
        columns = [SQL.identifier(query.table, name) for name in names]
        if self.grading.fit_max or self.grading.engagement_max:
            return self._get_summed(query.select(*columns))
        return query.select(
            *columns,
            SQL("%s AS fit", SQL.identifier(query.table, "score_fit")),
            SQL("%s AS engagement", SQL.identifier(query.table, "score_engagement")),
        )

    def _get_summed(self, owners):
        """Return the query of ``owners`` with the sums of their points.

        What is above the largest value of a category does not show in what is stored.
        """
        return SQL(
            """
            SELECT owner.*, COALESCE(fit, 0) AS fit,
                   COALESCE(points - fit, 0) AS engagement
              FROM (%(owners)s) owner
         LEFT JOIN (SELECT %(owner_id)s AS owner_id, sum(points) AS points,
                           %(fit)s AS fit
                      FROM website_crm_score_line
                  GROUP BY 1) line ON line.owner_id = owner.id
            """,
            owners=owners,
            owner_id=self.owner_id,
            fit=FIT_POINTS,
        )

    def _get_states(self):
        """Return the query of open owners with their scores and grades, before and
        after."""
        grading = self.grading
        effects = SQL(" UNION ALL ").join(
            SQL("(%s)", get_effect_sql(rule, self.owners)) for rule in self.rules
        )
        return SQL(
            """
            SELECT state.*, fit_after + engagement_after AS score_after,
                   CASE WHEN score_date IS NOT NULL THEN %(grade)s END AS grade_after
              FROM (SELECT owner.id, owner.company_id, owner.score AS score_before,
                           owner.score_grade AS grade_before, owner.score_date,
                           COALESCE(effect.is_matched, FALSE) AS is_matched,
                           LEAST(owner.fit + COALESCE(effect.fit, 0),
                                 NULLIF(%(fit_max)s, 0)) AS fit_after,
                           LEAST(owner.engagement + COALESCE(effect.engagement, 0),
                                 NULLIF(%(engagement_max)s, 0)) AS engagement_after
                      FROM (%(owners)s) owner
                 LEFT JOIN (SELECT owner_id, bool_or(points_after != 0) AS is_matched,
                                   sum(points_after * is_fit::integer
                                       - points_before * was_fit::integer) AS fit,
                                   sum(points_after * (NOT is_fit)::integer
                                       - points_before * (NOT was_fit)::integer)
                                   AS engagement
                              FROM (%(effects)s) effect
                          GROUP BY owner_id) effect ON effect.owner_id = owner.id
                   ) state
            """,
            grade=grading.get_grade_sql(SQL("fit_after"), SQL("engagement_after")),
            fit_max=grading.fit_max,
            engagement_max=grading.engagement_max,
            owners=self._get_owners(),
            effects=effects,
        )

    def _get_statement(self):
        """Return the statement that tells all of it at once.

        Many owners are alike: they are counted once, and then only what is different.
        """
        figures = {
            "total": _count(SQL("TRUE")),
            "matched": _count(SQL("is_matched")),
            "changed": _count(SQL("score_after != score_before")),
            "gained": _count(SQL("score_after > score_before")),
            "lost": _count(SQL("score_after < score_before")),
            "changes": _list(self._get_changes()),
            "scores": _list(
                _count_each(
                    "score",
                    SQL("floor(score_before)::float"),
                    SQL("floor(score_after)::float"),
                )
            ),
            "grades": _list(
                _count_each("grade", SQL("grade_before"), SQL("grade_after"))
            ),
            "levels": _list(self._get_levels()),
            "examples": _list(self._get_examples()),
        }
        return SQL(
            """
            WITH state AS MATERIALIZED (%s),
            alike AS MATERIALIZED (
                SELECT company_id, is_matched, score_before, score_after, grade_before,
                       grade_after, count(*) AS count
                  FROM state GROUP BY 1, 2, 3, 4, 5, 6)
            SELECT json_build_object(%s) FROM alike
            """,
            self._get_states(),
            SQL(", ").join(SQL("%s, %s", *figure) for figure in figures.items()),
        )

    def _get_changes(self):
        return SQL(
            """
            SELECT (score_after - score_before)::float AS points, sum(count) AS count
              FROM alike WHERE score_after != score_before
          GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
            """,
            CHANGES,
        )

    def _get_examples(self):
        return SQL(
            """
            SELECT id, score_before::float AS before, score_after::float AS after
              FROM state WHERE score_after != score_before
          ORDER BY abs(score_after - score_before) DESC, id LIMIT %s
            """,
            EXAMPLES,
        )

    def _get_levels(self):
        """Return the query of how many owners reach each level, before and after."""
        was_above = SQL("score_before >= minimum")
        is_above = SQL("score_after >= minimum")
        return SQL(
            """
            SELECT place, %(before)s AS before, %(after)s AS after, %(up)s AS up,
                   %(down)s AS down
              FROM unnest(%(minimums)s::numeric[], %(company_ids)s::integer[])
                   WITH ORDINALITY level (minimum, company_id, place)
         LEFT JOIN alike ON level.company_id IS NULL OR alike.company_id IS NULL
                   OR alike.company_id = level.company_id
          GROUP BY place ORDER BY place
            """,
            before=_count(was_above),
            after=_count(is_above),
            up=_count(SQL("%s AND NOT %s", is_above, was_above)),
            down=_count(SQL("%s AND NOT %s", was_above, is_above)),
            minimums=[minimum for minimum, _company_id in self.levels],
            company_ids=[company_id or None for _minimum, company_id in self.levels],
        )


def _count(condition):
    """Return how many owners of the rows ``alike`` fulfil a condition."""
    return SQL("COALESCE(sum(count) FILTER (WHERE %s), 0)", condition)


def _count_each(name, before, after):
    """Return the query of how many owners have each value, before and after.

    :param str name: of the column of the value
    :param SQL before: the value in the rows ``alike``, NULL for none, like ``after``
    """
    return SQL(
        """
        SELECT value AS %s, sum(before) AS before, sum(after) AS after
          FROM (SELECT %s AS value, count AS before, 0 AS after FROM alike
             UNION ALL
                SELECT %s, 0, count FROM alike) one
         WHERE value IS NOT NULL
      GROUP BY 1 ORDER BY 1
        """,
        SQL.identifier(name),
        before,
        after,
    )


def _list(query):
    """Return the list of the rows of ``query``, as JSON."""
    return SQL("(SELECT COALESCE(json_agg(item), '[]') FROM (%s) item)", query)
