from datetime import timedelta

from odoo import api, fields, models

# What no mark tells of, such as a lead that is open again, waits no longer than this.
CHECK_INTERVAL = timedelta(days=1)


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
    last_track_id = fields.Integer(
        help="Tracks with higher ids were added since, whatever date they bear.",
    )
    checked_date = fields.Datetime(
        help="The rules that were last changed before this date looked at all leads.",
    )

    @api.model
    def _get(self):
        return self.env.ref("website_crm_score.progress")

    def _advance(self, date, track_id):
        """Note that all tracks older than ``date``, up to ``track_id``, were taken."""
        if not self.horizon_date or self.horizon_date < date:
            self.write({"horizon_date": date, "last_track_id": track_id})
            self.flush_recordset()

    def _is_check_due(self):
        """Return whether all leads are to be looked at, not only those with news."""
        checked = self.checked_date
        return not checked or checked < fields.Datetime.now() - CHECK_INTERVAL

    def _note_check(self, date):
        self.checked_date = date
        self.flush_recordset()
