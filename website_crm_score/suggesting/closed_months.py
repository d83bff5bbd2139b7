"""Won and lost leads by the month in which they were closed."""

from datetime import datetime

import pytz

from odoo.fields import Datetime
from odoo.tools import SQL

from ..learning import months
from ..models.website_crm_lead_report import CLOSED_DATE, IS_WON
from ..scoring.worklist import tune
from ..tools.time_zone import get_zone
from .cohort import CLOSED, COUNTS
from .predictive import fetch_counts, fetch_ranks


class ClosedMonths:
    """Those of the present month and of some before, which the user may read.

    Of leads that no rule looked at, the score says nothing.
    """

    def __init__(self, env, count):
        """
        :param env: of the user, where the months begin when they do there
        :param int count: of so many months
        """
        self.env = env
        today = Datetime.context_timestamp(env.user, Datetime.now())
        last = today.year * 12 + today.month - 1
        self.count, self.first = count, last - count + 1

    def _find_start(self, month):
        """Return when a month begins where the user is, in UTC."""
        year, place = divmod(month, 12)
        start = get_zone(self.env.user.tz).localize(datetime(year, place + 1, 1))
        return start.astimezone(pytz.UTC).replace(tzinfo=None)

    def fetch_scores(self):
        """Return won and lost leads by score, by month.

        :rtype: dict[int, dict]
        """
        query = SQL(
            """
            SELECT place, score, %s
              FROM (%s) closed WHERE place BETWEEN 1 AND %s AND is_scored
          GROUP BY place, score
            """,
            COUNTS,
            self._get_leads_sql(),
            self.count,
        )
        scores = {}
        self._prepare()
        for place, score, won, lost in self.env.execute_query(query):
            scores.setdefault(self.first + place - 1, {})[score] = (won, lost)
        return scores

    def fetch_predictions(self):
        """Return the same leads by what core's predictive scoring would have said, had
        it learnt from those that were closed before the month.

        :rtype: dict[int, dict]
        """
        self._prepare()
        leads = SQL(
            "SELECT closed.*, place AS part FROM (%s) closed", self._get_leads_sql()
        )
        asked_for = SQL("SELECT * FROM (%s) closed WHERE is_scored", leads)
        models = {
            place: model
            for place, model in months.learn(fetch_counts(self.env, leads)).items()
            if 1 <= place <= self.count
        }
        predicted = {}
        for place, rank, won, lost in fetch_ranks(self.env, asked_for, models):
            predicted.setdefault(self.first + place - 1, {})[rank] = (won, lost)
        return predicted

    def _prepare(self):
        self.env.flush_all()
        tune(self.env.cr)

    def _get_leads_sql(self):
        """Return the query of closed leads, and which month they are of, by its place:
        0 if it is before all of these."""
        leads = self.env["crm.lead"].with_context(active_test=False)
        # When each month begins, and when the last one ends.
        numbers = range(self.first, self.first + self.count + 1)
        return SQL(
            """
            SELECT lead.*, %(is_won)s AS is_won,
                   lead.score_date IS NOT NULL AS is_scored,
                   width_bucket(%(date)s, %(edges)s::timestamp[]) AS place
              FROM (%(closed)s) lead
            """,
            is_won=IS_WON,
            date=CLOSED_DATE,
            edges=[self._find_start(month) for month in numbers],
            closed=leads._search(CLOSED).select(SQL("crm_lead.*")),
        )
