"""The leads that a suggestion learns from."""

from odoo.fields import Domain
from odoo.tools import SQL

from ..learning import bayes
from ..learning.selection import LEAST_LEADS
from ..models.website_crm_lead_report import CLOSED_DATE, IS_WON
from ..scoring.matching import get_scope_query
from ..scoring.win_rate import get_counts_sql
from ..scoring.worklist import tune
from .predictive import fetch_counts, fetch_ranks

# Newer leads are what the rules learnt on the older ones are judged on.
OLDER_SHARE = 0.7
# Open leads, the newest ones, tell what is known before a lead is closed.
MOST_OPEN = 20_000

LEADS = SQL("website_crm_score_cohort_lead")
COUNTS = get_counts_sql(SQL("is_won"))
CLOSED = Domain("won_status", "in", ("won", "lost"))
OPEN = Domain("won_status", "=", "pending") & Domain("active", "=", True)


class Cohort:
    """Closed leads, with open ones to compare them with, in a temporary table."""

    def __init__(self, env, since):
        """
        :param env: of who learns; no more leads are looked at than this user's rules do
        :param datetime since: closed leads are those closed since then
        """
        self.env = env
        self.since = since

    def fill(self):
        """Make the table, of the leads as they are now."""
        self.drop()
        tune(self.env.cr)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE %(leads)s AS
                SELECT lead_id, closed_date, is_won,
                       row_number() OVER (ORDER BY closed_date, lead_id)
                           > %(older)s * count(*) OVER () AS is_newer
                  FROM (%(closed)s) closed
                 WHERE closed_date >= %(since)s
             UNION ALL
                SELECT id, NULL, NULL, NULL FROM (%(open)s) pending
                """,
                leads=LEADS,
                older=OLDER_SHARE,
                closed=self._get_closed_sql(),
                since=self.since,
                open=self._get_open_sql(),
            )
        )
        self.env.cr.execute(SQL("CREATE UNIQUE INDEX ON %s (lead_id)", LEADS))
        self.env.cr.execute(SQL("ANALYZE %s", LEADS))

    def drop(self):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", LEADS))

    def _get_closed_sql(self):
        return SQL(
            """
            SELECT lead.id AS lead_id, %s AS is_won, %s AS closed_date
              FROM crm_lead lead WHERE lead.id IN %s
            """,
            IS_WON,
            CLOSED_DATE,
            get_scope_query(self.make_rule({}), CLOSED).subselect(),
        )

    def _get_open_sql(self):
        return SQL(
            "SELECT id FROM crm_lead WHERE id IN %s ORDER BY id DESC LIMIT %s",
            get_scope_query(self.make_rule({}), OPEN).subselect(),
            MOST_OPEN,
        )

    def count_outcomes(self):
        """Return how many leads are won, lost, and open."""
        is_open = SQL("count(*) FILTER (WHERE is_won IS NULL)")
        query = SQL("SELECT %s, %s FROM %s", COUNTS, is_open, LEADS)
        [row] = self.env.execute_query(query)
        return row

    def find_frequent(self, column, limit, join=None):
        """Return the values that enough closed leads have, the most frequent first.

        :param SQL column: of ``lead``, or what is joined with it
        :rtype: list
        """
        query = SQL(
            """
            SELECT %(column)s
              FROM %(leads)s cohort JOIN crm_lead lead ON lead.id = cohort.lead_id
                   %(join)s
             WHERE is_won IS NOT NULL AND %(column)s IS NOT NULL
          GROUP BY 1 HAVING count(*) >= %(least)s
          ORDER BY count(*) DESC, 1 LIMIT %(limit)s
            """,
            column=column,
            leads=LEADS,
            join=join or SQL(),
            least=LEAST_LEADS,
            limit=limit,
        )
        return [value for (value,) in self.env.execute_query(query) if value != ""]

    def make_rule(self, values):
        """Return a rule that is only thought of, as the user who learns would write it.

        :rtype: models.BaseModel
        """
        return self.env["website.crm.score"]._think_up(values)

    def get_scores(self):
        """Return won and lost newer leads by the score that they have.

        :rtype: dict[float, tuple[int, int]]
        """
        query = SQL(
            """
            SELECT COALESCE(score, 0), %s
              FROM %s JOIN crm_lead lead ON lead.id = lead_id
             WHERE is_newer
          GROUP BY 1
            """,
            COUNTS,
            LEADS,
        )
        rows = self.env.execute_query(query)
        return {score: (won, lost) for score, won, lost in rows}

    def get_predictions(self):
        """Return won and lost newer leads by what core's predictive scoring would have
        said of them, had it learnt from the older ones."""
        leads = SQL(
            "SELECT lead.*, is_newer::integer AS part, is_won"
            " FROM %s JOIN crm_lead lead ON lead.id = lead_id",
            LEADS,
        )
        older = SQL("SELECT * FROM (%s) lead WHERE part = 0", leads)
        counts = bayes.start()
        bayes.add(counts, (row for _part, *row in fetch_counts(self.env, older)))
        ranks = fetch_ranks(self.env, leads, {1: bayes.weigh(counts)})
        return {rank: (won, lost) for _part, rank, won, lost in ranks}
