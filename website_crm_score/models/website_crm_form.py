from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..fields import ParentMany2one


class WebsiteCrmForm(models.Model):
    """Forms of the website that were sent, each of which made a lead.

    Core makes such a lead as it makes others, with the superuser: that a visitor sent a
    form is noted when it happens. Merged leads have sent the forms of all of them. What
    the own staff sends, for somebody who called, is not noted.
    """

    _name = "website.crm.form"
    _description = "Sent Form"
    _rec_name = "lead_id"
    _order = "date desc, id desc"
    _log_access = False

    lead_id = ParentMany2one(comodel_name="crm.lead")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Sent By",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who was logged in.",
    )
    date = fields.Datetime(
        default=fields.Datetime.now, required=True, readonly=True, index=True
    )

    @api.model
    def _note(self, lead):
        """Note that the present user sent the form that made ``lead``."""
        user = self.env.user
        if not user._is_internal():
            partner = self.env["res.partner"] if user._is_public() else user.partner_id
            # sudo: nobody may write what others sent
            self.sudo().create({"lead_id": lead.id, "partner_id": partner.id})

    @api.model
    def _drop(self, leads):
        """Forget the forms of ``leads``, which somebody else may have sent."""
        self.search([("lead_id", "in", leads.ids)]).unlink()

    @api.model
    def _note_earlier(self):
        """Note the forms that were sent before they were noted, as far as it shows.

        The lead was made by the superuser and has a visitor, who is none of the staff;
        it was not made by a registration for an event, as others with a visitor are.
        """
        has_rules = "event_lead_rule_id" in self.env["crm.lead"]
        is_of_event = SQL("event_lead_rule_id IS NOT NULL" if has_rules else "FALSE")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO website_crm_form (lead_id, partner_id, date)
                SELECT DISTINCT ON (lead.id) lead.id, visitor.partner_id,
                       lead.create_date
                  FROM crm_lead lead
                  JOIN crm_lead_website_visitor_rel link ON link.crm_lead_id = lead.id
                  JOIN website_visitor visitor ON visitor.id = link.website_visitor_id
                 WHERE lead.create_uid = %s AND NOT %s
                   AND NOT EXISTS (
                       SELECT FROM website_crm_form known WHERE known.lead_id = lead.id)
                   AND NOT EXISTS (
                       SELECT FROM res_users staff
                        WHERE staff.partner_id = visitor.partner_id
                          AND staff.share IS NOT TRUE)
              ORDER BY lead.id, visitor.id
                """,
                SUPERUSER_ID,
                is_of_event,
            )
        )
        self.invalidate_model()
