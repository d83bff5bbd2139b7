from odoo import fields


def post_init_hook(env):
    """Switch on core's daily assignment: once, when the addon is installed.

    Core's settings stay the one place to change it. The first run is a day away at
    least, which leaves time to set minimum scores and filters.
    """
    env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
    cron = env.ref("crm.ir_cron_crm_lead_assign", raise_if_not_found=False)
    if cron and not cron.active:
        tomorrow = fields.Datetime.add(fields.Datetime.now(), days=1)
        cron.write({"active": True, "nextcall": max(cron.nextcall, tomorrow)})
