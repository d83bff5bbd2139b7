from odoo import api, fields, models


class WebsiteCrmScore(models.Model):
    """By what the events of newsletters are chosen."""

    _inherit = "website.crm.score"

    mailing_match = fields.Selection(
        selection=[
            ("all", "All newsletters"),
            ("mailing", "The newsletter is"),
            ("campaign", "The campaign is"),
        ],
        string="Which Newsletter",
        default="all",
    )
    mailing_id = fields.Many2one(
        comodel_name="mailing.mailing",
        string="Newsletter",
        ondelete="set null",  # the rule then says that it has none
        help="With all versions of its A/B test, and the one that is sent in the end.",
    )
    mailing_campaign_id = fields.Many2one(
        comodel_name="utm.campaign", string="Newsletter Campaign", ondelete="set null"
    )
    mailing_list_id = fields.Many2one(
        comodel_name="mailing.list",
        string="Left Mailing List",
        ondelete="restrict",
        help="By default all lists, and the blocklist where it was the recipient who "
        "did not want to be mailed any more.",
    )
    link_match = fields.Selection(
        selection=[
            ("all", "Any link"),
            ("contains", "The address contains"),
            ("link", "The link is"),
        ],
        string="Which Link",
        default="all",
    )
    link_url = fields.Char(
        string="Link Address", help="Capital and small letters are the same."
    )
    link_id = fields.Many2one(comodel_name="link.tracker", ondelete="set null")
    click_unit = fields.Selection(
        selection=[("mail", "Each newsletter, once"), ("click", "Each click")],
        string="Clicks Count",
        default="mail",
    )
    ignored_days = fields.Integer(
        string="Within (Days)",
        default=30,
        help="A newsletter that is not opened counts so many days after it was sent, "
        "if it neither bounced nor failed to be sent.",
    )

    @api.model
    def _get_reference_keys(self):
        return {
            **super()._get_reference_keys(),
            "mailing.mailing": ["subject", "name"],
            "link.tracker": ["url", "label", "mass_mailing_id"],
        }
