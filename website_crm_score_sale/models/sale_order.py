from odoo import fields, models


class SaleOrder(models.Model):
    """Carts remember their visitor: nobody else knows whose an anonymous one is."""

    _inherit = "sale.order"

    website_visitor_id = fields.Many2one(
        comodel_name="website.visitor",
        string="Web Visitor",
        ondelete="set null",
        index="btree_not_null",
        copy=False,
        readonly=True,
        help="Who put the first product into the cart.",
    )
    # What happened to carts and orders since the last scoring run is found by it.
    _write_date_website_idx = models.Index("(write_date) WHERE website_id IS NOT NULL")
