from odoo import fields, models

GROUPS = "sales_team.group_sale_salesman,mass_mailing.group_mass_mailing_user"


class WebsiteCrmScored(models.AbstractModel):
    """Who sends newsletters chooses by the score who gets them, and sees it therefore,
    with what it is shown with: that of the contacts and leads that they may read. Why
    they have it is for sales alone."""

    _inherit = "website.crm.scored"

    score = fields.Float(groups=GROUPS)
    score_fit = fields.Float(groups=GROUPS)
    score_engagement = fields.Float(groups=GROUPS)
    score_grade = fields.Selection(groups=GROUPS)
    score_week_change = fields.Float(groups=GROUPS)
    score_date = fields.Datetime(groups=GROUPS)
