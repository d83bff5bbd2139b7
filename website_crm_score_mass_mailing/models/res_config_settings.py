from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """How soon after sending nobody but machines opens a newsletter."""

    _inherit = "res.config.settings"

    website_crm_score_machine_seconds = fields.Integer(
        string="Opened or clicked within"
    )

    @api.model
    def _get_scoring_numbers(self):
        own = {"website_crm_score.machine_seconds": (0, 86_400)}
        return super()._get_scoring_numbers() | own
