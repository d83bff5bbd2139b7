from odoo import api, fields, models

from .crm_assignment_plan import KEEP_DAYS


class ResConfigSettings(models.TransientModel):
    """How long what was assigned, and why, can be looked up."""

    _inherit = "res.config.settings"

    crm_team_assign_keep_days = fields.Integer(string="Keep plans for")

    @api.model
    def _get_scoring_numbers(self):
        own = {"crm_team_assign.keep_days": (KEEP_DAYS, 36_500)}
        return super()._get_scoring_numbers() | own

    def action_crm_assign_leads(self):
        """Ask first, as wherever leads are assigned by hand."""
        self.ensure_one()
        return self.env["crm.team"].action_start_assignment()
