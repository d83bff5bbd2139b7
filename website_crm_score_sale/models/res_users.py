from odoo import models
from odoo.http import request


class ResUsers(models.Model):
    """A cart of who was logged in is none of who logs in next: it is left, and there
    again when the former comes back."""

    _inherit = "res.users"

    def _part_from_login(self):
        result = super()._part_from_login()
        website = getattr(request, "website", None)
        if website:
            website.sale_reset()
        return result
