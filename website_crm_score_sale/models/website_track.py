from odoo import fields, models


class WebsiteTrack(models.Model):
    """That a product was seen stays true when the product is deleted."""

    _inherit = "website.track"

    product_id = fields.Many2one(ondelete="set null")
