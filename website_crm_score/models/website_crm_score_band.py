from math import floor

from odoo import api, fields, models
from odoo.tools import SQL, drop_view_if_exists

from ..tools.numbers import say_number

WIDTH = 10
# What is below the first band is in it, and what is above the last one in that.
FIRST, LAST = -1_000, 1_000


class WebsiteCrmScoreBand(models.Model):
    """Scores that are much the same: ten points are a band. Each band is there, whether
    somebody has such a score or not."""

    _name = "website.crm.score.band"
    _description = "Band of Scores"
    _auto = False
    _order = "low"

    low = fields.Integer(string="From", readonly=True)

    def init(self):
        drop_view_if_exists(self.env.cr, self._table)
        self.env.cr.execute(
            SQL(
                """
                CREATE VIEW %s AS
                SELECT number - %s AS id, number * %s AS low
                  FROM generate_series(%s, %s) number
                """,
                SQL.identifier(self._table),
                FIRST - 1,
                WIDTH,
                FIRST,
                LAST,
            )
        )

    @api.depends("low")
    @api.depends_context("lang", "uid")
    def _compute_display_name(self):
        """The scores of the band, and which minimums are among them: a lead has to be
        above these."""
        minimums = self._get_minimums()
        for band in self:
            low, high = band.low, band.low + WIDTH
            inside = [
                self._name_minimum(who, minimum)
                for who, minimum in minimums
                if low <= minimum < high
            ]
            band.display_name = " · ".join([f"{low} – {high - 1}", *inside])

    @api.model
    def get_minimums(self):
        """Return the minimum scores, for who draws them: which band each is in, and
        how much of the band is below it.

        :rtype: list[dict]
        """
        self.check_access("read")
        names = {}
        for who, minimum in self._get_minimums():
            names.setdefault(minimum, []).append(who)
        return [
            {
                "name": self._name_minimum(", ".join(names[minimum]), minimum),
                "band_id": int(floor(minimum / WIDTH)) - FIRST + 1,
                "share": minimum % WIDTH / WIDTH,
            }
            for minimum in sorted(names)
        ]

    @api.model
    def _name_minimum(self, who, minimum):
        score = say_number(self.env, minimum)
        return self.env._("%(who)s from %(score)s", who=who, score=score)

    @api.model
    def _get_minimums(self):
        """Return who takes leads from which score on, as pairs of both."""
        return []

    @api.model
    def _get_id_sql(self, score):
        """Return the id of the band of a score."""
        return SQL(
            "LEAST(GREATEST(floor(%s / %s), %s), %s)::integer - %s",
            score,
            WIDTH,
            FIRST,
            LAST,
            FIRST - 1,
        )
