from odoo import SUPERUSER_ID, api
from odoo.tools import split_every

BATCH_SIZE = 10_000


def migrate(cr, version):
    """Leads no longer list what was seen on the website of another company."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    if not env["website"]._has_several_companies():
        return
    leads = env["crm.lead"].search([("company_id", "!=", False)])
    for ids in split_every(BATCH_SIZE, leads.ids):
        env["website.crm.pageview"]._drop_other_companies(leads.browse(ids))
