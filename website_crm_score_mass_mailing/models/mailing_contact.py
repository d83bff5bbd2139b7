from odoo import models


class MailingContact(models.Model):
    """Contacts of mailing lists are found by their e-mail address."""

    _inherit = "mailing.contact"

    _score_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
