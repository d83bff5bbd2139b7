from odoo import models


class ResPartner(models.Model):
    """Newsletters are those of a contact by its e-mail address, too."""

    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "email" in vals:
            # sudo: the mark is the job's
            self.sudo()._mark_score_outdated()
        return result
