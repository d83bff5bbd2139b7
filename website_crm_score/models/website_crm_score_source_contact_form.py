from odoo import api, models
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceContactForm(models.AbstractModel):
    """Forms of the website that were sent, see ``website.crm.form``.

    Those of a contact are of its leads, and of leads of nobody's if it was the contact
    who was logged in.
    """

    _name = "website.crm.score.source.contact.form"
    _inherit = "website.crm.score.source"
    _description = "Source of Events: Contact Form Sent"

    _event_type = "contact_form"
    _label = _lt("Contact form sent")
    _is_of_visitors = True

    @api.model
    def _get_events(self, rule, owners):
        if owners._name != "res.partner":
            return SQL(
                "SELECT lead_id AS owner_id, date, 1 AS weight FROM website_crm_form"
            )
        return SQL(
            """
            SELECT lead.partner_id AS owner_id, form.date, 1 AS weight
              FROM website_crm_form form JOIN crm_lead lead ON lead.id = form.lead_id
         UNION ALL
            SELECT form.partner_id, form.date, 1 AS weight
              FROM website_crm_form form JOIN crm_lead lead ON lead.id = form.lead_id
             WHERE lead.partner_id IS NULL
            """
        )
