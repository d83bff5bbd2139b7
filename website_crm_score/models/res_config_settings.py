from odoo import api, fields, models

# What a setting is as long as nobody has set it, where that is not 0.
DEFAULTS = {"hits_per_minute": "120"}


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
    website_crm_score_hits_per_minute = fields.Integer(string="Count at most")
    website_crm_score_keep_months = fields.Integer(
        string="Keep single visits for",
        config_parameter="website_crm_score.keep_months",
    )

    @api.model
    def get_values(self):
        limit = self._get_scoring_number("hits_per_minute")
        return {**super().get_values(), "website_crm_score_hits_per_minute": limit}

    def set_values(self):
        result = super().set_values()
        # Not as a ``config_parameter``: core removes one that is 0, which would then
        # be the default again.
        # sudo: who may change settings may not write parameters, as core has it
        self.env["ir.config_parameter"].sudo().set_param(
            "website_crm_score.hits_per_minute", self.website_crm_score_hits_per_minute
        )
        return result

    @api.model
    def _get_scoring_number(self, name):
        """Return a setting of visits as a number, 0 where it is no such.

        :param str name: that of the system parameter, after ``website_crm_score.``
        :rtype: int
        """
        # sudo: visitors may not read parameters, and these are the website's
        parameters = self.env["ir.config_parameter"].sudo()
        default = DEFAULTS.get(name, False)
        value = str(parameters.get_param(f"website_crm_score.{name}", default))
        return int(value) if value.isdecimal() else int(value == "True")
