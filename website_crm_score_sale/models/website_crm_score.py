from odoo import api, fields, models


class WebsiteCrmScore(models.Model):
    """By what the events of the shop are chosen."""

    _inherit = "website.crm.score"

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
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_currency_id"
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        """The currency of the amounts, if all companies that can sell have the same."""
        # sudo: a rule of no company is for those of others, too
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        for rule in self:
            known = rule.company_id.currency_id or companies.currency_id
            rule.currency_id = known if len(known) == 1 else False

    @api.model
    def _get_reference_keys(self):
        own = {"product.template": ["name", "default_code"]}
        return super()._get_reference_keys() | own
