from odoo import api, fields, models

from odoo.addons.website_crm_score.scoring.scores import TOTALS
from odoo.addons.website_crm_score.tools.own_context import OURS

FIELD = "score_level_date"
EXAMPLES = ("base_automation_score_reached", "base_automation_score_below")


class BaseAutomation(models.Model):
    """Automation rules run some time after a score went above or below a level."""

    _inherit = "base.automation"

    score_level = fields.Float(
        digits=(16, 2),
        tracking=True,
        help="The date is that on which the score last went up to this level, or fell "
        "below it. That it is above or below now is for the conditions to say.",
    )
    has_score_level = fields.Boolean(compute="_compute_has_score_level")
    is_score_example = fields.Boolean(
        compute="_compute_is_score_example",
        help="It comes with the addon, switched off, for you to adapt.",
    )

    @api.depends("trigger", "trg_date_id")
    def _compute_has_score_level(self):
        for automation in self:
            automation.has_score_level = (
                automation.trigger == "on_time" and automation.trg_date_id.name == FIELD
            )

    def _compute_is_score_example(self):
        get_id = self.env["ir.model.data"]._xmlid_to_res_id
        ids = [get_id(f"website_crm_score_automation.{name}") for name in EXAMPLES]
        for automation in self:
            automation.is_score_example = automation.id in ids

    def _search_time_based_automation_records(self, *, until):
        if self.has_score_level:
            self = self.with_context(score_level=self.score_level)
        return super()._search_time_based_automation_records(until=until)

    @api.model
    def _get_actions(self, records, triggers):
        automations = super()._get_actions(records, triggers)
        if self.env.context.get("is_restated") is OURS:
            return automations.browse()  # the scores of closed leads change silently
        return automations

    @api.model
    def _get_score_levels(self, model_name):
        """Return the levels that automation rules of a model look at.

        :rtype: set[float]
        """
        is_level = [("trigger", "=", "on_time"), ("trg_date_id.name", "=", FIELD)]
        is_on = [("model_name", "=", model_name), ("active", "=", True)]
        return set(self.search(is_level + is_on).mapped("score_level"))

    @api.model
    def _hear_scores(self, model_name):
        """Return whether automation rules run when a score of a model changes."""
        domain = [
            ("model_name", "=", model_name),
            ("trigger", "in", ["on_write", "on_create_or_write"]),
            "|",
            ("trigger_field_ids", "=", False),
            ("trigger_field_ids.name", "in", [*TOTALS, "score_date"]),
        ]
        return bool(self.search_count(domain, limit=1))
