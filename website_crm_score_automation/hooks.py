from .models.base_automation import FIELD


def uninstall_hook(env):
    """Archive the automation rules whose date goes with this addon."""
    env["base.automation"].search([("trg_date_id.name", "=", FIELD)]).active = False
