from odoo import models


class CrmLead(models.Model):
    """Leads are found by their e-mail address, which newsletters are sent to."""

    _inherit = "crm.lead"

    # The shop's addon has the same one: by its name, it is there once, as long as one
    # of the two is installed.
    _score_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
