from odoo.addons.website_crm_score.hooks import add_score_columns


def migrate(cr, version):
    """Leads and contacts have a fit, an engagement and a grade, none so far.

    With a default of the database, existing rows are not written.
    """
    for table in ("crm_lead", "res_partner"):
        add_score_columns(cr, table)
