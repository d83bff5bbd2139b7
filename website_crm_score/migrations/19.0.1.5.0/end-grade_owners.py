from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from odoo.addons.website_crm_score.scoring.regrading import regrade_part


def migrate(cr, version):
    """Rules belong to the fit or the engagement; leads and contacts have both, and the
    grade of these. Scores stay what they are.

    At the end, when the fields of all addons are there that rules look at.
    """
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    sort_rules(env)
    for owners in env["website.crm.score"]._iter_owners():
        # All of them, in one statement.
        regrade_part(owners, 0, None)
    env.invalidate_all(flush=False)


def sort_rules(env):
    """Sort rules by what they look at. In SQL: nobody changed them, which jobs would
    look at again."""
    rules = env["website.crm.score"].search([])  # pylint: disable=no-search-all
    for category, group in rules.grouped(lambda rule: rule._guess_category()).items():
        env.cr.execute(
            SQL(
                "UPDATE website_crm_score SET category = %s"
                " WHERE id IN %s AND category != %s",
                category,
                group._ids,
                category,
            )
        )
