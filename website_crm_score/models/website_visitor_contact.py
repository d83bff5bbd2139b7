from odoo import models


class WebsiteVisitor(models.Model):
    """Visitors tell the contact that they turn out to be: what they did before is now
    what the contact did."""

    _inherit = "website.visitor"

    def write(self, vals):
        result = super().write(vals)
        if {"access_token", "partner_id"} & vals.keys():
            self._mark_contacts_outdated()
        return result

    def _merge_visitor(self, target):
        result = super()._merge_visitor(target)
        target._mark_contacts_outdated()
        return result

    def _mark_contacts_outdated(self):
        # sudo: visitors log in who may not read contacts
        self.sudo().partner_id._mark_score_outdated()
