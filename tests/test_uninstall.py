"""Uninstalling the addons, with data, by Odoo itself: one after the other, and all at
once. What users made with their fields does not break what stays."""

import json
import os
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from installed import make_database

REPO = Path(__file__).resolve().parent.parent
TEMPLATE = f"lead_scoring_uninstall_{os.getpid()}"
BASE = "website_crm_score"
DEPENDENT = [
    "website_crm_score_automation",
    "website_crm_score_mass_mailing",
    "website_crm_score_sale",
    "website_crm_score_queue_job",
    "crm_team_assign_hr_holidays",
    "crm_team_assign",
]
# These two have an index of leads in common.
SHARING = ["website_crm_score_mass_mailing", "website_crm_score_sale"]
ORDERS = {"one after the other": [*DEPENDENT, BASE], "all at once": [BASE]}
MARK = "RESULT "

FILL = """
hot = "[('score', '>=', 1)]"
model = env["ir.model"]._get("crm.lead")
rules = env["website.crm.score"]
rules.create({"name": "All", "value": 60, "domain": "[]"})
rules.create({"name": "Contacts", "value": 6, "domain": "[]", "apply_to": "partner"})
for event_type in ("page_visit", "mail_open", "purchase"):
    rules.create({"name": event_type, "value": 3, "domain": "[]",
                  "rule_type": "event", "event_type": event_type, "page_url": "/"})
env["crm.lead"].create([{"name": "Lead", "team_id": False, "user_id": False}] * 3)
rules.assign_scores_to_leads()
assert set(env["crm.lead"].search([]).mapped("score")) == {60}
seller = env.ref("base.user_admin")
team = env["crm.team"].create({"name": "Hot", "assignment_domain": hot,
                               "min_for_assign": 5})
env["crm.team.member"].create({"crm_team_id": team.id, "user_id": seller.id,
                               "assignment_domain": hot})
example = "website_crm_score_automation.base_automation_score_"
env.ref(example + "reached").copy({"active": True})
env.ref(example + "below").copy({"active": True})
env["ir.filters"].create([
    {"name": "Hot", "model_id": "crm.lead", "domain": hot},
    {"name": "Below", "model_id": "crm.lead",
     "domain": "[('below_minimum', '=', True)]"},
    {"name": "Cold", "model_id": "crm.lead", "domain": "[('probability', '<', 5)]"},
])
env["mailing.mailing"].create({"subject": "Offer", "mailing_model_id": model.id,
                               "mailing_domain": hot, "state": "in_queue"})
env.cr.execute("CREATE UNLOGGED TABLE website_crm_score_kept_owners_1 (id integer)")
env["crm.team"].search([])._action_assign_leads()
env.cr.commit()
"""
UNINSTALL = """
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

for name in {names}:
    with Registry(env.cr.dbname).cursor() as cr:
        modules = api.Environment(cr, SUPERUSER_ID, {{}})["ir.module.module"]
        modules.search([("name", "=", name)]).button_immediate_uninstall()
    with Registry(env.cr.dbname).cursor() as cr:
        # Whatever is left is at work after each step.
        later = api.Environment(cr, SUPERUSER_ID, {{}})
        lead = later["crm.lead"].create({{"name": "New after " + name}})
        lead.priority = "2"
        later["crm.team"]._cron_assign_leads()
        later.flush_all()
        # An index of two addons is there as long as one of them.
        addons = later["ir.module.module"].search(
            [("name", "in", {sharing}), ("state", "=", "installed")]
        )
        cr.execute("SELECT FROM pg_class WHERE relname = 'crm_lead_score_email_idx'")
        assert bool(cr.rowcount) == bool(addons), addons.mapped("name")
"""
LOOK = """
import json

def count(query):
    env.cr.execute(query)
    return env.cr.fetchone()[0]

leads = env["crm.lead"]
for saved in env["ir.filters"].search([("model_id", "=", "crm.lead")]):
    leads.search(saved._get_eval_domain())
mailings = env["mailing.mailing"].search([])
mailings._process_mass_mailing_queue()
result = {
    "daily": env.ref("crm.ir_cron_crm_lead_assign").active,
    "filters": env["ir.filters"].search([("model_id", "=", "crm.lead")]).mapped("name"),
    "automations": env["base.automation"].search([]).mapped("name"),
    "mailings": mailings.mapped("state"),
    "told": str(env.ref("mail.channel_admin").message_ids.mapped("body")),
    "leads": len(leads.search([("name", "like", "New after")])),
    "left": count("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'i', 'S')"
                  " AND relname ~ '^(website_crm_score|crm_assignment)'"),
    "columns": count("SELECT count(*) FROM information_schema.columns WHERE"
                     " table_name IN ('crm_lead', 'res_partner')"
                     " AND column_name ~ '^score'"),
    "parameters": count("SELECT count(*) FROM ir_config_parameter"
                        " WHERE key ~ '^(website_crm_score|crm_team_assign)'"),
}
print("RESULT " + json.dumps(result))
"""


def run_odoo(*arguments, script=None):
    """Run Odoo to its end; return what it printed, and show what it complained of."""
    options = ["--no-http", "--log-level=warn"]
    result = subprocess.run(
        [str(REPO / "setup" / "odoo"), *arguments, *options],
        input=script or "",
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Traceback" not in result.stderr, result.stderr
    return result.stdout


def execute(statement):
    with closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.fixture(scope="module")
def template():
    try:
        make_database(TEMPLATE, BASE, *DEPENDENT)
        run_odoo("shell", "-d", TEMPLATE, script=FILL)
        yield TEMPLATE
    finally:
        execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")


@pytest.fixture(scope="module", params=ORDERS)
def result(request, template):
    """What is there after the addons were uninstalled."""
    name = f"{template}_test"
    execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        names = ORDERS[request.param]
        script = UNINSTALL.format(names=names, sharing=SHARING)
        run_odoo("shell", "-d", name, script=script)
        output = run_odoo("shell", "-d", name, script=LOOK)
        [line] = [line for line in output.splitlines() if line.startswith(MARK)]
        yield {**json.loads(line.removeprefix(MARK)), "steps": ORDERS[request.param]}
    finally:
        execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_leads_can_be_made_and_assigned_after_each_step(result):
    assert result["leads"] == len(result["steps"])


def test_the_daily_assignment_is_off_as_before(result):
    assert not result["daily"]


def test_what_names_a_field_of_the_addons_is_switched_off(result):
    assert result["filters"] == ["Cold"]
    assert result["automations"] == []
    assert result["mailings"] == ["draft"]


def test_the_administrators_are_told(result):
    for name in ("Hot", "Below", "Offer", "score of 50", "daily assignment"):
        assert name in result["told"]


def test_nothing_is_left_in_the_database(result):
    assert (result["left"], result["columns"], result["parameters"]) == (0, 0, 0)
