from odoo import api, models


class ResPartner(models.Model):
    """Newsletters are those of a contact by its e-mail address, too."""

    _inherit = "res.partner"

    @api.model
    def _get_identity_fields(self):
        return super()._get_identity_fields() | {"email"}

    @api.model
    def _merge_events(self, pairs):
        result = super()._merge_events(pairs)
        self.env["mailing.trace"]._move(self._name, pairs)
        return result
