from odoo import api, models


class CrmLead(models.Model):
    """Newsletters are those of a lead by its e-mail address, too."""

    _inherit = "crm.lead"

    # The shop's addon has the same one: by its name, it is there once, as long as one
    # of the two is installed.
    _score_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    @api.model
    def _get_identity_fields(self):
        return super()._get_identity_fields() | {"email_from", "partner_id"}

    @api.model
    def _merge_events(self, pairs):
        result = super()._merge_events(pairs)
        self.env["mailing.trace"]._move(self._name, pairs)
        return result
