from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..scoring.grading import Grading
from ..tools.numbers import read_number
from .website_crm_score_suggestion import MOST_RULES, MOST_YEARS


class ResConfigSettings(models.TransientModel):
    """Which visits count for leads, and how long single ones are kept."""

    _inherit = "res.config.settings"

    track_with_consent = fields.Boolean(
        related="website_id.track_with_consent", readonly=False
    )
    website_crm_score_count_staff = fields.Boolean(
        string="Count visits of your own staff"
    )
    website_crm_score_reload_seconds = fields.Integer(string="Reloads within")
    website_crm_score_hits_per_minute = fields.Integer(string="Count at most")
    website_crm_score_keep_months = fields.Integer(string="Keep visits for")

    website_crm_score_fit_max = fields.Integer(string="Fit at most")
    website_crm_score_engagement_max = fields.Integer(string="Engagement at most")
    website_crm_score_grade_a = fields.Integer(string="Grade A from a fit of")
    website_crm_score_grade_b = fields.Integer(string="Grade B from a fit of")
    website_crm_score_grade_1 = fields.Integer(string="Grade 1 from an engagement of")
    website_crm_score_grade_2 = fields.Integer(string="Grade 2 from an engagement of")
    website_crm_score_history_days = fields.Integer(string="Keep scores for")
    website_crm_score_best_first = fields.Boolean(string="Best Leads First")

    website_crm_score_alert_rises = fields.Boolean(string="Better Grades")
    website_crm_score_alert_returns = fields.Boolean(string="Returns to the Website")
    website_crm_score_alert_absence_days = fields.Integer(string="Away for at least")
    website_crm_score_judge_rules = fields.Boolean(string="Judge Rules Every Month")
    website_crm_score_suggest_years = fields.Integer(string="Closed in the last")
    website_crm_score_suggest_rules = fields.Integer(string="Suggest at most")

    @api.model
    def get_values(self):
        values = super().get_values()
        for name in self._get_scoring_numbers():
            values[name.replace(".", "_")] = self._get_scoring_number(name)
        return values

    def set_values(self):
        result = super().set_values()
        # Not by ``config_parameter``: core removes a number that is 0, which would then
        # be the default again.
        names = self._get_scoring_numbers()
        self._set_numbers({name: int(self[name.replace(".", "_")]) for name in names})
        return result

    @api.model
    def _set_grading(self, numbers):
        """Save numbers by which owners are graded, and have them graded anew soon. The
        names of their parameters are without ``website_crm_score.``"""
        self.check_access("create")
        settings = self.new(
            {f"website_crm_score_{name}": numbers[name] for name in numbers}
        )
        settings._check_scoring_numbers()
        settings._check_grades()
        self._set_numbers(
            {f"website_crm_score.{name}": numbers[name] for name in numbers}
        )

    @api.model
    def _set_numbers(self, numbers):
        """Save numbers, by the names of their parameters, and have owners graded soon
        if that is not by the same ones as before."""
        before = Grading.load(self.env)
        # sudo: who may change settings may not write parameters, as core has it
        parameters = self.env["ir.config_parameter"].sudo()
        for name, number in numbers.items():
            parameters.set_param(name, number)
        if Grading.load(self.env) != before:
            # sudo: who changes settings, scheduled actions are the administrator's
            self.env["ir.cron"].sudo()._trigger_rule_crons()

    @api.constrains(
        "website_crm_score_grade_a",
        "website_crm_score_grade_b",
        "website_crm_score_grade_1",
        "website_crm_score_grade_2",
    )
    def _check_grades(self):
        for settings in self:
            for better, worse in ("ab", "12"):
                most = settings[f"website_crm_score_grade_{better}"]
                if most <= settings[f"website_crm_score_grade_{worse}"]:
                    raise ValidationError(
                        self.env._(
                            "Grade %(better)s must take more points than grade "
                            "%(worse)s.",
                            better=better.upper(),
                            worse=worse.upper(),
                        )
                    )

    @api.constrains(
        "website_crm_score_suggest_years", "website_crm_score_suggest_rules"
    )
    def _check_suggestions(self):
        for settings in self:
            years = settings.website_crm_score_suggest_years
            if min(years, settings.website_crm_score_suggest_rules) < 1:
                raise ValidationError(
                    self.env._("Suggestions need at least one year and one rule.")
                )

    @api.model
    def _get_scoring_numbers(self):
        """Return what numbers can be set, by the name of the system parameter.

        Other addons add theirs. The field of a parameter is called as it is, with an
        underscore instead of the dot.

        :return: what it is as long as nobody has set it, and the most that it can be,
            so that dates and times can be computed with it
        :rtype: dict[str, tuple[int, int]]
        """
        return {
            "website_crm_score.count_staff": (0, 1),
            "website_crm_score.reload_seconds": (0, 86_400),
            "website_crm_score.hits_per_minute": (120, 1_000_000),
            "website_crm_score.keep_months": (0, 1_200),
            "website_crm_score.fit_max": (0, 1_000_000),
            "website_crm_score.engagement_max": (0, 1_000_000),
            "website_crm_score.grade_a": (50, 1_000_000),
            "website_crm_score.grade_b": (20, 1_000_000),
            "website_crm_score.grade_1": (50, 1_000_000),
            "website_crm_score.grade_2": (20, 1_000_000),
            "website_crm_score.history_days": (90, 36_500),
            "website_crm_score.best_first": (1, 1),
            "website_crm_score.alert_rises": (1, 1),
            "website_crm_score.alert_returns": (1, 1),
            "website_crm_score.alert_absence_days": (30, 3_650),
            "website_crm_score.judge_rules": (1, 1),
            "website_crm_score.suggest_years": (2, MOST_YEARS),
            "website_crm_score.suggest_rules": (12, MOST_RULES),
        }

    @api.constrains(
        lambda self: [name.replace(".", "_") for name in self._get_scoring_numbers()]
    )
    def _check_scoring_numbers(self):
        for name, (_default, largest) in self._get_scoring_numbers().items():
            field = self._fields[name.replace(".", "_")]
            if any(not 0 <= settings[field.name] <= largest for settings in self):
                raise ValidationError(
                    self.env._(
                        "“%(setting)s” must be a number from 0 to %(largest)s.",
                        setting=field.get_description(self.env, ["string"])["string"],
                        largest=largest,
                    )
                )

    @api.model
    def _get_scoring_number(self, name):
        """Return a setting as a number that can be computed with, whatever it is.

        :param str name: of the system parameter, one of ours without the module
        """
        # sudo: visitors may not read parameters, and these are the website's
        parameters = self.env["ir.config_parameter"].sudo()
        name = name if "." in name else f"website_crm_score.{name}"
        text = parameters.get_param(name)
        if text == "True":
            return 1
        return read_number(text, *self._get_scoring_numbers()[name])
