from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.grading import GRADES
from odoo.addons.website_crm_score.scoring.worklist import tune

# Of fewer leads, no rate and no median is told.
LEAST = 5


class CrmAssignmentReport(models.Model):
    """What came of leads that were assigned: a row for each time a lead was handed over
    to a salesperson.

    A lead is won or lost by who had it last, if it is still theirs; so that each counts
    once. Rates and medians of a few leads say nothing: they are left empty.
    """

    _name = "crm.assignment.report"
    _inherit = "website.crm.lead.report"
    _description = "Assignment Analysis"
    _auto = False
    _order = "date desc, id desc"
    _depends = {
        "crm.assignment.handover": [
            "company_id",
            "contact_hours",
            "date",
            "first_contact_date",
            "grade",
            "lead_id",
            "score",
            "taken_back_date",
            "team_id",
            "user_id",
        ],
        "crm.lead": [
            "date_closed",
            "date_last_stage_update",
            "expected_revenue",
            "user_id",
            "won_status",
        ],
        "crm.team": ["take_back_hours"],
        "res.company": ["currency_id"],
    }

    date = fields.Datetime(string="Assigned on", readonly=True)
    grade = fields.Selection(
        selection=[(grade, grade) for grade in GRADES],
        readonly=True,
        help="What the lead had when it was assigned.",
    )
    state = fields.Selection(
        selection=[
            ("won", "Won"),
            ("lost", "Lost"),
            ("taken_back", "Taken Back"),
            ("other", "No Longer Theirs"),
            ("contacted", "Contacted"),
            ("waiting", "No Contact Yet"),
        ],
        string="Outcome",
        readonly=True,
    )
    assigned_count = fields.Integer(string="Assigned", readonly=True)
    contacted_count = fields.Integer(
        string="Contacted",
        readonly=True,
        help="The salesperson wrote a message or note, had a meeting, did an activity "
        "or moved the stage.",
    )
    contact_hours = fields.Float(
        string="First Contact (Median Hours)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Working hours until the first contact: half of the leads had it earlier. "
        "Empty for fewer than 5.",
    )
    in_time = fields.Float(
        string="First Contact in Time (%)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="How many of those whose first contact was due had it before the team "
        "takes them back. Empty for fewer than 5, and for teams that take none back.",
    )
    taken_back_count = fields.Integer(string="Taken Back", readonly=True)
    win_rate = fields.Float(
        help="How many of those that are won or lost are won. Empty for fewer than 5."
    )

    def _search(self, *args, **kwargs):
        tune(self.env.cr)
        return super()._search(*args, **kwargs)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT handover.id, handover.lead_id, handover.team_id, handover.user_id,
                   handover.company_id, handover.date, handover.grade, handover.score,
                   CASE WHEN handover.taken_back_date IS NOT NULL THEN 'taken_back'
                        WHEN NOT is_theirs THEN 'other'
                        WHEN lead.won_status IN ('won', 'lost') THEN lead.won_status
                        WHEN handover.first_contact_date IS NULL THEN 'waiting'
                        ELSE 'contacted' END AS state,
                   1 AS assigned_count,
                   (handover.first_contact_date IS NOT NULL)::integer
                   AS contacted_count,
                   handover.contact_hours,
                   CASE WHEN team.take_back_hours > 0 THEN
                        CASE WHEN handover.taken_back_date IS NOT NULL THEN 0
                             WHEN handover.contact_hours <= team.take_back_hours
                             THEN 100
                             WHEN handover.contact_hours IS NOT NULL THEN 0 END
                        END AS in_time,
                   (handover.taken_back_date IS NOT NULL)::integer AS taken_back_count,
                   %(closing)s
              FROM crm_assignment_handover handover
         LEFT JOIN crm_lead lead ON lead.id = handover.lead_id
         LEFT JOIN crm_team team ON team.id = handover.team_id
         LEFT JOIN res_company company ON company.id = handover.company_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(
                          lead.user_id = handover.user_id
                          AND handover.taken_back_date IS NULL
                          AND NOT EXISTS (
                              SELECT FROM crm_assignment_handover later
                               WHERE later.lead_id = handover.lead_id
                                 AND (later.date, later.id)
                                   > (handover.date, handover.id)), FALSE)
                          AS is_theirs
                   OFFSET 0  -- it is worked out once
                   ) AS owner
        CROSS JOIN LATERAL (
                   SELECT is_theirs AND lead.won_status IN ('won', 'lost') AS is_closed,
                          is_theirs AND lead.won_status = 'won' AS is_won
                   ) AS outcome
            """,
            closing=self._get_closing_sql(SQL("is_closed"), SQL("is_won")),
        )

    def _read_group_select(self, aggregate_spec, query):
        figures = {
            "contact_hours:avg": "percentile_cont(0.5) WITHIN GROUP (ORDER BY %s)",
            "in_time:avg": "avg(%s)",
            "win_rate:avg": "avg(%s)",
        }
        if aggregate_spec not in figures:
            return super()._read_group_select(aggregate_spec, query)
        column = self._field_to_sql(self._table, aggregate_spec.split(":")[0], query)
        return SQL(
            "CASE WHEN count(%s) >= %s THEN %s END",
            column,
            LEAST,
            SQL(figures[aggregate_spec], column),
        )
