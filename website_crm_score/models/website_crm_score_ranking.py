import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..learning import months
from ..learning.decline import find_best, has_lost_lift, is_worse
from ..learning.judging import get_auc
from ..learning.patterns import Counts, join_outcomes
from ..learning.proposal import LEAST_OUTCOMES
from ..scoring.win_rate import get_counts_sql
from ..suggesting.closed_months import ClosedMonths
from ..tools.attempt import attempt
from .website_crm_lead_report import CLOSED_DATE, IS_CLOSED, IS_WON

_logger = logging.getLogger(__name__)

# What the first ranking looks at: later ones are compared with it.
FIRST_PERIOD = relativedelta(years=1)
# What was reached longer ago is no measure.
COMPARED_PERIOD = relativedelta(years=1)
# What the page can look at: leads of longer ago say how customers were then.
MOST_MONTHS = 60


class WebsiteCrmScoreRanking(models.Model):
    """How well the rules ranked the leads that were closed in a period.

    Once a month, of the leads closed since the last time, or more months where they
    were few. When the rules rank worse than at their best in the last twelve months,
    sales managers are told, with the rules that told won from lost leads then and no
    longer do. So a slow decline is noticed, too; once, as what was told is what the
    next ones are compared with.
    """

    _name = "website.crm.score.ranking"
    _description = "Ranking by Scoring Rules"
    _order = "end_date desc, id desc"
    _rec_name = "end_date"

    start_date = fields.Datetime(string="Closed after", required=True, readonly=True)
    end_date = fields.Datetime(string="Closed until", required=True, readonly=True)
    won_count = fields.Integer(string="Won Leads", readonly=True)
    lost_count = fields.Integer(string="Lost Leads", readonly=True)
    auc = fields.Float(
        string="Ranking",
        digits=(16, 3),
        readonly=True,
        aggregator="avg",
        help="How often, of a won and a lost lead, the won one has the higher score: "
        "0.5 is chance, 1 is always.",
    )
    is_worse = fields.Boolean(
        string="Worse",
        readonly=True,
        help="The rules surely rank worse than at their best in the twelve months "
        "before, or since they were last found worse.",
    )
    rule_ids = fields.Many2many(
        comodel_name="website.crm.score",
        relation="website_crm_score_ranking_rule_rel",
        column1="ranking_id",
        column2="rule_id",
        string="Rules without Lift",
        readonly=True,
        context={"active_test": False},
        help="Leads with points of these rules were won more often than others, or "
        "less often if the rule takes points; and are no longer.",
    )

    # THE PAGE

    @api.model
    def get_quality(self, count=12):
        """Return how well the scores rank the leads that were closed in the last
        months, by the reasons that these have and the points that they give today.

        :param int count: of so many months, with the present one
        :return: of all months (False where too few leads are closed), and of each
        :rtype: dict
        """
        self.check_access("read")
        closed = self._get_closed_months(count)
        scores = closed.fetch_scores()
        won, lost = months.count_outcomes(join_outcomes(scores.values()))
        return {
            "since": _get_date(closed.first),
            "won": won,
            "lost": lost,
            "least": LEAST_OUTCOMES,
            **self._describe_months(scores, scores),
        }

    @api.model
    def get_predictive_quality(self, count=12):
        """Return how well Odoo's predictive scoring would have ranked the same leads,
        see :meth:`get_quality`: those of the months before which it could learn from
        enough others, with the figures of the scores of just these.

        :rtype: dict
        """
        self.check_access("read")
        closed = self._get_closed_months(count)
        scores, predicted = closed.fetch_scores(), closed.fetch_predictions()
        return {
            "since": _get_date(min(predicted)) if predicted else False,
            **self._describe_months(scores, predicted),
            "ours": months.describe(
                join_outcomes(scores.get(month, {}) for month in predicted)
            ),
        }

    def _get_closed_months(self, count):
        return ClosedMonths(self.env, min(max(int(count), 1), MOST_MONTHS))

    @api.model
    def _describe_months(self, scores, judged):
        """Return how ``judged`` ranks the leads, in all, and in each period of which
        it has all months.

        :param dict scores: all leads, which say what the periods are, by month
        :param dict judged: some of these, by month
        """
        outcomes = {month: months.count_outcomes(scores[month]) for month in scores}
        return {
            "total": months.describe(join_outcomes(judged.values())),
            "periods": [
                {
                    "first": _get_date(period.first),
                    "last": _get_date(period.last),
                    "total": self._describe_period(period, outcomes, judged),
                }
                for period in months.make_periods(outcomes)
            ],
        }

    @api.model
    def _describe_period(self, period, outcomes, judged):
        numbers = [month for month in outcomes if period.first <= month <= period.last]
        if not all(month in judged for month in numbers):
            return False
        return months.describe(join_outcomes(judged[month] for month in numbers))

    # EACH MONTH

    @api.model
    def _cron_judge(self):
        """Judge the rules by the leads that were closed since the last time."""
        if not self.env["res.config.settings"]._get_scoring_number("judge_rules"):
            return
        # sudo: so does the job
        before, now = self.sudo().search([], limit=1), fields.Datetime.now()
        start = before.end_date or now - FIRST_PERIOD
        self.env.flush_all()
        scores = self._get_scores(start, now)
        won, lost = months.count_outcomes(scores)
        if min(won, lost) < LEAST_OUTCOMES:
            return  # the next one looks at these leads, too
        ranking = before.create(
            {
                "start_date": start,
                "end_date": now,
                "won_count": won,
                "lost_count": lost,
                "auc": get_auc(scores),
            }
        )
        ranking._compare(ranking._find_earlier())

    def _find_earlier(self):
        """Return the rankings that this one is compared with, the newest first.

        Those of twelve months, from the last one on that was worse; the one before is
        always one of them.
        """
        earlier = self.search([("id", "!=", self.id)])
        since = self.end_date - COMPARED_PERIOD
        compared = earlier[:1]
        for ranking in earlier[1:]:
            if compared[-1].is_worse or ranking.end_date < since:
                break
            compared += ranking
        return compared

    def _compare(self, earlier):
        """Note whether the rules rank worse than in the best of the ``earlier``
        rankings, and tell so."""
        if not earlier:
            return
        figures = [ranking._get_figures() for ranking in earlier]
        before = earlier[find_best(figures)]
        self.is_worse = is_worse(
            *self._get_figures(), *before._get_figures(), choice=len(earlier)
        )
        if not self.is_worse:
            return
        now, then = self._count_rules(), before._count_rules()
        rules = self.env["website.crm.score"].search(
            [("id", "in", list(now.keys() & then.keys()))]
        )
        self.rule_ids = rules.filtered(
            lambda rule: has_lost_lift(now[rule.id], then[rule.id], rule.value)
        )
        managers = self.env.ref("sales_team.group_sale_manager").all_user_ids
        for user in managers.filtered("active"):
            self._try_to_tell(user, before)

    def _get_figures(self):
        return self.auc, self.won_count, self.lost_count

    # COUNTING

    @api.model
    def _get_scores(self, start, end):
        """Return won and lost leads by score, of those that were closed between."""
        query = SQL(
            """
            SELECT lead.score, %(counts)s
              FROM crm_lead lead WHERE %(closed)s GROUP BY lead.score
            """,
            counts=get_counts_sql(IS_WON),
            closed=self._get_closed_sql(start, end),
        )
        return {
            score: (won, lost) for score, won, lost in self.env.execute_query(query)
        }

    def _count_rules(self):
        """Return the leads with points of each rule, and those without, by its id."""
        query = SQL(
            """
            SELECT line.rule_id, %(counts)s
              FROM crm_lead lead
              JOIN website_crm_score_line line ON line.lead_id = lead.id
             WHERE line.points <> 0 AND %(closed)s GROUP BY line.rule_id
            """,
            counts=get_counts_sql(IS_WON),
            closed=self._get_closed_sql(self.start_date, self.end_date),
        )
        return {
            rule: Counts(won, lost, self.won_count - won, self.lost_count - lost)
            for rule, won, lost in self.env.execute_query(query)
        }

    @api.model
    def _get_closed_sql(self, start, end):
        # Those that rules looked at.
        return SQL(
            "%(closed)s AND lead.score_date IS NOT NULL"
            " AND %(date)s > %(start)s AND %(date)s <= %(end)s",
            closed=IS_CLOSED,
            date=CLOSED_DATE,
            start=start,
            end=end,
        )

    # TELLING

    def _try_to_tell(self, user, before):
        """Tell ``user``; where that fails, the others hear nevertheless."""
        with attempt(self.env.cr) as outcome:
            self.with_context(lang=user.lang)._tell(user, before)
        if error := outcome.error:
            _logger.warning("User %s is not told of rules", user.id, exc_info=error)

    def _tell(self, user, before):
        rules = self.rule_ids.with_user(user)._filtered_access("read")
        values = {"ranking": self, "before": before, "rules": rules}
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            subject=self.env._("The scoring rules rank leads worse than they did"),
            body=self.env["ir.qweb"]._render(
                "website_crm_score.message_ranking", values
            ),
        )


def _get_date(month):
    """Return the first day of a month, see :mod:`..learning.months`."""
    year, place = divmod(month, 12)
    return f"{year:04}-{place + 1:02}-01"
