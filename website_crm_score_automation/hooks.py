from odoo.addons.website_crm_score.tools.loose_ends import tie_up


def uninstall_hook(env):
    """Switch off the automation rules whose date goes with this addon."""
    tie_up(env, "website_crm_score_automation")
