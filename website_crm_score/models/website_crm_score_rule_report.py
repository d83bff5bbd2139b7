from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring.win_rate import get_rate_sql
from .website_crm_lead_report import CLOSED_DATE, IS_CLOSED, IS_WON

WON, LOST = SQL("COALESCE(held.won, 0)"), SQL("COALESCE(held.lost, 0)")
OTHER_WON = SQL("(COALESCE(looked.won, 0) - COALESCE(held.looked_won, 0))")
OTHER_LOST = SQL("(COALESCE(looked.lost, 0) - COALESCE(held.looked_lost, 0))")
ALL_WON, ALL_LOST = SQL("(%s + %s)", WON, OTHER_WON), SQL("(%s + %s)", LOST, OTHER_LOST)
# The moments at which rules were written, to which dates are rounded down.
EDGES = SQL(
    """
    (SELECT array_agg(DISTINCT date_trunc('second', create_date)
                      ORDER BY date_trunc('second', create_date))
       FROM website_crm_score)
    """
)
# Whether a rule looked at a lead: an ordinary one does when the lead is new. Dates are
# numbers of the rules that are no younger.
IS_LOOKED_AT = SQL(
    """
    (lead.closed >= rule.place
     AND (rule.looks_again OR lead.created >= rule.place)
     AND (rule.company_id IS NULL OR lead.company_id = rule.company_id))
    """
)


class WebsiteCrmScoreRuleReport(models.Model):
    """What became of the leads that rules gave points to, and of those that they did
    not: a row is a rule for leads.

    A rule is compared with leads that it looked at: those that were closed after it was
    written, and, where it looks at new leads alone, made after it was. Of leads of
    companies that are not among those of the user, it says nothing.
    """

    _name = "website.crm.score.rule.report"
    _inherit = "website.crm.lift"
    _description = "Analysis of Scoring Rules"
    _auto = False
    _rec_name = "rule_id"
    _order = "closed_count desc, id"
    _depends = {
        "crm.lead": [
            "company_id",
            "create_date",
            "date_closed",
            "date_last_stage_update",
            "score_date",
            "won_status",
        ],
        "website.crm.score": [
            "active",
            "apply_to",
            "category",
            "company_id",
            "create_date",
            "event_based",
            "event_type",
            "is_draft",
            "rule_type",
            "value",
        ],
        "website.crm.score.line": ["lead_id", "rule_id"],
    }

    rule_id = fields.Many2one(comodel_name="website.crm.score", readonly=True)
    condition = fields.Char(related="rule_id.condition")
    active = fields.Boolean(readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    category = fields.Selection(
        selection=lambda self: self.env["website.crm.score"]
        ._fields["category"]
        ._description_selection(self.env),
        string="Belongs to",
        readonly=True,
    )
    event_type = fields.Selection(
        selection=lambda self: self.env["website.crm.score.source"]._get_selection(),
        string="Event",
        readonly=True,
    )
    points = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    matched_count = fields.Integer(string="Matched", readonly=True, aggregator=None)
    other_count = fields.Integer(
        string="Closed Without",
        readonly=True,
        aggregator=None,
        help="Won and lost leads that the rule looked at and gave no points.",
    )
    win_rate = fields.Float(
        help="How many of the won and lost leads with points of the rule are won."
    )
    other_win_rate = fields.Float(
        string="Win Rate Without",
        readonly=True,
        aggregator=None,
        help="How many of the won and lost leads are won that the rule looked at and "
        "gave no points.",
    )
    lift = fields.Float(
        help="How many times the win rate of all leads that the rule looked at that of "
        "those is that it gave points. 1 is no difference.",
    )
    verdict = fields.Selection(
        help="Whether leads with points of the rule are won more often than others. "
        "Too few: less than 30 are closed.",
    )

    def action_open_rule(self):
        """Show the rule."""
        self.ensure_one()
        return self.rule_id.get_formview_action()

    @property
    def _table_query(self):
        return SQL(
            """
            WITH rule AS MATERIALIZED (
                SELECT rule.*, rule.rule_type = 'event' OR rule.event_based
                       AS looks_again,
                       width_bucket(date_trunc('second', create_date), %(edges)s)
                       AS place
                  FROM website_crm_score rule
                 WHERE apply_to = 'lead' AND is_draft IS NOT TRUE
            )
            SELECT rule.id, rule.id AS rule_id, rule.active, rule.company_id,
                   rule.category, rule.value AS points,
                   CASE WHEN rule.rule_type = 'event' THEN rule.event_type END
                   AS event_type,
                   COALESCE(held.matched, 0) AS matched_count, %(lift)s,
                   %(other_won)s + %(other_lost)s AS other_count,
                   %(other_rate)s AS other_win_rate
              FROM rule
         LEFT JOIN (%(held)s) held ON held.rule_id = rule.id
         LEFT JOIN (%(looked)s) looked ON looked.rule_id = rule.id
            """,
            edges=EDGES,
            held=self._get_held_sql(),
            looked=self._get_looked_sql(),
            other_won=OTHER_WON,
            other_lost=OTHER_LOST,
            other_rate=get_rate_sql(OTHER_WON, OTHER_LOST),
            lift=self._get_lift_sql(WON, LOST, get_rate_sql(ALL_WON, ALL_LOST)),
        )

    def _get_lead_columns_sql(self):
        """Return, of leads that are closed, when they were made and closed."""
        return SQL(
            """
            , lead.company_id, lead.score_date IS NOT NULL AS is_scored,
            CASE WHEN %(is_closed)s
                 THEN width_bucket(lead.create_date, %(edges)s) END AS created,
            CASE WHEN %(is_closed)s
                 THEN width_bucket(%(closed_date)s, %(edges)s) END AS closed
            """,
            is_closed=IS_CLOSED,
            closed_date=CLOSED_DATE,
            edges=EDGES,
        )

    def _get_held_sql(self):
        """Return the query of how many leads have points of each rule, and how many of
        those that are closed it looked at in any case."""
        return SQL(
            """
            SELECT rule.id AS rule_id, sum(leads)::bigint AS matched,
                   sum(won)::bigint AS won, sum(lost)::bigint AS lost,
                   (sum(won) FILTER (WHERE %(is_looked_at)s))::bigint AS looked_won,
                   (sum(lost) FILTER (WHERE %(is_looked_at)s))::bigint AS looked_lost
              FROM (SELECT line.rule_id, company_id, created, closed,
                           count(*) AS leads, count(*) FILTER (WHERE is_won) AS won,
                           count(*) FILTER (WHERE is_lost) AS lost
                      FROM website_crm_score_line line
                      JOIN (%(leads)s) lead ON lead.id = line.lead_id
                  GROUP BY line.rule_id, company_id, created, closed) lead
              JOIN rule ON rule.id = lead.rule_id
             WHERE rule.company_id IS NULL OR lead.company_id = rule.company_id
          GROUP BY rule.id
            """,
            leads=self._get_leads_sql(),
            is_looked_at=IS_LOOKED_AT,
        )

    def _get_looked_sql(self):
        """Return the query of how many closed leads each rule looked at in any case."""
        return SQL(
            """
            SELECT rule.id AS rule_id, sum(won)::bigint AS won,
                   sum(lost)::bigint AS lost
              FROM rule
              JOIN (SELECT company_id, created, closed,
                           count(*) FILTER (WHERE is_won) AS won,
                           count(*) FILTER (WHERE is_lost) AS lost
                      FROM (%(leads)s) lead
                     WHERE is_scored AND (is_won OR is_lost)
                  GROUP BY company_id, created, closed) lead
                ON %(is_looked_at)s
          GROUP BY rule.id
            """,
            leads=self._get_leads_sql(),
            is_looked_at=IS_LOOKED_AT,
        )

    @api.model
    def _get_win_rates(self, rules):
        """Return of how many closed leads with points of rules which part is won, by
        the id of the rule."""
        if not rules.ids:
            return {}
        self.env.flush_all()
        query = SQL(
            """
            SELECT line.rule_id, count(*), avg(%s::integer)::float
              FROM website_crm_score_line line
              JOIN website_crm_score rule ON rule.id = line.rule_id
              JOIN crm_lead lead ON lead.id = line.lead_id
             WHERE line.rule_id = ANY(%s) AND %s AND %s
               AND (rule.company_id IS NULL OR lead.company_id = rule.company_id)
          GROUP BY line.rule_id
            """,
            IS_WON,
            rules.ids,
            IS_CLOSED,
            self._get_is_visible_sql(),
        )
        return {rule_id: counts for rule_id, *counts in self.env.execute_query(query)}
