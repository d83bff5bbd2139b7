import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..fields import ParentMany2one
from ..scoring.alerts import get_returns_sql
from ..tools.attempt import attempt
from ..tools.merge_rehearsal import is_rehearsal
from ..tools.numbers import say_number
from .website_crm_score_run import GO_ON_WITHIN

_logger = logging.getLogger(__name__)

# How many leads a message lists.
MESSAGE_LEADS = 100
# How much is told at the end of a run; more, at the end of the next one.
TAKEN_SIZE = 20_000
# Returns are looked for no longer ago than this, and those told of known as long.
RETURN_AGE = timedelta(days=1)
# What could not be told is no news after this.
KEEP_AGE = timedelta(days=2)


class WebsiteCrmScoreAlert(models.Model):
    """News of a lead for its salesperson: it rose into a better grade, or came back.

    A run notes them where it writes the lead, and tells of all at its end: one message
    to each salesperson. What a run that was killed did not tell, a later one does.
    Returns are known for a while, so that nobody is told twice of the same.
    """

    _name = "website.crm.score.alert"
    _description = "News of a Lead"
    _rec_name = "lead_id"
    _log_access = False

    lead_id = ParentMany2one(comodel_name="crm.lead", index=False)
    user_id = ParentMany2one(
        comodel_name="res.users", string="Salesperson", index=False
    )
    run_id = fields.Many2one(
        comodel_name="website.crm.score.run", readonly=True, ondelete="set null"
    )
    rule_id = fields.Many2one(
        comodel_name="website.crm.score",
        string="Strongest New Reason",
        readonly=True,
        ondelete="set null",
    )
    score_before = fields.Float(digits=(16, 2), readonly=True)
    grade_before = fields.Char(
        readonly=True, help="Empty if the grade did not get better."
    )
    return_date = fields.Datetime(string="Came Back on", readonly=True)
    is_back = fields.Boolean(readonly=True, help="That it came back is not told yet.")

    _lead_uniq = models.UniqueIndex("(lead_id)")

    # FINDING

    @api.model
    def _note_returns(self, run):
        """Note the leads that came back to the website since this was last done."""
        settings = self.env["res.config.settings"]
        if not settings._get_scoring_number("alert_returns"):
            return
        progress, leads = run._get_progress(), self.env["crm.lead"]
        now = fields.Datetime.now()
        caught_up_to = run.events_date or progress._find_caught_up_to()[0]
        since = max(progress.returns_date or caught_up_to, now - RETURN_AGE)
        source = self.env["website.crm.score.source.comeback"]
        days = settings._get_scoring_number("alert_absence_days")
        rule = self.env["website.crm.score"].new({"absence_days": max(days, 1)})
        self.env.flush_all()
        self.env.cr.execute(
            get_returns_sql(
                run,
                source._get_events(rule, leads),
                source._get_recent_events(rule, leads, since),
                since,
            )
        )
        self.invalidate_model()
        progress._note("returns_date", caught_up_to)

    # TELLING

    @api.model
    def _end_run(self, run):
        """Tell salespeople what is new of their leads, at the end of ``run``."""
        if run.apply_to != "lead" or run.looks_at == "all" or is_rehearsal(self.env):
            return
        self._note_returns(run)
        alerts = self._take(run)
        news = alerts._filter_news()
        (alerts - news)._forget()
        for user, group in news.grouped("user_id").items():
            group._try_to_tell(user)

    @api.model
    def _take(self, run):
        """Return what is to be told at the end of ``run``, locked: its own, and that of
        others that came to an end without it. Another run does not tell it now."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT alert.id
                  FROM website_crm_score_alert alert
             LEFT JOIN website_crm_score_run run ON run.id = alert.run_id
                 WHERE (alert.is_back OR alert.grade_before IS NOT NULL)
                   AND (run.id IS NULL OR run.id = %s OR run.end_date IS NOT NULL
                        OR run.start_date < %s)
              ORDER BY alert.id LIMIT %s
                   FOR UPDATE OF alert SKIP LOCKED
                """,
                run.id,
                fields.Datetime.now() - GO_ON_WITHIN,
                TAKEN_SIZE,
            )
        )
        return self.browse(id_ for (id_,) in rows)

    def _filter_news(self):
        """Return what is still so: the lead is open, that salesperson's and better."""
        # The run has written them in SQL.
        self.lead_id.invalidate_recordset(["score", "score_grade"])
        leads = self.lead_id.filtered_domain(self.env["crm.lead"]._open_domain())
        return self.filtered(
            lambda alert: alert.lead_id in leads
            and alert.lead_id.user_id == alert.user_id
            and alert.user_id.active
            and (alert.is_back or alert._is_better())
        )

    def _is_better(self):
        now, before = self.lead_id.score_grade, self.grade_before
        return now and before and now != before and all(map(str.__le__, now, before))

    def _try_to_tell(self, user):
        """Tell ``user`` of these; where that fails, the others hear nevertheless, and
        the next run tries again."""
        with attempt(self.env.cr) as outcome:
            self._tell(user)
            self._forget()
        if error := outcome.error:
            _logger.warning("User %s is not told of leads", user.id, exc_info=error)

    def _tell(self, user):
        alerts = self.with_context(lang=user.lang)
        alerts = alerts.sorted(lambda alert: (-alert.lead_id.score, alert.lead_id.id))
        named = alerts[:MESSAGE_LEADS]
        values = {"alerts": named, "count": len(alerts)}
        message = alerts.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            subject=alerts._get_subject(),
            body=alerts.env["ir.qweb"]._render(
                "website_crm_score.message_alerts", values
            ),
        )
        self.env["website.crm.score.mention"]._note(message, [named.lead_id])

    def _get_subject(self):
        if len(self) > 1:
            return self.env._("News of %s leads of yours", len(self))
        if self.is_back:
            return self.env._("Back on the website: %s", self.lead_id.name)
        return self.env._("Getting better: %s", self.lead_id.name)

    def _say_score(self):
        """Return the score as users read it, and by how much it changed."""
        score, change = self.lead_id.score, self.lead_id.score - self.score_before
        if not self._is_better() or not round(change, 2):
            return self._show(score)
        sign = "+" if change > 0 else ""
        return f"{self._show(score)} ({sign}{self._show(change)})"

    def _show(self, points):
        return say_number(self.env, points)

    def _forget(self):
        """Forget these, but for when they came back."""
        known = self.filtered("return_date")
        known.write({"is_back": False, "grade_before": False})
        (self - known).unlink()

    @api.autovacuum
    def _gc_alerts(self):
        """Delete returns that were told of, and what could not be told."""
        limit = fields.Datetime.now() - KEEP_AGE
        is_told = Domain("is_back", "=", False) & Domain("grade_before", "=", False)
        is_late = Domain("run_id", "=", False) | Domain("run_id.start_date", "<", limit)
        is_old = Domain("return_date", "<", limit)
        self.search((is_told & is_old) | (~is_told & is_late)).unlink()
