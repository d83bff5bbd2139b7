"""Installing the database that those of the tests are copies of."""

import os

from layout import MAIN_ADDONS

from . import assignment
from .database import PROTOTYPE
from .engine import HOURLY_JOB, SECOND_JOB

# Processes inherit the name. On a server for all, there may be others of its kind.
TEMPLATE = os.environ.setdefault(
    "LEAD_SCORING_FAULTS_TEMPLATE", f"lead_scoring_faults_{os.getpid()}"
)
SALESPERSON = "salesperson"
RULES = [
    {"name": "Everyone", "value": 1, "domain": "[]"},
    {"name": "Hot", "value": 10, "domain": "[('description', 'like', 'Hot')]"},
    {
        "name": "Urgent",
        "value": 5,
        "domain": "[('priority', '=', '3')]",
        "event_based": True,
    },
    {
        "name": "Pricing",
        "value": 20,
        "domain": "[('score_pageview_ids.url', 'like', '/pricing')]",
        "event_based": True,
    },
]


def main(name, is_copied):
    """Fill a database with what all tests need, and make it, unless it is a copy of one
    that has the addons."""
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.service import db
    from odoo.tools import config

    options = [f"--database={name}", "--no-http"]
    config.parse_config(options, setup_logging=True)
    if is_copied:
        registry = Registry(name)
    else:
        db._create_empty_database(name)
        registry = Registry.new(name, update_module=True, install_modules=MAIN_ADDONS)
    with registry.cursor() as cr:
        fill(api.Environment(cr, SUPERUSER_ID, {}))


def fill(env):
    """Create what is to be created by Odoo itself."""
    env["website.crm.score"].create(RULES)
    env["crm.lead"].create({"name": PROTOTYPE})
    env["res.users"].create(
        {
            "name": "Salesperson",
            "login": SALESPERSON,
            "group_ids": [
                (4, env.ref("base.group_user").id),
                (4, env.ref("sales_team.group_sale_salesman_all_leads").id),
            ],
        }
    )
    module, xml_id = SECOND_JOB.split(".")
    second = env.ref(HOURLY_JOB).copy()
    env["ir.model.data"].create(
        {"module": module, "name": xml_id, "model": second._name, "res_id": second.id}
    )
    assignment.fill(env)
