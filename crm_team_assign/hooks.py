from odoo import fields

from odoo.addons.website_crm_score.tools.loose_ends import forget_parameters, tie_up

SETTING = "crm.lead.auto.assignment"
# Whether core's daily assignment was on before the addon was installed.
BEFORE = "crm_team_assign.assigned_before"


def post_init_hook(env):
    """Switch on core's daily assignment: once, when the addon is installed.

    Core's settings stay the one place to change it. The first run is a day away at
    least, which leaves time to set minimum scores and filters.
    """
    parameters = env["ir.config_parameter"]
    parameters.set_param(BEFORE, str(bool(parameters.get_param(SETTING))))
    parameters.set_param(SETTING, True)
    cron = env.ref("crm.ir_cron_crm_lead_assign", raise_if_not_found=False)
    if cron and not cron.active:
        tomorrow = fields.Datetime.add(fields.Datetime.now(), days=1)
        cron.write({"active": True, "nextcall": max(cron.nextcall, tomorrow)})


def uninstall_hook(env):
    """Put core's daily assignment back, and leave nothing that names what goes."""
    tie_up(env, "crm_team_assign", *_put_assignment_back(env))
    forget_parameters(env, "crm_team_assign")


def _put_assignment_back(env):
    """Switch core's daily assignment off, unless it was on before this was installed;
    return what to tell the administrators."""
    parameters = env["ir.config_parameter"]
    cron = env.ref("crm.ir_cron_crm_lead_assign", raise_if_not_found=False)
    # Older versions did not note it; core has it switched off.
    if parameters.get_param(BEFORE) == "True" or not (cron and cron.active):
        return []
    parameters.set_param(SETTING, False)
    cron.active = False
    return [env._("The daily assignment of leads is switched off, as it was before.")]
