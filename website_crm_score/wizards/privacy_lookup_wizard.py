from odoo import models
from odoo.tools import SQL, email_normalize


class PrivacyLookupWizard(models.TransientModel):
    """The lookup finds what a person saw and sent on the website, and what it
    earned by it."""

    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        query = super()._get_query()
        for model_name, table in (
            ("website.crm.pageview", "website_crm_pageview"),
            ("website.crm.form", "website_crm_form"),
            ("website.crm.score.line", "website_crm_score_line"),
            ("website.crm.score.history", "website_crm_score_history"),
        ):
            query = SQL(
                """
                %s UNION ALL
                SELECT %s, id, TRUE FROM %s
                 WHERE lead_id IN (
                       SELECT id FROM crm_lead
                        WHERE email_normalized = %s
                           OR partner_id IN (SELECT id FROM indirect_references))
                """,
                query,
                self.env["ir.model"]._get_id(model_name),
                SQL.identifier(table),
                email_normalize(self.email.strip()),
            )
        for model_name, table in (
            ("website.crm.score.line", "website_crm_score_line"),
            ("website.crm.score.history", "website_crm_score_history"),
        ):
            query = SQL(
                """
                %s UNION ALL
                SELECT %s, id, TRUE FROM %s
                 WHERE partner_id IN (SELECT id FROM indirect_references)
                """,
                query,
                self.env["ir.model"]._get_id(model_name),
                SQL.identifier(table),
            )
        return query
