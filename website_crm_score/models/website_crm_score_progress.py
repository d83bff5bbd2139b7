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
    next_horizon_date = fields.Datetime(
        help="The horizon of the pass over the leads that is not finished yet.",
    )
    next_track_id = fields.Integer()
    reached_lead_id = fields.Integer(
        help="The last lead that this pass brought up to date.",
    )
    repaired_date = fields.Datetime(
        help="The ledger agrees with the rules last changed before this date.",
    )
    checked_date = fields.Datetime(
        help="The rules that were last changed before this date looked at all leads.",
    )

    @api.model
    def _get(self):
        return self.env.ref("website_crm_score.progress")

    def _begin_pass(self, date, track_id):
        """Begin to derive page views, unless a pass is unfinished and goes on.

        :param datetime date: all older tracks, and those up to ``track_id``, will be in
            the page views when the pass is finished
        """
        if not self.next_horizon_date:
            self.write({"next_horizon_date": date, "next_track_id": track_id})
            self.flush_recordset()

    def _reach(self, lead_id):
        """Note that the page views of leads up to ``lead_id`` are up to date."""
        self.reached_lead_id = lead_id
        self.flush_recordset()

    def _end_pass(self):
        """Note that the page views of all leads are up to date, up to the horizon."""
        date, track_id = self.next_horizon_date, self.next_track_id
        values = {"next_horizon_date": False, "next_track_id": 0, "reached_lead_id": 0}
        if date and (not self.horizon_date or self.horizon_date < date):
            values |= {"horizon_date": date, "last_track_id": track_id}
        self.write(values)
        self.flush_recordset()

    def _is_check_due(self):
        """Return whether all leads are to be looked at, not only those with news."""
        checked = self.checked_date
        return not checked or checked < fields.Datetime.now() - CHECK_INTERVAL

    def _note(self, name, date):
        """Write ``date`` to the field ``name``."""
        self[name] = date
        self.flush_recordset()
