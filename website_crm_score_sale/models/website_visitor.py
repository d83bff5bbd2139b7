from odoo import models
from odoo.tools import SQL


class WebsiteVisitor(models.Model):
    """Visitors who log in keep the carts that they had before."""

    _inherit = "website.visitor"

    def _merge_visitor(self, target):
        self.env["sale.order"].flush_model(["website_visitor_id"])
        # In SQL: to know whose a cart is does not change it, nor when it was left.
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET website_visitor_id = %s"
                " WHERE website_visitor_id IN %s",
                target.id,
                self._ids,
            )
        )
        self.env["sale.order"].invalidate_model(["website_visitor_id"])
        return super()._merge_visitor(target)
