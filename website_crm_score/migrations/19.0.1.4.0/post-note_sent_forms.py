from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Forms that were sent before are noted."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["website.crm.form"]._note_earlier()
