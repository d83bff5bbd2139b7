from odoo import fields, models

# The event types that are made of orders of the website.
SHOP_TYPES = ("cart_add", "cart_abandoned", "purchase")
SHOP_FIELDS = (
    "product_tmpl_ids",
    "product_categ_id",
    "public_categ_id",
    "min_amount",
    "amount_unit",
    "cart_hours",
)


class WebsiteCrmScore(models.Model):
    """Events of the shop: a product is put into the cart, a cart is left, an order is
    confirmed.

    What is cancelled or refunded did not happen. Amounts are those of products, without
    taxes, in the currency of the company that sells, at the rate of the order.
    """

    _inherit = "website.crm.score"

    event_type = fields.Selection(
        selection_add=[
            ("cart_add", "Product added to the cart"),
            ("cart_abandoned", "Cart abandoned"),
            ("purchase", "Purchase"),
        ],
        ondelete=dict.fromkeys(SHOP_TYPES, "cascade"),
    )
    product_tmpl_ids = fields.Many2many(
        comodel_name="product.template",
        relation="website_crm_score_product_template_rel",
        column1="score_id",
        column2="product_tmpl_id",
        string="Products",
        ondelete="restrict",  # or the rule would count all products
        context={"active_test": False},
        help="One of these is enough. Empty for all products.",
    )
    product_categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Product Category",
        ondelete="restrict",
        help="Products of this category and those under it.",
    )
    public_categ_id = fields.Many2one(
        comodel_name="product.public.category",
        string="eCommerce Category",
        ondelete="restrict",
        help="Products that the shop shows in this category and those under it.",
    )
    min_amount = fields.Float(
        string="Amount (at Least)",
        digits=(16, 2),
        help="Of the products above, without taxes and delivery, in the currency of "
        "the company that sells. 0 for any amount.",
    )
    amount_unit = fields.Float(
        string="Points for Each (Amount)",
        digits=(16, 2),
        help="The points are given for each such amount: with 100, an order of 250 is "
        "worth two and a half times the points. 0 to give the points once.",
    )
    cart_hours = fields.Integer(
        string="Unchanged for (Hours)",
        default=24,
        help="After how many hours without a change a cart is abandoned.",
    )

    def _get_event_fields(self):
        return super()._get_event_fields() | set(SHOP_FIELDS)

    def _find_event_error(self):
        if self.event_type in SHOP_TYPES:
            if self.min_amount < 0 or self.amount_unit < 0:
                return self.env._("an amount cannot be less than 0.")
            if self.event_type == "cart_abandoned" and self.cart_hours < 1:
                return self.env._("say after how many hours, at least one.")
        return super()._find_event_error()

    def _looks_at_pages(self):
        if self.rule_type == "event" and self.event_type in SHOP_TYPES:
            return True
        return super()._looks_at_pages()

    def _get_website_rules(self):
        rules = [
            (self.env._("Put a product into the cart"), "cart_add", 15),
            (self.env._("Bought something"), "purchase", 100),
        ]
        return super()._get_website_rules() + [
            {"name": name, "value": value, "rule_type": "event", "event_type": type_}
            for name, type_, value in rules
        ]
