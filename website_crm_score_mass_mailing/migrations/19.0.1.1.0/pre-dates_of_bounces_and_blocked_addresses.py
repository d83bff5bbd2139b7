from odoo.addons.website_crm_score_mass_mailing.hooks import add_dates


def migrate(cr, version):
    """Newsletters know when they bounced, and blocked addresses since when they are."""
    add_dates(cr)
