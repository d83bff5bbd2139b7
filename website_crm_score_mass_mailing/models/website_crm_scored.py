from odoo import fields, models


class WebsiteCrmScored(models.AbstractModel):
    """Who sends newsletters chooses by the score who gets them, and sees it therefore:
    that of the contacts and leads that they may read."""

    _inherit = "website.crm.scored"

    score = fields.Float(
        groups="sales_team.group_sale_salesman,mass_mailing.group_mass_mailing_user"
    )
