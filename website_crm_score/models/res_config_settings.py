from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Which visits count for leads, and how long single ones are kept."""

    _inherit = "res.config.settings"

    track_with_consent = fields.Boolean(
        related="website_id.track_with_consent", readonly=False
    )
    website_crm_score_count_staff = fields.Boolean(
        string="Count visits of your own staff",
        config_parameter="website_crm_score.count_staff",
    )
    website_crm_score_reload_seconds = fields.Integer(
        string="Reloads within",
        config_parameter="website_crm_score.reload_seconds",
    )
    website_crm_score_keep_months = fields.Integer(
        string="Keep single visits for",
        config_parameter="website_crm_score.keep_months",
    )

    @api.model
    def _get_scoring_number(self, name):
        """Return a setting of visits as a number, 0 where it is no such.

        :param str name: that of the system parameter, after ``website_crm_score.``
        :rtype: int
        """
        # sudo: visitors may not read parameters, and these are the website's
        parameters = self.env["ir.config_parameter"].sudo()
        value = str(parameters.get_param(f"website_crm_score.{name}"))
        return int(value) if value.isdecimal() else int(value == "True")
