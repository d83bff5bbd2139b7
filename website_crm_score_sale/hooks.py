from odoo.addons.website_crm_score.tools.loose_ends import tie_up


def uninstall_hook(env):
    """Leave nothing behind that names what goes."""
    tie_up(env, "website_crm_score_sale")
