from odoo import fields, models

from odoo.addons.website_crm_score.tools.tracked_url import read_address

# The event types that are told by the traces of mailings.
TRACE_TYPES = ("mail_open", "mail_click", "mail_ignored", "mail_bounce")
MAIL_TYPES = (*TRACE_TYPES, "mail_unsubscribe")
MAIL_FIELDS = (
    "mailing_match",
    "mailing_id",
    "mailing_campaign_id",
    "mailing_list_id",
    "link_match",
    "link_url",
    "link_id",
    "click_unit",
    "ignored_days",
)


class WebsiteCrmScore(models.Model):
    """Events of newsletters: they are opened, not opened in time, or bounce, a link is
    clicked, somebody unsubscribes.

    A newsletter is one of a lead if it was sent to the lead or to its contact, or, as
    to a mailing list, to its e-mail address; and likewise of a contact.
    """

    _inherit = "website.crm.score"

    event_type = fields.Selection(
        selection_add=[
            ("mail_open", "Newsletter opened"),
            ("mail_click", "Link in a newsletter clicked"),
            ("mail_ignored", "Newsletter not opened"),
            ("mail_bounce", "Newsletter bounced"),
            ("mail_unsubscribe", "Unsubscribed from newsletters"),
        ],
        ondelete=dict.fromkeys(MAIL_TYPES, "cascade"),
    )
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

    def _get_event_fields(self):
        return super()._get_event_fields() | set(MAIL_FIELDS)

    def _find_event_error(self):
        error = False
        if self.event_type in TRACE_TYPES:
            error = self._find_mailing_error()
        if self.event_type == "mail_click":
            error = error or self._find_link_error()
        if self.event_type == "mail_ignored" and self.ignored_days < 1:
            error = error or self.env._("say within how many days, at least one.")
        return error or super()._find_event_error()

    def _find_mailing_error(self):
        if self.mailing_match == "mailing":
            return not self.mailing_id and self.env._("choose the newsletter.")
        if self.mailing_match == "campaign":
            is_missing = not self.mailing_campaign_id
            return is_missing and self.env._("choose the campaign.")
        return not self.mailing_match and self.env._("say which newsletter.")

    def _find_link_error(self):
        if self.link_match == "link":
            return not self.link_id and self.env._("choose the link.")
        if self.link_match == "contains":
            return self._find_link_url_error()
        return not self.link_match and self.env._("say which link.")

    def _find_link_url_error(self):
        url = (self.link_url or "").strip()
        if not url:
            return self.env._("say what the address of the link has.")
        try:
            read_address(url)
        except ValueError:
            return self.env._("this is no address.")
        return False
