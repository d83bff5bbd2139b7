from odoo import models

from ..tools.mergers import Mergers


class MailMessage(models.Model):
    """Messages of many leads that are merged are moved at once, see ``Mergers``."""

    _inherit = "mail.message"

    def write(self, vals):
        mergers = Mergers.get(self.env)
        if mergers and mergers.collect(self, vals):
            return True
        return super().write(vals)
