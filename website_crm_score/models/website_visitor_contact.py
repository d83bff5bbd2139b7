from odoo import models


class WebsiteVisitor(models.Model):
    """Visitors tell the contact that they turn out to be: what they did before is now
    what the contact did."""

    _inherit = "website.visitor"

    def write(self, vals):
        result = super().write(vals)
        if {"access_token", "partner_id"} & vals.keys():
            self._mark_contacts_stale()
        return result

    def _merge_visitor(self, target):
        result = super()._merge_visitor(target)
        target._mark_contacts_stale()
        return result

    def _mark_contacts_stale(self):
        # sudo: visitors log in who may not read contacts
        contacts = self.sudo().partner_id
        # Nobody waits at login for a job that writes the contact: what it did before is
        # then found when all contacts are looked at, within a day.
        free = contacts.try_lock_for_update(allow_referencing=True)
        free._mark_stale()
