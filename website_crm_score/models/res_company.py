from odoo import models

from ..fields import TechnicalBoolean


class ResCompany(models.Model):
    """Knows whether its managers have taken the first steps of lead scoring."""

    _inherit = "res.company"

    # Set once, whatever is taken back later.
    scoring_steps_over = TechnicalBoolean(readonly=True, copy=False)
