from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..learning.proposal import LEAST_OUTCOMES
from ..suggesting.cohort import Cohort
from ..suggesting.matches import Matches
from ..suggesting.new_points import NewPoints
from ..suggesting.new_rules import NewRules

# More closed leads than these are learnt from in the background.
MOST_AT_ONCE = 20_000
# What can be asked for.
MOST_YEARS = 20
MOST_RULES = 50
# Of a hundred: how far the work is when all that can be rules has been looked at.
LOOKED_AT = 80


class WebsiteCrmScoreSuggestion(models.Model):
    """Rules that are learnt from won and lost leads.

    What the leads had in common before they were closed is tried as rules, which are
    chosen and given points together, see :mod:`..learning`. They are learnt on the
    older leads and judged on the newer ones; then learnt again on all of them. Nothing
    is scored by them before somebody makes drafts of them, and switches these on.
    """

    _name = "website.crm.score.suggestion"
    _description = "Suggestion of Scoring Rules"
    _order = "id desc"

    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("waiting", "In Progress"),
            ("done", "Done"),
            ("empty", "Nothing Learnt"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    mode = fields.Selection(
        selection=[
            ("rules", "New Rules"),
            ("points", "New Points for the Present Rules"),
        ],
        string="Suggest",
        default="rules",
        required=True,
        help="New rules: what could be rules is tried, and the best become drafts.\n"
        "New points: the rules of leads that are on stay as they are; only the points "
        "that they give are fitted, all together.",
    )
    years = fields.Integer(
        string="Closed in the Last (Years)",
        default=lambda self: self._default_number("suggest_years"),
        required=True,
        help="Leads that were won or lost longer ago teach how customers were then.",
    )
    max_rules = fields.Integer(
        string="Rules at Most",
        default=lambda self: self._default_number("suggest_rules"),
        required=True,
        help="Fewer rules are suggested where more would not rank better.",
    )
    step = fields.Selection(
        selection=[("5", "Multiples of 5"), ("1", "Any whole points")],
        string="Points",
        default="5",
        required=True,
    )
    progress = fields.Float(readonly=True, copy=False)
    reason = fields.Text(readonly=True, copy=False, help="Why nothing was learnt.")
    won_count = fields.Integer(string="Won Leads", readonly=True, copy=False)
    lost_count = fields.Integer(string="Lost Leads", readonly=True, copy=False)
    tried_count = fields.Integer(string="Tried Rules", readonly=True, copy=False)
    left_out = fields.Text(
        readonly=True,
        copy=False,
        help="Hardly any open lead has it, or nearly all have it: it seems to be set "
        "when a lead is closed.",
    )
    line_ids = fields.One2many(
        comodel_name="website.crm.score.suggestion.line",
        inverse_name="suggestion_id",
        string="Suggested Rules",
    )
    ranking_ids = fields.One2many(
        comodel_name="website.crm.score.suggestion.ranking",
        inverse_name="suggestion_id",
        string="How Well They Rank",
    )

    @api.model
    def _default_number(self, name):
        # Somebody can have set it to 0, which asks for nothing.
        return max(self.env["res.config.settings"]._get_scoring_number(name), 1)

    @api.depends("create_date")
    def _compute_display_name(self):
        for suggestion in self:
            name = self.env._("New Suggestion")
            if date := suggestion.create_date:
                day = fields.Date.context_today(self, date)
                name = self.env._("Suggestion of %s", format_date(self.env, day))
            suggestion.display_name = name

    @api.constrains("years", "max_rules")
    def _check_numbers(self):
        for suggestion in self:
            if not 1 <= suggestion.years <= MOST_YEARS:
                error = self.env._("Choose between 1 and %s years.", MOST_YEARS)
                raise ValidationError(error)
            if not 1 <= suggestion.max_rules <= MOST_RULES:
                error = self.env._("Choose between 1 and %s rules.", MOST_RULES)
                raise ValidationError(error)

    # ACTIONS

    def action_suggest(self):
        """Learn from the leads: now, or in the background if they are many."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "waiting":
            raise UserError(self.env._("The leads are being looked at already."))
        if self._count_closed() <= MOST_AT_ONCE:
            self._learn()
        else:
            self.write({"state": "waiting", "progress": 0})
            # sudo: whoever may suggest rules has the job called
            cron = self.env.ref("website_crm_score.ir_cron_suggest_rules").sudo()
            cron._trigger()
        return True

    def action_make_drafts(self):
        """Make drafts of the chosen rules, and show them."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.is_used and not line.rule_id)
        if self.mode != "rules" or not lines:
            raise UserError(self.env._("Choose the rules to make drafts of."))
        for line in lines:
            line.rule_id = self.env["website.crm.score"].create(line._get_rule_values())
        return lines.rule_id._get_list_action(self.env._("New Rules"))

    def action_replace_points(self):
        """Give the chosen rules their new points, and show them."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.is_used and line.rule_id)
        if self.mode != "points" or not lines:
            raise UserError(self.env._("Choose the rules to replace the points of."))
        for line in lines:
            if line.rule_id.value != line.points:
                line.rule_id.value = line.points
        return lines.rule_id._get_list_action(self.env._("New Points"))

    # LEARNING

    @api.model
    def _cron_suggest(self):
        """Learn for those who wait. One that was interrupted is not tried again by
        itself: what stopped it once would stop it each time."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        for suggestion in waiting:
            if suggestion.progress:
                suggestion._give_up(self.env._("It was interrupted. Try again."))
                continue
            suggestion.progress = 1
            suggestion.env["ir.cron"]._commit_batch(0, 1)
            suggestion.with_user(suggestion.create_uid)._learn()
            suggestion._tell()
        self.env["ir.cron"]._commit_batch(len(waiting), 0)

    def _count_closed(self):
        leads = self.env["crm.lead"].with_context(active_test=False)
        is_closed = [("won_status", "in", ("won", "lost"))]
        return leads.search_count(is_closed, limit=MOST_AT_ONCE + 1)

    def _learn(self):
        """Learn from the leads, and note what they teach."""
        self.line_ids.unlink()
        self.ranking_ids.unlink()
        since = fields.Datetime.now() - relativedelta(years=self.years)
        cohort = Cohort(self.env, since)
        cohort.fill()
        won, lost, _open = cohort.count_outcomes()
        self.write({"won_count": won, "lost_count": lost, "left_out": False})
        if error := self._find_too_few(won, lost):
            self._give_up(error)
        else:
            self._learn_from(cohort)
        cohort.drop()

    def _learn_from(self, cohort):
        matches = Matches(cohort)
        matches.clear()
        kind = NewPoints if self.mode == "points" else NewRules
        lesson = kind(matches, self.max_rules, int(self.step))
        lesson.learn(lambda share: self._note_progress(LOOKED_AT * share))
        self.write(
            {
                "tried_count": lesson.tried_count,
                "left_out": lesson.describe_left_out(),
                "line_ids": [Command.create(values) for values in lesson.lines],
                "ranking_ids": [Command.create(values) for values in lesson.rankings],
            }
        )
        matches.drop()
        if lesson.lines:
            self.write({"state": "done", "reason": False, "progress": 100})
        else:
            self._give_up(lesson.explain())

    def _find_too_few(self, won, lost):
        """Return why so many leads teach nothing, or None."""
        if min(won, lost) >= LEAST_OUTCOMES:
            return None
        return self.env._(
            "%(won)s won and %(lost)s lost leads were closed in this time. At least "
            "%(least)s of both are needed: what fewer have in common is chance.",
            won=won,
            lost=lost,
            least=LEAST_OUTCOMES,
        )

    def _give_up(self, reason):
        self.write({"state": "empty", "reason": reason, "progress": 0})

    def _note_progress(self, progress):
        """Show how far the work is; in a scheduled action others then see it."""
        if not self.env["ir.cron"]._is_job():
            return
        self.progress = max(progress, 1)
        # sudo: who learns need not know scheduled actions
        self.env["ir.cron"].sudo()._commit_batch(0, 1)

    def _tell(self):
        self.create_uid._bus_send(
            "simple_notification",
            {
                "title": self.env._("Suggest Rules"),
                "message": self.env._("All leads were looked at."),
                "type": "info",
            },
        )
