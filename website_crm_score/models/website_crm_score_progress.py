from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..fields import TechnicalChar, TechnicalDatetime, TechnicalInteger
from ..scoring.grading import Grading

# Clocks of application servers differ from that of the database by less than this.
CLOCK_TOLERANCE = timedelta(minutes=5)
# What makes no owner stale, as that a lead is open again, waits no longer than this.
LOOK_AGAIN_INTERVAL = timedelta(days=1)


class WebsiteCrmScoreProgress(models.Model):
    """What the scoring jobs are caught up to, known to the jobs alone: a record for
    leads, and one for contacts, which have no page views.

    Each ``…_date`` is the one up to which what it is called after has seen everything.
    A *pass* over all leads derives their page views; it can take several calls.

    Not kept in the system parameters, each write of which empties the caches of
    every worker.
    """

    _name = "website.crm.score.progress"
    _description = "Lead Scoring Progress"

    pageviews_date = fields.Datetime(
        help="All tracks of visits before this date are in the page views.",
    )
    pageviews_track_id = fields.Integer(
        help="Tracks with higher ids were added since, whatever date they bear.",
    )
    pass_date = fields.Datetime(
        help="What the page views are caught up to when the unfinished pass has ended.",
    )
    pass_track_id = fields.Integer()
    pass_lead_id = fields.Integer(
        help="The last lead that this pass brought up to date.",
    )
    is_pass_complete = fields.Boolean(
        help="No lead was left out in this pass since somebody was changing it.",
    )
    pass_xid = TechnicalChar(
        help="The oldest transaction that was running when this pass began: the pass "
        "sees the tracks of all older ones.",
    )
    ledger_date = fields.Datetime(
        help="The ledger agrees with the rules last changed before this date.",
    )
    owners_date = fields.Datetime(
        help="The rules that were last changed before this date looked at all owners.",
    )

    # By which numbers of the settings all owners are graded; and what the pass that
    # grades them by others is caught up to.
    graded_by = TechnicalChar(default=lambda self: Grading.load(self.env).key)
    regrading_by = TechnicalChar()
    regraded_id = TechnicalInteger()
    regraded_count = TechnicalInteger()

    events_date = fields.Datetime(
        help="The events of all rules before this date were counted. Those that were "
        "seen later are at least as young as this.",
    )

    returns_date = TechnicalDatetime(
        help="The leads that came back to the website before this date were found.",
    )

    @api.model
    def _get(self, apply_to="lead"):
        name = "progress" if apply_to == "lead" else f"progress_{apply_to}"
        # Not by ``ref``, which asks each time whether it is there.
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        return self.browse(get_id(f"website_crm_score.{name}", raise_if_not_found=True))

    @api.model
    def _find_caught_up_to(self):
        """Return what a job that begins now is caught up to when it has ended, as
        ``(date, track id)``: what is added later is younger or higher.

        A track bears the time at which its transaction started. So each track that a
        later transaction than this one cannot see is at least as young as the oldest
        transaction that is running now, however late it commits. The id is for tracks
        that bear an older date, as imported ones do.
        """
        query = SQL(
            """
            SELECT min(xact_start) AT TIME ZONE 'UTC' - %s,
                   (SELECT COALESCE(max(id), 0) FROM website_track)
              FROM pg_stat_activity
             WHERE datname = current_database() AND xact_start IS NOT NULL
            """,
            CLOCK_TOLERANCE,
        )
        return self.env.execute_query(query)[0]

    def _begin_pass(self):
        """Begin to derive page views, unless a pass is unfinished and goes on.

        Only scheduled actions do it in passes.

        :return: what the page views are caught up to when the pass that goes on or
            begins is finished, by which it is known
        """
        up_to = self._find_caught_up_to()
        if not self.env["ir.cron"]._is_job():
            return up_to
        if not self.pass_date:
            self.pass_date, self.pass_track_id = up_to
            self.pass_lead_id, self.is_pass_complete = 0, True
            self.pass_xid = self._find_oldest_xid()
            self.flush_recordset()
        return self.pass_date, self.pass_track_id

    @api.model
    def _find_oldest_xid(self):
        """Return the oldest transaction that is running now, as rows have it."""
        query = SQL(
            "SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::numeric"
            " %% 4294967296)::text"
        )
        return self.env.execute_query(query)[0][0]

    def _get_unseen_sql(self, row):
        """Return the condition that the last pass perhaps did not see a row, since its
        transaction was running then, or began later.

        :param SQL row: what the table is called
        """
        if not self.pass_xid:
            return SQL("TRUE")
        return SQL("age(%s.xmin) <= age(%s::text::xid)", row, self.pass_xid)

    def _is_in_pass(self, up_to):
        """Return whether this pass is not over yet: another job can have ended it."""
        is_job = self.env["ir.cron"]._is_job()
        return is_job and (self.pass_date, self.pass_track_id) == up_to

    def _note_leads(self, up_to, lead_id, is_complete):
        """Note that this pass is caught up to ``lead_id``.

        :param bool is_complete: whether no lead up to that was left out
        """
        if self._is_in_pass(up_to):
            self.pass_lead_id = lead_id
            self.is_pass_complete = self.is_pass_complete and is_complete
            self.flush_recordset()

    def _end_pass(self, up_to):
        """Note that the page views of all leads are caught up to what this pass is.

        If leads were left out, the next pass looks at the same tracks again.
        """
        if not self._is_in_pass(up_to):
            return
        is_later = not self.pageviews_date or self.pageviews_date < up_to[0]
        if self.is_pass_complete and is_later:
            self.pageviews_date, self.pageviews_track_id = up_to
        self.write({"pass_date": False, "pass_track_id": 0, "pass_lead_id": 0})
        self.flush_recordset()

    def _begin_regrading(self, key):
        """Begin a pass that grades owners by other numbers, unless it goes on."""
        if self.regrading_by != key:
            self.write({"regrading_by": key, "regraded_id": 0, "regraded_count": 0})

    def _go_on_regrading(self, last_id, count):
        """Note what the pass is caught up to; return whether it goes on.

        :param last_id: the id of the last owner that is graded; None at the end
        :param int count: how many owners were written
        """
        if last_id:
            self.regraded_id = last_id
            self.regraded_count += count
        else:
            # A run that began before may still have written other grades meanwhile:
            # all are graded when a pass has nothing more to write.
            if not self.regraded_count:
                self.graded_by = self.regrading_by
            self.regrading_by = False
        self.flush_recordset()
        return bool(last_id)

    def _is_to_look_at_all(self):
        """Return whether all owners are to be looked at, stale or not."""
        since = fields.Datetime.now() - LOOK_AGAIN_INTERVAL
        return not self.owners_date or self.owners_date < since

    def _note(self, name, date):
        self[name] = date
        self.flush_recordset()
