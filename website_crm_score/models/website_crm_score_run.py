import logging
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ..fields import (
    TechnicalBoolean,
    TechnicalChar,
    TechnicalDatetime,
    TechnicalInteger,
    TechnicalMany2one,
)
from ..scoring.finding import Finding
from ..scoring.worklist import drop_tables, find_runs_with_tables, has_tables
from ..scoring.writing import Writing
from ..tools.actions import notify
from ..tools.attempt import CONCURRENCY_ERRORS, attempt
from ..tools.backend import find_live_backends, get_own_backend
from ..tools.rule_domain import describe_error

_logger = logging.getLogger(__name__)

KEEP_DAYS = 7
VACUUM_SIZE = 10_000
# What a run found is not written any more when it is older than this.
GO_ON_WITHIN = timedelta(hours=1)


class WebsiteCrmScoreRun(models.Model):
    """What a run of the scoring rules did, or does at this moment."""

    _name = "website.crm.score.run"
    _description = "Scoring Run"
    _rec_name = "start_date"
    _order = "id desc"
    _log_access = False

    looks_at = fields.Selection(
        selection=[
            ("stale", "New ones and page views"),
            ("usual", "All"),
            ("all", "Applied by hand"),
        ],
        string="Looks at",
        required=True,
        readonly=True,
    )
    apply_to = fields.Selection(
        selection=[("lead", "Leads"), ("partner", "Contacts")],
        string="Scores of",
        required=True,
        readonly=True,
        default="lead",
    )
    start_date = fields.Datetime(string="Started on", required=True, readonly=True)
    seconds = fields.Float(
        string="Duration (seconds)", digits=(16, 2), readonly=True, aggregator="sum"
    )
    end_date = fields.Datetime(string="Ended on", readonly=True)
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("done", "Done"),
            ("partial", "To be continued"),
            ("interrupted", "Interrupted"),
        ],
        compute="_compute_state",
    )
    lead_count = fields.Integer(
        string="Written",
        readonly=True,
        help="Leads or contacts that are new, that have new page views or whose points "
        "changed.",
    )
    scored_count = fields.Integer(string="Scores Changed", readonly=True)
    gained_count = fields.Integer(string="Reasons Added", readonly=True)
    lost_count = fields.Integer(string="Reasons Taken Back", readonly=True)
    left_count = fields.Integer(
        string="Left",
        readonly=True,
        help="Leads or contacts that somebody was changing: the next run looks at them "
        "again.",
    )
    line_ids = fields.One2many(
        comodel_name="website.crm.score.run.line",
        inverse_name="run_id",
        string="Rules",
        readonly=True,
    )
    # What a run is caught up to that is made of several calls of a scheduled action.
    cron_id = TechnicalMany2one(comodel_name="ir.cron", groups="base.group_system")
    part_count = TechnicalInteger(string="Parts")
    done_part_count = TechnicalInteger(string="Parts Done")
    to_write_count = TechnicalInteger(string="To Write")
    has_changes = TechnicalBoolean(
        help="Rules count again what they counted before.", groups="base.group_system"
    )
    has_losses = TechnicalBoolean(groups="base.group_system")
    owners_date = TechnicalDatetime(
        help="The rules last changed before this date looked at all owners in it.",
        groups="base.group_system",
    )
    events_date = TechnicalDatetime(
        help="The events before this date were counted in this run.",
        groups="base.group_system",
    )
    # The connection that does the work, by which one tells whether it is alive.
    backend = TechnicalChar(groups="base.group_system")

    @api.depends("start_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        tz = self.env.context.get("tz")
        for run in self:
            run.display_name = format_datetime(self.env, run.start_date, tz)

    @api.depends("end_date", "left_count", "backend", "done_part_count", "part_count")
    def _compute_state(self):
        # sudo: everybody may know whether a run is alive
        backends = find_live_backends(self.env, self.sudo().mapped("backend"))
        for run in self:
            if run.end_date:
                run.state = "done"
            elif run.sudo().backend in backends:
                run.state = "running"
            elif run._can_go_on():
                run.state = "partial"
            else:
                run.state = "interrupted"

    # ACTIONS

    def action_run_now(self):
        """Have the rules run within a minute, as they do every hour.

        :return: a notification
        :rtype: dict
        """
        self.env["website.crm.score"].check_access("write")
        # sudo: who may write rules has them run, not the actions of others
        self.env["ir.cron"].sudo()._trigger_rule_crons()
        return notify(self.env._("The rules run within a minute."))

    @api.model
    def get_next_run(self):
        """Return when the rules run next by themselves, or because somebody asked.

        :rtype: datetime | bool
        """
        self.check_access("read")
        # sudo: that is no secret to those who see what the runs did
        crons = self.env["ir.cron"].sudo()._find_rule_crons().filtered("active")
        dates = crons.mapped("nextcall")
        triggers = self.env["ir.cron.trigger"].sudo()
        dates += triggers.search([("cron_id", "in", crons.ids)]).mapped("call_at")
        return min(dates, default=False)

    # RUNNING

    @api.model
    def _score_all(self, rules, looks_at="usual", is_whole=True):
        """Have ``rules`` give their points to owners, leads and contacts.

        A scheduled action is for leads alone: contacts have one of their own.

        :return: whether all owners were written
        """
        contact_rules = rules.filtered(lambda rule: rule.apply_to == "partner")
        lead_rules = rules - contact_rules
        if contact_rules and not self.env["ir.cron"]._is_job():
            self._score(contact_rules, looks_at, is_whole=is_whole)
            if not lead_rules and (looks_at == "all" or not is_whole):
                return True
        return self._score(lead_rules, looks_at, is_whole=is_whole)

    @api.model
    def _score(self, rules, looks_at="usual", scope=Domain.TRUE, is_whole=True):
        """Have ``rules``, all for leads or all for contacts, give their points to the
        owners that match them.

        In a scheduled action, many owners are written in parts, each in a call of its
        own: see :meth:`_go_on`. Those that somebody is changing are found again by the
        next run.

        :param str looks_at: ``stale`` for the owners that are stale; ``usual`` to have
            event-based rules look at the others too; ``all`` to have all rules look at
            all owners
        :param Domain scope: the owners to look at, of those that are open
        :param bool is_whole: whether these are all the rules, so that the owners are no
            longer stale after this
        :return: whether all owners were written
        """
        jobs = self.env["ir.cron"]
        if not rules and jobs._is_job():
            return True  # until there is a rule, owners stay new for it
        self.env.flush_all()
        run = self._start(looks_at, rules[:1].apply_to or "lead", is_whole)
        jobs._commit_batch(0, 0)  # the run can be seen, and what it reads is new
        jobs._transact(partial(run._find, rules, scope))
        jobs._commit_batch(0, 0)
        if jobs._is_job():
            run._go_on()
            return bool(run.end_date)
        run._write_part(0, run)
        run._end_part()
        self.env.invalidate_all()
        return True

    @api.model
    def _start(self, looks_at, apply_to="lead", is_whole=True):
        """Return a new run that this connection does."""
        run = self.create(
            {
                "looks_at": looks_at,
                "apply_to": apply_to,
                "backend": get_own_backend(self.env),
                "cron_id": self.env["ir.cron"]._get_job_id(),
                "start_date": fields.Datetime.now(),
            }
        )
        if looks_at == "usual":
            progress = run._get_progress()
            caught_up_to, _id = progress._find_caught_up_to()
            run.events_date = is_whole and caught_up_to
            run.owners_date = progress._is_to_look_at_all() and caught_up_to
        return run

    # FINDING

    def _find(self, rules, scope):
        """Find what ``rules`` give to the owners in ``scope``, and take from them."""
        finding = Finding(self, scope)
        self.env["website.crm.score.run.line"].create(
            [self._try_rule(rule, finding) for rule in rules.exists()]
        )
        finding.close()
        Writing(self).split()

    def _try_rule(self, rule, finding):
        """Find what ``rule`` gives and takes; return what is to be kept of that."""
        started, matched = time.monotonic(), 0
        with attempt(self.env.cr, flush=False) as outcome:
            matched = finding.add(rule)
        error = bool(outcome.error) and describe_error(outcome.error)
        return {
            "run_id": self.id,
            "rule_id": rule.id,
            "matched_count": matched,
            "seconds": time.monotonic() - started,
            "error": rule._note_error(error),
        }

    def _get_stale_domain(self):
        """Return the domain of the owners that all rules of this run look at.

        A run that looks at all owners, and one of some rules only, find new ones
        whatever they are.
        """
        owners = self._get_owners()
        if self._is_whole() and not self.owners_date:
            return owners._stale_domain()
        return owners._stale_or_new_domain()

    def _is_whole(self):
        """Return whether all rules run, so that owners are not stale after this."""
        return self.looks_at == "stale" or bool(self.events_date)

    def _get_owners(self):
        return self.env["website.crm.score"]._get_owners(self.apply_to)

    def _get_progress(self):
        """Return what the jobs are caught up to with what this run scores."""
        return self.env["website.crm.score.progress"]._get(self.apply_to)

    # WRITING

    @api.model
    def _go_on(self):
        """Write the next part of what the last call of a scheduled action found.

        A part a call, since PostgreSQL uses the room that a part left only when the
        transactions that ran meanwhile are over, the scheduler's own included.

        :return: whether there was such a part
        :rtype: bool
        """
        jobs = self.env["ir.cron"]
        if not jobs._get_job_id():
            return False
        self._drop_remains()
        run = self._find_unfinished()
        if not run:
            return False
        before = run.lead_count
        run._try_part()
        jobs._transact(run._end_part)
        has_newer = run.looks_at == "stale" and run.part_count > 1  # owners, perhaps
        if run._can_go_on() or has_newer:
            run.cron_id._trigger()
        jobs._commit_batch(run.lead_count - before, 0)
        return True

    @api.model
    def _drop_remains(self):
        """Drop what was found by runs that nobody goes on with."""
        for run in find_runs_with_tables(self.env):
            if not run.exists() or run.end_date or not run._can_go_on():
                drop_tables(run)

    @api.model
    def _find_unfinished(self):
        """Return the run that the scheduled action which is running goes on with."""
        cron_id = self.env["ir.cron"]._get_job_id()
        runs = self.search([("cron_id", "=", cron_id), ("end_date", "=", False)])
        return runs.filtered(lambda run: run._can_go_on())[:1]

    def _can_go_on(self):
        """Return whether the next call of a scheduled action goes on with this."""
        return (
            self.done_part_count < self.part_count
            and self.start_date > fields.Datetime.now() - GO_ON_WITHIN
        )

    def _try_part(self):
        """Write the next part, unless others disturb it again and again: the owners are
        then left for the next run."""
        write = partial(self._write_part, self.done_part_count, self)
        try:
            self.env["ir.cron"]._transact(write)
        except CONCURRENCY_ERRORS as error:
            self.env.cr.rollback()
            _logger.info("Some owners are left for the next run: %s", error)

    def _write_part(self, part, counter):
        """Write a part of what this run found, if that is still there.

        :param models.BaseModel counter: the run to count it for
        """
        if self.to_write_count and has_tables(self):
            Writing(self).write_part(part, counter)

    def _count(self, written, scored, gained, lost):
        """Add to the counts of this run, as part of what is counted."""
        self.lead_count += written
        self.scored_count += scored
        self.gained_count += gained
        self.lost_count += lost
        self.flush_recordset()

    def _end_part(self):
        """Note that a part was written, or left; the last one ends the run."""
        self.done_part_count += 1
        self.flush_recordset()
        if not self._can_go_on():
            self._end()

    def _end(self):
        """Note that this run is over, and forget what it found."""
        drop_tables(self)
        # Not the time of the transaction, which may have begun before the run.
        [(now,)] = self.env.execute_query(
            SQL("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        )
        self.write(
            {
                "end_date": now,
                "seconds": (now - self.start_date).total_seconds(),
                "left_count": self.to_write_count - self.lead_count,
            }
        )
        if not self.left_count:
            self._note_progress()
        self.flush_recordset()
        self.env["website.crm.score.alert"]._end_run(self)
        _logger.info(
            "Scoring run %s (%s, %s): %s owners written, %s scores changed, "
            "%s reasons added, %s taken back, %s owners left, %s rules, %.2f s",
            self.id,
            self.apply_to,
            self.looks_at,
            self.lead_count,
            self.scored_count,
            self.gained_count,
            self.lost_count,
            self.left_count,
            len(self.line_ids),
            self.seconds,
        )

    def _note_progress(self):
        """Note what all the rules are caught up to, no owner having been left out."""
        if not self.events_date:
            return
        progress = self._get_progress()
        progress._note("events_date", self.events_date)
        if self.owners_date:
            progress._note("owners_date", self.owners_date)

    @api.autovacuum
    def _gc_runs(self):
        limit = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        runs = self.search([("start_date", "<", limit)], limit=VACUUM_SIZE)
        runs.unlink()
        return len(runs), len(runs) == VACUUM_SIZE
