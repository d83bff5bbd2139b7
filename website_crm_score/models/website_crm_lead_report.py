from odoo import api, fields, models
from odoo.tools import SQL

IS_WON = SQL("(lead.won_status = 'won')")
IS_LOST = SQL("(lead.won_status = 'lost')")
IS_CLOSED = SQL("(lead.won_status IN ('won', 'lost'))")
# Core notes when a lead is closed, but not of one that is closed when it is made, as by
# an import: its stage is not younger than the end.
CLOSED_DATE = SQL(
    "COALESCE(lead.date_closed, lead.date_last_stage_update, lead.create_date)"
)


class WebsiteCrmLeadReport(models.AbstractModel):
    """A report on leads: whose they are, and whether they are won or lost."""

    _name = "website.crm.lead.report"
    _description = "Analysis of Leads"
    _rec_name = "lead_id"

    lead_id = fields.Many2one(comodel_name="crm.lead", readonly=True)
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    closed_date = fields.Datetime(string="Closed on", readonly=True)
    score = fields.Float(digits=(16, 2), readonly=True, aggregator="avg")
    won_count = fields.Integer(string="Won", readonly=True)
    lost_count = fields.Integer(string="Lost", readonly=True)
    win_rate = fields.Float(
        string="Win Rate (%)", digits=(16, 1), readonly=True, aggregator="avg"
    )
    won_revenue = fields.Monetary(
        string="Revenue Won",
        readonly=True,
        help="The expected revenue of those that are won.",
    )

    def action_open_lead(self):
        """Show the lead."""
        self.ensure_one()
        return self.lead_id.get_formview_action()

    @api.model
    def _get_closing_sql(self, is_closed, is_won):
        """Return the columns of what became of ``lead``, with its ``company``: whether
        it counts as won or lost, and as won, say the arguments."""
        return SQL(
            """
            COALESCE(company.currency_id, %(currency)s) AS currency_id,
            CASE WHEN %(is_closed)s THEN %(closed_date)s END AS closed_date,
            %(is_won)s::integer AS won_count,
            (%(is_closed)s AND NOT %(is_won)s)::integer AS lost_count,
            CASE WHEN %(is_closed)s THEN 100.0 * %(is_won)s::integer END AS win_rate,
            CASE WHEN %(is_won)s THEN lead.expected_revenue ELSE 0 END AS won_revenue
            """,
            currency=self.env.company.currency_id.id,
            is_closed=is_closed,
            closed_date=CLOSED_DATE,
            is_won=is_won,
        )
