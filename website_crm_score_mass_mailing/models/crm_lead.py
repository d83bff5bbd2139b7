from odoo import api, models


class CrmLead(models.Model):
    """Newsletters are those of a lead by its e-mail address, too."""

    _inherit = "crm.lead"

    _score_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    def write(self, vals):
        result = super().write(vals)
        if {"email_from", "partner_id"} & vals.keys():
            # sudo: the mark is the job's
            self.sudo()._mark_stale()
        return result

    @api.model
    def _merge_events(self, pairs):
        result = super()._merge_events(pairs)
        self.env["mailing.trace"]._move(self._name, pairs)
        return result
