from odoo import models


class Website(models.Model):
    _inherit = "website"

    def _prepare_sale_order_values(self, partner_sudo):
        """Tell whose cart it is; nothing is written for it later."""
        values = super()._prepare_sale_order_values(partner_sudo)
        # No bots, and nobody who does not want to be known.
        if not self.env["ir.http"]._find_reason_not_to_count():
            visitors = self.env["website.visitor"]
            find = visitors._get_visitor_from_request
            # There is none where no tracked page was seen.
            visitor = find() or find(force_create=True)
            values["website_visitor_id"] = visitor.id
        return values
