from odoo import fields, models


class WebsiteCrmMailingReport(models.Model):
    """What became of the leads that opened a newsletter, clicked in it, did not open it
    or could not get it."""

    _name = "website.crm.mailing.report"
    _inherit = "website.crm.event.report"
    _description = "Analysis of Newsletters"
    _auto = False
    _rec_name = "mailing_id"
    _about = "mailing_id"

    mailing_id = fields.Many2one(
        comodel_name="mailing.mailing",
        string="Newsletter",
        readonly=True,
        help="With all versions of its A/B test, and the one that is sent in the end.",
    )
