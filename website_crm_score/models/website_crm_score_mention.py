from lxml import html
from markupsafe import Markup

from odoo import api, models
from odoo.tools import SQL

from ..fields import ParentMany2one


class WebsiteCrmScoreMention(models.Model):
    """A message in an inbox that names a lead, such as that of an alert.

    It is none of the chatter of the lead, and does not go with it: by this it is found
    when what is known of somebody has to be erased. Each lead is an item of a list,
    with a link to it.
    """

    _name = "website.crm.score.mention"
    _description = "Lead Named by a Message"
    _rec_name = "lead_id"
    _log_access = False

    lead_id = ParentMany2one(comodel_name="crm.lead")
    message_id = ParentMany2one(comodel_name="mail.message")

    @api.model
    def _note(self, messages, named):
        """Note which leads messages name.

        :param list[crm.lead] named: which of them each of the messages does
        """
        lead_ids, message_ids = [], []
        for message, leads in zip(messages, named, strict=True):
            lead_ids += leads.ids
            message_ids += message.ids * len(leads)
        statement = SQL(
            """
            INSERT INTO website_crm_score_mention (lead_id, message_id)
            SELECT * FROM unnest(%s::int[], %s::int[])
            """,
            lead_ids,
            message_ids,
        )
        self.env.cr.execute(statement)
        self.invalidate_model(flush=False)

    @api.model
    def _erase(self, leads):
        """Forget what messages tell of ``leads``, in whatever inbox, and alerts are
        about to.

        A message that tells of nobody else is deleted.
        """
        # sudo: the messages are those of others than of who may erase a lead
        self, domain = self.sudo(), [("lead_id", "in", leads.ids)]
        self.env["website.crm.score.alert"].search(domain).unlink()
        mentions = self.search(domain)
        for message, group in mentions.grouped("message_id").items():
            group._erase_in(message)
        mentions.exists().unlink()

    def _erase_in(self, message):
        """Have ``message``, that of all of these, no longer tell of their leads."""
        # Of its mails those are left that are not sent, or could not be.
        self.env["mail.mail"].search([("mail_message_id", "=", message.id)]).unlink()
        body, goes_on = strike_out(message.body, set(self.lead_id.ids))
        if goes_on:
            message.body = body
        else:
            message.unlink()


def strike_out(body, lead_ids):
    """Return ``body`` without the items of these leads, and whether others are left."""
    root = html.fragment_fromstring(body, create_parent="div")
    for name in root.xpath("//li//*[@data-oe-model='crm.lead']"):
        if int(name.get("data-oe-id")) in lead_ids:
            next(name.iterancestors("li")).drop_tree()
    text = html.tostring(root, encoding="unicode")
    left = text.removeprefix("<div>").removesuffix("</div>")
    return Markup(left), bool(root.xpath("//li"))
