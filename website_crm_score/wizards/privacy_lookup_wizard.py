from odoo import models
from odoo.tools import SQL, email_normalize

OF_OWNERS = ("website.crm.score.line", "website.crm.score.history")
OF_LEADS = ("website.crm.pageview", "website.crm.form", *OF_OWNERS)


class PrivacyLookupWizard(models.TransientModel):
    """The lookup finds what a person saw and sent on the website, and what it
    earned by it."""

    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        of_partners = SQL("partner_id IN (SELECT id FROM indirect_references)")
        of_leads = SQL(
            "lead_id IN (SELECT id FROM crm_lead WHERE email_normalized = %s OR %s)",
            email_normalize(self.email.strip()),
            of_partners,
        )
        queries = [super()._get_query()]
        for names, condition in ((OF_LEADS, of_leads), (OF_OWNERS, of_partners)):
            queries += [
                SQL(
                    "SELECT %s, id, TRUE FROM %s WHERE %s",
                    self.env["ir.model"]._get_id(name),
                    SQL.identifier(self.env[name]._table),
                    condition,
                )
                for name in names
            ]
        return SQL(" UNION ALL ").join(queries)
