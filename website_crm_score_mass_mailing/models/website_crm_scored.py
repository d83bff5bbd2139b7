from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.website_crm_score.tools.merging import move_to_owners

GROUPS = "sales_team.group_sale_salesman,mass_mailing.group_mass_mailing_user"


class WebsiteCrmScored(models.AbstractModel):
    """Who sends newsletters chooses by the score who gets them, and sees it therefore,
    with what it is shown with: that of the contacts and leads that they may read. Why
    they have it is for sales alone.

    Newsletters are those of leads and contacts by their e-mail addresses, too.
    """

    _inherit = "website.crm.scored"

    score = fields.Float(groups=GROUPS)
    score_fit = fields.Float(groups=GROUPS)
    score_engagement = fields.Float(groups=GROUPS)
    score_grade = fields.Selection(groups=GROUPS)
    score_week_change = fields.Float(groups=GROUPS)
    score_date = fields.Datetime(groups=GROUPS)

    @api.model
    def _get_identity_fields(self):
        return super()._get_identity_fields() | self._email_fields

    @api.model
    def _merge_events(self, pairs):
        is_theirs = SQL("moved.model = %s", self._name)
        move_to_owners(self.env["mailing.trace"], "res_id", pairs, is_theirs)
        return super()._merge_events(pairs)
