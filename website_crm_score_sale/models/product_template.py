from odoo import models


class ProductTemplate(models.Model):
    """Products say what became of the leads that put them into the cart."""

    _inherit = "product.template"

    def action_open_score_report(self):
        """Show what became of the leads that put this into the cart, or bought it."""
        return self.env["website.crm.product.report"]._open(
            "website_crm_score_sale.website_crm_product_report_action", self
        )
