from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..scoring.preview import Preview, TooSlowError
from ..tools.actions import RELOAD
from ..tools.attempt import CONCURRENCY_ERRORS, attempt
from ..tools.bars import make_bars
from ..tools.rule_domain import describe_error

# Somebody who looks at a form waits so long.
PATIENCE = 2  # seconds
# Somebody who is told that there is much to count waits so long at most. Who closes the
# dialog leaves nothing behind but what runs until then, and only reads.
LONG_PATIENCE = 60  # seconds


class WebsiteCrmScorePreview(models.TransientModel):
    """What rules would do if they were applied to all open leads, or contacts, now.

    It is computed while the form is shown, and nothing is saved, neither the rules as
    they are in their form nor this.
    """

    _name = "website.crm.score.preview"
    _description = "What Scoring Rules Would Do"

    rule_ids = fields.Many2many(
        comodel_name="website.crm.score",
        default=lambda self: self._default_rule_ids(),
        context={"active_test": False},
    )
    # What the form of the rule has that is not saved.
    unsaved = fields.Json()
    scenario = fields.Selection(
        selection=[("apply", "Apply"), ("off", "Switch Off")],
        string="Action",
        required=True,
        default="apply",
    )
    is_patient = fields.Boolean()
    is_counting = fields.Boolean(compute="_compute_result")
    result = fields.Json(compute="_compute_result")
    result_html = fields.Html(compute="_compute_result", sanitize=False)
    has_saved = fields.Boolean(compute="_compute_what_is_saved")
    has_drafts = fields.Boolean(compute="_compute_what_is_saved")

    @api.model
    def _default_rule_ids(self):
        is_of_rules = self.env.context.get("active_model") == "website.crm.score"
        return self.env.context.get("active_ids", []) if is_of_rules else []

    @api.depends("rule_ids", "unsaved")
    def _compute_what_is_saved(self):
        for preview in self:
            rules = preview.rule_ids._origin
            preview.has_saved = any(rules.mapped("active"))
            preview.has_drafts = any(rules.mapped("is_draft")) and not preview.unsaved

    @api.depends("rule_ids", "unsaved", "scenario", "is_patient")
    def _compute_result(self):
        for preview in self:
            preview.result, preview.is_counting, error = preview._find_result()
            preview.result_html = self.env["ir.qweb"]._render(
                "website_crm_score.website_crm_score_preview",
                {**preview._get_words(), "error": error},
            )

    def _find_result(self):
        """Return the result, whether it is still to be counted, and what is wrong."""
        self.env.flush_all()
        seconds = LONG_PATIENCE if self.is_patient else PATIENCE
        lost = (*CONCURRENCY_ERRORS, AccessError)
        # Fields may be searched by any code.
        with attempt(self.env.cr, flush=False, lost=lost) as outcome:
            return self._fetch(seconds), False, False
        if not isinstance(outcome.error, TooSlowError):
            return False, False, describe_error(outcome.error)
        if self.is_patient:
            return False, False, self.env._("This takes too long to be counted.")
        return False, True, False

    def _fetch(self, seconds=None):
        """Return what would happen, see :class:`~.preview.Preview`."""
        rules = self._get_rules()
        owners = self.env[rules[:1].model_name or "crm.lead"]
        levels = [
            (level["minimum"], level["company_id"])
            for level in self._get_levels(owners)
        ]
        return Preview(rules, owners, levels).fetch(seconds)

    def _get_rules(self):
        """Return the rules as they would be, those for leads or those for contacts."""
        self.env["website.crm.score"].check_access("write")
        rules = self.rule_ids._origin
        values = {"active": self.scenario == "apply"}
        if self.unsaved or not rules:
            return rules[:1]._draw_up({**(self.unsaved or {}), **values})
        first = rules[0].apply_to
        rules = rules.filtered(lambda rule: rule.apply_to == first)
        return rules.union(*(rule._draw_up(values) for rule in rules)) - rules

    @api.model
    def _get_levels(self, owners):
        """Return what owners reach by their scores.

        :param models.BaseModel owners: the model of leads or of contacts
        :return: each with a ``name``, a ``minimum`` and a ``company_id``, if it is one
            for the owners of a company
        """
        return []

    # IN WORDS

    def _get_words(self):
        """Return what the template of the result shows."""
        result = self.result
        if not result:
            return {"result": False, "is_counting": self.is_counting}
        apply_to = self._get_rules()[:1].apply_to
        owners = self.env["website.crm.score"]._get_owners(apply_to)
        examples = owners.browse(item["id"] for item in result["examples"])
        bars = make_bars(result["scores"])
        return {
            "result": result,
            "is_counting": False,
            "is_of_contacts": apply_to == "partner",
            "bars": bars,
            "most": max([1, *(max(one["before"], one["after"]) for one in bars)]),
            "levels": [
                {**level, **result["levels"][place]}
                for place, level in enumerate(self._get_levels(owners))
            ],
            "others": result["changed"]
            - sum(change["count"] for change in result["changes"]),
            "examples": list(zip(examples, result["examples"], strict=True)),
            "format": self._format,
        }

    @api.model
    def _format(self, number, sign=False):
        """Return a number of points as users write it."""
        text = self.env["ir.qweb.field.float"].value_to_html(
            number, {"precision": 2 if number % 1 else 0}
        )
        return f"+{text}" if sign and number > 0 else text

    # ACTIONS

    def action_switch_on(self):
        """Switch the drafts on, and give their points to all open leads that match."""
        self.ensure_one()
        drafts = self.rule_ids.filtered("is_draft")
        if not drafts:
            return RELOAD  # somebody was faster
        drafts.action_unarchive()
        return drafts.action_apply()
