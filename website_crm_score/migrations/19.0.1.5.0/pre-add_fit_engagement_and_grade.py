from odoo.addons.website_crm_score.hooks import add_lead_columns, add_partner_columns


def migrate(cr, version):
    """Leads and contacts have a fit, an engagement and a grade, none so far.

    With a default of the database, existing rows are not written.
    """
    add_lead_columns(cr)
    add_partner_columns(cr)
