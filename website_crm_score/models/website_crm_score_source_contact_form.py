from odoo import api, models
from odoo.fields import Domain
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
    _evidence = "crm.lead"

    @api.model
    def _get_candidates(self, cohort):
        return [
            (self.env._("Sent a form of the website"), {}),
            (self.env._("Sent two forms of the website or more"), {"min_count": 2}),
        ]

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

    @api.model
    def _get_evidence_action(self, rule, owner):
        """Open the leads that the forms of a contact made; a lead is its own."""
        if owner._name != "res.partner":
            return None
        # sudo: nobody may read the notes of forms, but leads that one may read
        forms = self.env["website.crm.form"].sudo()
        is_theirs = Domain("lead_id.partner_id", "=", owner.id)
        is_theirs |= Domain("partner_id", "=", owner.id)
        domain = Domain("id", "in", forms.search(is_theirs).lead_id.ids)
        return self._open_evidence("website_crm_score.crm_lead_action_scored", domain)
