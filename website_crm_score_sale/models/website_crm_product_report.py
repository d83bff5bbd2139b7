from odoo import fields, models


class WebsiteCrmProductReport(models.Model):
    """What became of the leads that put a product into the cart, left it there or
    bought it."""

    _name = "website.crm.product.report"
    _inherit = "website.crm.event.report"
    _description = "Analysis of Products"
    _auto = False
    _rec_name = "product_tmpl_id"
    _about = "product_tmpl_id"

    product_tmpl_id = fields.Many2one(
        comodel_name="product.template", string="Product", readonly=True
    )
