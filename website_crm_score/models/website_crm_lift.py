from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring.win_rate import FEW, get_rate_sql, get_wilson_sql
from ..scoring.worklist import tune
from ..tools.actions import get_action
from .website_crm_lead_report import IS_LOST, IS_WON


class WebsiteCrmLift(models.AbstractModel):
    """Whether some leads are won more often than all that they are compared with."""

    _name = "website.crm.lift"
    _description = "Lift"

    won_count = fields.Integer(string="Won", readonly=True, aggregator=None)
    lost_count = fields.Integer(string="Lost", readonly=True, aggregator=None)
    closed_count = fields.Integer(string="Closed", readonly=True, aggregator=None)
    win_rate = fields.Float(readonly=True, aggregator=None)
    lift = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    lift_low = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    lift_high = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    lift_range = fields.Char(
        string="Between",
        compute="_compute_lift_range",
        help="Between these the lift is in 19 of 20 cases (the interval of Wilson).",
    )
    verdict = fields.Selection(
        selection=[
            ("few", "Too few"),
            ("more", "Won more often"),
            ("less", "Won less often"),
            ("same", "No clear difference"),
        ],
        readonly=True,
    )

    @api.depends("lift_low", "lift_high", "closed_count")
    @api.depends_context("lang")
    def _compute_lift_range(self):
        to_text = self.env["ir.qweb.field.float"].value_to_html
        for row in self:
            ends = (row.lift_low, row.lift_high)
            texts = (to_text(end, {"precision": 2}) for end in ends)
            row.lift_range = " – ".join(texts) if row.closed_count else False

    # READING

    @api.model
    def _search(self, domain, *args, **kwargs):
        self._prepare()
        return super()._search(domain, *args, **kwargs)

    def _fetch_query(self, query, fields):
        self._prepare()
        return super()._fetch_query(query, fields)

    def _prepare(self):
        """Prepare for statements over all leads, and over whatever sources read."""
        self.env.flush_all()
        tune(self.env.cr)

    @api.model
    def _open_leads(self, name, domain):
        """Return the action that shows leads under a name."""
        action = "website_crm_score.crm_lead_action_scored"
        return get_action(self.env, action, display_name=name, domain=domain)

    # SQL

    def _get_leads_sql(self):
        """Return the query of leads, each with whether it is won or lost. It is part of
        other queries, and so read by several processes."""
        return SQL(
            "SELECT lead.id, %s AS is_won, %s AS is_lost %s"
            " FROM crm_lead lead WHERE %s",
            IS_WON,
            IS_LOST,
            self._get_lead_columns_sql(),
            self._get_is_visible_sql(),
        )

    def _get_lead_columns_sql(self):
        """Return what else that query has of ``lead``, after a comma."""
        return SQL()

    def _get_is_visible_sql(self):
        """Return the condition that ``lead`` is of no other company than the user's."""
        return SQL(
            "(lead.company_id IS NULL OR lead.company_id = ANY(%s))",
            self.env.companies.ids,
        )

    @api.model
    def _get_lift_sql(self, won, lost, all_rate):
        """Return the columns of these fields, of how many leads are won and lost, and
        of the win rate of all that they are compared with."""
        low, high = get_wilson_sql(won, lost)
        return SQL(
            """
            %(won)s AS won_count,
            %(lost)s AS lost_count,
            %(won)s + %(lost)s AS closed_count,
            %(rate)s AS win_rate,
            %(rate)s / NULLIF(%(all_rate)s, 0) AS lift,
            %(low)s / NULLIF(%(all_rate)s, 0) AS lift_low,
            %(high)s / NULLIF(%(all_rate)s, 0) AS lift_high,
            CASE WHEN %(won)s + %(lost)s < %(few)s THEN 'few'
                 WHEN %(low)s > %(all_rate)s THEN 'more'
                 WHEN %(high)s < %(all_rate)s THEN 'less'
                 ELSE 'same' END AS verdict
            """,
            won=won,
            lost=lost,
            rate=get_rate_sql(won, lost),
            all_rate=all_rate,
            low=low,
            high=high,
            few=FEW,
        )
