"""What the points of an owner make: its fit, its engagement, and its grade."""

from typing import NamedTuple

from odoo.tools import SQL

FIT, ENGAGEMENT = "fit", "engagement"
GRADES = [letter + number for letter in "ABC" for number in "123"]
# What lines give to the fit. Which rules are of it is read once a statement: a join
# with the rules, for each line, takes longer than all the rest.
FIT_POINTS = SQL(
    """
    COALESCE(sum(points) FILTER (WHERE rule_id = ANY(ARRAY(
        SELECT id FROM website_crm_score WHERE category = 'fit'))), 0)
    """
)


class Grading(NamedTuple):
    """The numbers of the settings by which owners are graded."""

    fit_max: int
    engagement_max: int
    grade_a: int
    grade_b: int
    grade_1: int
    grade_2: int

    @classmethod
    def load(cls, env):
        """Return what is set."""
        settings = env["res.config.settings"]
        return cls(*(settings._get_scoring_number(name) for name in cls._fields))

    @property
    def key(self):
        """The text by which one tells whether owners are graded by the same numbers."""
        return ",".join(map(str, self))

    def get_grade_sql(self, fit, engagement):
        """Return the grade of an owner: a letter by its fit, a number by what it does.

        :param SQL fit: its points for what it is
        :param SQL engagement: its points for what it does
        :rtype: SQL
        """
        return SQL(
            """
            CASE WHEN %(fit)s >= %(a)s THEN 'A' WHEN %(fit)s >= %(b)s THEN 'B'
                 ELSE 'C' END
            || CASE WHEN %(engagement)s >= %(one)s THEN '1'
                    WHEN %(engagement)s >= %(two)s THEN '2' ELSE '3' END
            """,
            fit=fit,
            engagement=engagement,
            a=self.grade_a,
            b=self.grade_b,
            one=self.grade_1,
            two=self.grade_2,
        )


def get_totals_sql(model, owner_id, but_for=None):
    """Return the query of what the reasons of an owner add up to.

    :param models.BaseModel model: the model of the owner
    :param SQL owner_id: its id
    :param SQL but_for: a query of ``points`` of a ``rule_id`` that are left out
    :return: a query of one row: ``fit`` and ``engagement``, each within its largest
        value, ``score``, their sum, and ``grade``
    :rtype: SQL
    """
    grading = Grading.load(model.env)
    # By their offsets the subqueries stay such: else each use of a total computes it
    # anew, a grade up to four times.
    return SQL(
        """
        SELECT fit, engagement, fit + engagement AS score, %(grade)s AS grade
          FROM (
        SELECT LEAST(of_fit, NULLIF(%(fit_max)s, 0)) AS fit,
               LEAST(points - of_fit, NULLIF(%(engagement_max)s, 0)) AS engagement
          FROM (
        SELECT COALESCE(sum(points), 0) AS points,
               %(of_fit)s AS of_fit
          FROM %(lines)s) line
        OFFSET 0) part
        OFFSET 0
        """,
        grade=grading.get_grade_sql(SQL("fit"), SQL("engagement")),
        of_fit=FIT_POINTS,
        fit_max=grading.fit_max,
        engagement_max=grading.engagement_max,
        lines=_get_lines_sql(model, owner_id, but_for),
    )


def _get_lines_sql(model, owner_id, but_for):
    """Return what the totals of an owner are read from."""
    lines = SQL(
        "website_crm_score_line WHERE %s = %s",
        SQL.identifier(model._ledger_field),
        owner_id,
    )
    if not but_for:
        return lines
    return SQL(
        """
        (SELECT points, rule_id FROM %s
          UNION ALL SELECT -points, rule_id FROM (%s) but_for) line
        """,
        lines,
        but_for,
    )
