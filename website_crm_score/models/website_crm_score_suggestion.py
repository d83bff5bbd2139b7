from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..learning.chance import get_level, get_lift, get_rate
from ..learning.leaks import is_leak
from ..learning.proposal import (
    LEAST_OUTCOMES,
    compare,
    judge,
    judge_predictive,
    propose,
    rank,
)
from ..learning.refitting import join_groups, rank_groups, refit
from ..suggesting.candidates import find_candidates
from ..suggesting.cohort import Cohort
from ..suggesting.present import PresentRules

# More closed leads than these are learnt from in the background.
MOST_AT_ONCE = 20_000
MOST_NAMED = 2
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
            date = suggestion.create_date
            suggestion.display_name = (
                self.env._("Suggestion of %s", fields.Date.to_string(date))
                if date
                else self.env._("New Suggestion")
            )

    @api.constrains("years", "max_rules")
    def _check_numbers(self):
        for suggestion in self:
            if not 1 <= suggestion.years <= MOST_YEARS:
                raise ValidationError(
                    self.env._("Choose between 1 and %s years.", MOST_YEARS)
                )
            if not 1 <= suggestion.max_rules <= MOST_RULES:
                raise ValidationError(
                    self.env._("Choose between 1 and %s rules.", MOST_RULES)
                )

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
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_score_action"
        )
        return {
            **action,
            "display_name": self.env._("New Rules"),
            "domain": [("id", "in", lines.rule_id.ids)],
            "context": {"active_test": False},
        }

    def action_replace_points(self):
        """Give the chosen rules their new points, and show them."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.is_used and line.rule_id)
        if self.mode != "points" or not lines:
            raise UserError(self.env._("Choose the rules to replace the points of."))
        for line in lines:
            if line.rule_id.value != line.points:
                line.rule_id.value = line.points
        action = self.action_open_rules()
        return {
            **action,
            "display_name": self.env._("New Points"),
            "domain": [("id", "in", lines.rule_id.ids)],
        }

    def action_open_rules(self):
        """Show the rules that were made of this suggestion."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_score_action"
        )
        domain = [("id", "in", self.line_ids.rule_id.ids)]
        return {**action, "domain": domain, "context": {"active_test": False}}

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
        return leads.search_count(
            [("won_status", "in", ("won", "lost"))], limit=MOST_AT_ONCE + 1
        )

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
        elif self.mode == "points":
            self._learn_points(cohort)
        else:
            self._learn_from(cohort)
        cohort.drop()

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

    def _learn_from(self, cohort):
        candidates = find_candidates(cohort)
        self._look(cohort, candidates)
        counts = cohort.count_hits()
        _won, _lost, open_ = cohort.count_outcomes()
        # When something happened is known; since when something is so, is not.
        leaks = [
            number
            for number, candidate in enumerate(candidates)
            if number in counts and candidate.fields and is_leak(*counts[number], open_)
        ]
        cohort.forget(leaks)
        self.left_out = "\n".join(candidates[number].name for number in leaks)
        self.tried_count = len(counts) - len(leaks)
        older, newer = cohort.get_patterns(len(candidates))
        self._judge(cohort, older, newer, len(candidates))
        options = self._get_options()
        proposal = propose(older + newer, len(candidates), **options)
        self._note(cohort, candidates, counts, proposal)
        self._end()

    def _get_options(self):
        return {"limit": self.max_rules, "step": int(self.step)}

    def _look(self, cohort, candidates):
        """Find which leads have which candidates."""
        families = {}
        for number, candidate in enumerate(candidates):
            rule = cohort.make_rule(candidate.values)
            family = _get_family(candidate, rule, number)
            families.setdefault(family, []).append(number)
        for place, numbers in enumerate(families.values(), start=1):
            # Made anew: a commit forgets what is only thought of.
            rules = {
                number: cohort.make_rule(candidates[number].values)
                for number in numbers
            }
            cohort.add_hits(rules, candidates[numbers[0]].fields)
            self._note_progress(LOOKED_AT * place / len(families))

    def _note_progress(self, progress):
        """Show how far the work is; in a scheduled action others then see it."""
        if not self.env["ir.cron"]._is_job():
            return
        self.progress = max(progress, 1)
        # sudo: who learns need not know scheduled actions
        self.env["ir.cron"].sudo()._commit_batch(0, 1)

    def _judge(self, cohort, older, newer, count):
        """Note how rules learnt on the older leads rank the newer ones, beside the
        rules that there are, and what core predicts."""
        learnt = propose(older, count, **self._get_options())
        self._note_rankings(
            {
                "suggested": (judge(newer, learnt.points), len(learnt.points)),
                "present": (rank(cohort.get_scores()), self._count_present()),
                "core": (judge_predictive(cohort.get_predictive_values()), 0),
            }
        )

    def _note_rankings(self, rankings):
        self.env["website.crm.score.suggestion.ranking"].create(
            [
                {"suggestion_id": self.id, "who": who, **_describe_ranking(*ranking)}
                for who, ranking in rankings.items()
            ]
        )

    def _count_present(self):
        """Return how many rules the score is made of that leads have today."""
        rules = self.env["website.crm.score"]
        return rules.search_count([("apply_to", "=", "lead"), ("active", "=", True)])

    def _note(self, cohort, candidates, counts, proposal):
        """Note the suggested rules."""
        known = self._compare(cohort, counts, proposal, len(candidates))
        self.env["website.crm.score.suggestion.line"].create(
            [
                {
                    "suggestion_id": self.id,
                    "name": candidates[number].name,
                    "points": points,
                    "rule_values": candidates[number].values,
                    "level": get_level(proposal.tests[number], self.tried_count),
                    **_describe(counts[number][0]),
                    **known.get(number, {}),
                }
                for number, points in proposal.points.items()
            ]
        )

    def _compare(self, cohort, counts, proposal, first):
        """Return what the suggested rules are to those that there are already.

        :param int first: number of the first rule that there is
        :rtype: dict[int, dict]
        """
        rules = self._find_present()
        there = {
            number: rule
            for number, rule in enumerate(rules, start=first)
            if not rule._find_error() and cohort.add_hits({number: rule.sudo()})
        }
        held = {
            number: lost + won
            for number, ((won, lost, *_others), _open) in cohort.count_hits().items()
        }
        shared = cohort.count_shared(proposal.points, there)
        found = {}
        for (number, other), leads in shared.items():
            kind, share = compare(
                held[number],
                held[other],
                leads,
                proposal.points[number],
                there[other].value,
            )
            if kind:
                found.setdefault(number, []).append((share, kind, there[other]))
        return {number: _describe_present(others) for number, others in found.items()}

    def _find_present(self):
        """Return the rules that a suggestion is compared with, drafts included."""
        rules = self.env["website.crm.score"].with_context(active_test=False)
        return rules.search(
            [
                ("apply_to", "=", "lead"),
                *("|", ("active", "=", True), ("is_draft", "=", True)),
            ]
        )

    # NEW POINTS

    def _learn_points(self, cohort):
        """Learn new points of the rules that are on."""
        rules = self._find_present().filtered("active")
        present = PresentRules(cohort, rules)
        present.look(lambda share: self._note_progress(LOOKED_AT * share))
        self.left_out = present.describe_left_out()
        numbers = present.get_numbers()
        self.tried_count = len(numbers)
        if not numbers:
            self._give_up(self._explain_no_points())
            return
        older, newer = cohort.get_groups(numbers)
        step = int(self.step)
        learnt = refit(older, numbers, step)
        values = [present.rules[number].value for number in numbers]
        self._note_rankings(
            {
                "new_points": (
                    rank_groups(newer, list(learnt.points.values())),
                    len(numbers),
                ),
                "present_points": (rank_groups(newer, values), len(numbers)),
                "core": (judge_predictive(cohort.get_predictive_values()), 0),
            }
        )
        self._note_points(present, refit(join_groups(older, newer), numbers, step))
        self._end()

    def _note_points(self, present, proposal):
        self.env["website.crm.score.suggestion.line"].create(
            [
                {
                    "suggestion_id": self.id,
                    "rule_id": present.rules[number].id,
                    "name": present.rules[number].name,
                    "points": points,
                    "is_used": points != present.rules[number].value,
                    "level": get_level(proposal.tests[number], self.tried_count),
                    **_describe(present.counts[number][0]),
                }
                for number, points in proposal.points.items()
            ]
        )

    def _explain_no_points(self):
        reason = self.env._("No rule of leads that is on can be given new points.")
        return "\n".join(filter(None, (reason, self.left_out)))

    def _end(self):
        if self.line_ids:
            self.write({"state": "done", "reason": False, "progress": 100})
        else:
            self._give_up(
                self.env._(
                    "Nothing that the leads have tells won from lost ones better than "
                    "chance."
                )
            )

    def _tell(self):
        """Tell who waits that it is done."""
        self.create_uid._bus_send(
            "simple_notification",
            {
                "title": self.env._("Suggest Rules"),
                "message": self.env._("All leads were looked at."),
                "type": "info",
            },
        )


def _get_family(candidate, rule, number):
    """Return what rules share that differ in nothing but how much there has to be."""
    if rule.rule_type != "event":
        return number
    level = rule._get_source()._get_level_field(rule)
    items = ((key, str(value)) for key, value in candidate.values.items())
    return tuple(sorted(item for item in items if item[0] != level))


def _describe(counts):
    """Return what a line shows of closed leads with and without a candidate."""
    lift, low, high = get_lift(counts)
    return {
        "lead_count": counts.won + counts.lost,
        "rate_with": get_rate(counts.won, counts.lost),
        "rate_without": get_rate(counts.other_won, counts.other_lost),
        "lift": lift,
        "lift_low": low,
        "lift_high": high,
    }


def _describe_ranking(ranking, rules):
    rates = {
        f"fifth_{place}": rate for place, rate in enumerate(ranking.fifths, start=1)
    }
    return {
        "auc": ranking.auc or 0,
        "lead_count": ranking.leads,
        "rule_count": rules,
        **rates,
    }


def _describe_present(others):
    """Return the rule that a line is most like of those that there are, and others that
    it is to in the same way, not many."""
    others = sorted(others, key=lambda other: -other[0])
    kind = others[0][1]
    rules = [rule.id for _share, other, rule in others if other == kind]
    return {
        "comparison": kind,
        "present_rule_ids": rules[:MOST_NAMED],
        "is_used": kind != "same",
    }
