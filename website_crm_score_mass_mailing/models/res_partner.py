from odoo import api, models


class ResPartner(models.Model):
    """Newsletters are those of a contact by its e-mail address, too."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "email" in vals:
            # sudo: the mark is the job's
            self.sudo()._mark_stale()
        return result

    @api.model
    def _merge_events(self, pairs):
        result = super()._merge_events(pairs)
        self.env["mailing.trace"]._move(self._name, pairs)
        return result
