from odoo import fields, models
from odoo.tools import SQL

from .website_crm_lead_report import IS_CLOSED, IS_WON

# What there is to tell of a lead that is over, or goes on
IS_REPORTED = SQL("(lead.active OR lead.won_status IN ('won', 'lost'))")


class WebsiteCrmScoreReport(models.Model):
    """What became of leads, by their scores: open ones, and those won or lost.

    The score of a closed lead is what today's rules make of the reasons that it had.
    """

    _name = "website.crm.score.report"
    _inherit = "website.crm.lead.report"
    _description = "Analysis of Scores"
    _auto = False
    _order = "score desc, id desc"
    _depends = {
        "crm.lead": [
            "active",
            "company_id",
            "create_date",
            "date_closed",
            "date_last_stage_update",
            "day_close",
            "expected_revenue",
            "score",
            "score_date",
            "score_engagement",
            "score_fit",
            "score_grade",
            "team_id",
            "type",
            "user_id",
            "won_status",
        ],
        "res.company": ["currency_id"],
    }

    lead_type = fields.Selection(
        selection=[("lead", "Lead"), ("opportunity", "Opportunity")],
        string="Type",
        readonly=True,
    )
    create_date = fields.Datetime(string="Created on", readonly=True)
    score_date = fields.Datetime(string="Scored on", readonly=True)
    won_status = fields.Selection(
        selection=[("won", "Won"), ("lost", "Lost"), ("pending", "Open")],
        string="Outcome",
        readonly=True,
    )
    score_fit = fields.Float(
        string="Fit", digits=(16, 2), readonly=True, aggregator="avg"
    )
    score_engagement = fields.Float(
        string="Engagement", digits=(16, 2), readonly=True, aggregator="avg"
    )
    score_grade = fields.Char(string="Grade", readonly=True)
    fit_grade = fields.Char(
        string="Grade of the Fit",
        readonly=True,
        help="A, B or C: how well who they are fits.",
    )
    engagement_grade = fields.Char(
        string="Grade of the Engagement",
        readonly=True,
        help="1, 2 or 3: how much they do.",
    )
    band_id = fields.Many2one(
        comodel_name="website.crm.score.band",
        string="Band of Scores",
        readonly=True,
        help="Scores that are much the same, with the minimum scores that are among "
        "them.",
    )
    win_rate = fields.Float(
        help="How many of those that are won or lost are won. Open ones do not count."
    )
    days_to_close = fields.Float(
        string="Days to Close",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="From when it was made until it was won or lost.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT lead.id, lead.id AS lead_id, lead.type AS lead_type, lead.team_id,
                   lead.user_id, lead.company_id, lead.create_date, lead.score_date,
                   lead.won_status, lead.score, lead.score_fit, lead.score_engagement,
                   lead.score_grade, left(lead.score_grade, 1) AS fit_grade,
                   right(lead.score_grade, 1) AS engagement_grade,
                   %(band)s AS band_id,
                   CASE WHEN %(is_closed)s THEN lead.day_close END AS days_to_close,
                   %(closing)s
              FROM crm_lead lead
         LEFT JOIN res_company company ON company.id = lead.company_id
             WHERE %(is_reported)s
            """,
            band=self.env["website.crm.score.band"]._get_id_sql(SQL("lead.score")),
            is_closed=IS_CLOSED,
            closing=self._get_closing_sql(IS_CLOSED, IS_WON),
            is_reported=IS_REPORTED,
        )
