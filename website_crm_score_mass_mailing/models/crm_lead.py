from odoo import models


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
            self.sudo()._mark_score_outdated()
        return result

    def _merge_dependences(self, opportunities):
        # sudo: whoever may merge leads may not read the statistics of mailings
        traces = self.env["mailing.trace"].sudo()
        traces.search(
            [("model", "=", self._name), ("res_id", "in", opportunities.ids)]
        ).res_id = self.id
        return super()._merge_dependences(opportunities)
