from odoo import models


class ResPartner(models.Model):
    """Contacts take their browsing history with them when they are deleted."""

    _inherit = "res.partner"

    def unlink(self):
        visitors = self._get_visitors()
        result = super().unlink()
        visitors.unlink()
        return result

    def action_erase_browsing_history(self):
        """Erase what these contacts saw on the website, and what their leads saw.

        :raise AccessError: for users who may not delete these contacts and leads either
        """
        self.check_access("unlink")
        visitors = self._get_visitors()
        leads = self.env["crm.lead"].browse(visitors.lead_ids.ids)
        leads.action_erase_browsing_history()
        visitors.unlink()

    def _get_visitors(self):
        # sudo: those who may delete a contact may not read its visits
        visitors = self.env["website.visitor"].sudo().with_context(active_test=False)
        return visitors.search([("partner_id", "in", self.ids)])
