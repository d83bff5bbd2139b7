from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """How soon after sending nobody but machines opens a newsletter."""

    _inherit = "res.config.settings"

    website_crm_score_machine_seconds = fields.Integer(
        string="Opened or clicked within",
        config_parameter="website_crm_score.machine_seconds",
    )
