from odoo import fields, models

from .crm_assignment_plan import KEEP_DAYS


class ResConfigSettings(models.TransientModel):
    """How long what was assigned, and why, can be looked up."""

    _inherit = "res.config.settings"

    crm_team_assign_keep_days = fields.Integer(
        string="Keep plans for",
        config_parameter="crm_team_assign.keep_days",
        default=KEEP_DAYS,
    )

    def action_crm_assign_leads(self):
        """Ask first, as wherever leads are assigned by hand."""
        self.ensure_one()
        return self.env["crm.team"].action_start_assignment()
