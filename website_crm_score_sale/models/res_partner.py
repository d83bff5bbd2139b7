from odoo import models


class ResPartner(models.Model):
    """The orders of a lead are those of all contacts with its e-mail address."""

    _inherit = "res.partner"

    _email_normalized_order_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
