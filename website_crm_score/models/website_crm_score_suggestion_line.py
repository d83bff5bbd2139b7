from functools import partial

from odoo import api, fields, models

from ..fields import ParentMany2one, TechnicalFloat, TechnicalJson
from ..tools.numbers import say_number


class WebsiteCrmScoreSuggestionLine(models.Model):
    """A suggested rule, and what it rests on."""

    _name = "website.crm.score.suggestion.line"
    _description = "Suggested Scoring Rule"
    _order = "id"

    suggestion_id = ParentMany2one(comodel_name="website.crm.score.suggestion")
    mode = fields.Selection(related="suggestion_id.mode")
    name = fields.Char(string="Rule", required=True, readonly=True)
    is_used = fields.Boolean(string="Use", default=True)
    points = fields.Integer(readonly=True)
    rule_values = TechnicalJson()
    lead_count = fields.Integer(
        string="Leads", readonly=True, help="Closed leads that the rule matches."
    )
    rate_with = fields.Float(
        string="Won",
        readonly=True,
        aggregator=None,
        help="How many of the leads that the rule matches were won.",
    )
    rate_without = fields.Float(
        string="Others Won",
        readonly=True,
        aggregator=None,
        help="How many of the other leads were won.",
    )
    lift = fields.Float(string="Lift Ratio", readonly=True, aggregator=None)
    lift_low = TechnicalFloat()
    lift_high = TechnicalFloat()
    lift_text = fields.Char(
        string="Lift",
        compute="_compute_lift_text",
        help="How many times the win rate of all leads that of these is; between "
        "brackets, within which limits it is with a probability of 95 %.",
    )
    level = fields.Selection(
        selection=[
            ("very_likely", "Almost certain"),
            ("likely", "Likely"),
            ("possible", "Possibly chance"),
        ],
        string="Certainty",
        readonly=True,
        help="How surely it tells something beside the rules above it. As many rules "
        "were tried, some seem to by chance: that is corrected for.",
    )
    comparison = fields.Selection(
        selection=[
            ("same", "Same as"),
            ("overlap", "Overlaps"),
            ("opposite", "Opposite of"),
        ],
        readonly=True,
    )
    present_rule_ids = fields.Many2many(
        comodel_name="website.crm.score",
        relation="website_crm_score_suggestion_line_rule_rel",
        column1="line_id",
        column2="rule_id",
        context={"active_test": False},  # drafts, too
        readonly=True,
    )
    comparison_text = fields.Char(
        string="Existing Rules",
        compute="_compute_comparison_text",
        help="Same: nearly all leads that either rule matches are matched by both. "
        "Overlaps: at least half of them are. Opposite: they are, but the one gives "
        "and the other takes points.",
    )
    rule_id = fields.Many2one(
        comodel_name="website.crm.score",
        string="Made of It",
        readonly=True,
        ondelete="set null",
        help="The draft that was made of it; or the rule that it has new points for.",
    )
    present_points = fields.Float(
        related="rule_id.value",
        string="Points Now",
        help="What the rule gives each time.",
    )

    @api.depends("lift", "lift_low", "lift_high")
    @api.depends_context("lang")
    def _compute_lift_text(self):
        say = partial(say_number, self.env, is_padded=True)
        for line in self:
            low, high = say(line.lift_low), say(line.lift_high)
            line.lift_text = f"{say(line.lift)} ({low}–{high})"

    @api.depends("comparison", "present_rule_ids.name")
    def _compute_comparison_text(self):
        kinds = dict(self._fields["comparison"]._description_selection(self.env))
        for line in self:
            names = ", ".join(f"“{rule.name}”" for rule in line.present_rule_ids)
            line.comparison_text = (
                line.comparison and names and f"{kinds[line.comparison]} {names}"
            )

    def _get_rule_values(self):
        """Return the values of the draft of this line."""
        self.ensure_one()
        return {
            **self.rule_values,
            "name": self.name,
            "value": self.points,
            "is_draft": True,
        }
