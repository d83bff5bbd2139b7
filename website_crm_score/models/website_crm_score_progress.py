from odoo import api, fields, models


class WebsiteCrmScoreProgress(models.Model):
    """How far the scoring jobs came: a single record, known to the jobs alone.

    Not kept in the system parameters, each write of which empties the caches of
    every worker.
    """

    _name = "website.crm.score.progress"
    _description = "Lead Scoring Progress"

    horizon_date = fields.Datetime(
        help="All tracks of visits before this date are in the page views.",
    )
    reached_lead_id = fields.Integer(
        help="The last lead that the unfinished pass of event-based rules looked at.",
    )

    @api.model
    def _get(self):
        return self.env.ref("website_crm_score.progress")

    def _advance_horizon(self, date):
        """Note that all tracks of visits before ``date`` were taken."""
        if not self.horizon_date or self.horizon_date < date:
            self.horizon_date = date
