"""Fills the demo's database: website, people, teams, rules, and leads to score.

Run by ``setup/odoo shell``, whose ``env`` it takes.
"""

import csv
import os
from pathlib import Path

from lxml import html

from odoo import Command

PAGES = [
    # (name, url, tracked)
    ("Pricing", "/pricing", True),
    ("Courses", "/courses", True),
    ("Our Story", "/our-story", False),
]
PAGE = """
<t t-name="lead_scoring_demo.page">
    <t t-call="website.layout">
        <div id="wrap" class="oe_structure oe_empty">
            <section class="pt64 pb64"><div class="container">
                <h1>{name}</h1>
                <p>A page of the demo of Lead Scoring.</p>
                <a class="btn btn-primary" href="/contactus">Contact us</a>
            </div></section>
        </div>
    </t>
</t>
"""
# Of the contact form: which of its fields becomes which of a lead, if it has another
# name there.
LEAD_FIELDS = {"name": "contact_name", "company": "partner_name", "subject": "name"}
RULES = [
    # (name, points, domain, event-based)
    ("Saw the prices", 40, [("score_pageview_ids.url", "ilike", "/pricing")], True),
    ("Saw the courses", 15, [("score_pageview_ids.url", "ilike", "/courses")], True),
    ("Working professional", 30, [("function", "=", "Working Professional")], False),
    (
        "Found us by Google or a friend",
        15,
        [("source_id", "in", ["Google", "Reference"])],
        False,
    ),
    (
        "Landing page or contact form",
        10,
        [("medium_id", "in", ["Landing Page Submission", "Website"])],
        False,
    ),
    ("India", 5, [("country_id", "=", "India")], False),
    ("Wants no e-mail", -20, [("tag_ids", "=", "Do Not Email")], False),
]
TEAMS = [
    # (name, minimum score, filter, [(login, name, capacity a month, own filter)])
    (
        "Direct Sales",
        50,
        [],
        [
            ("sam", "Sam Salesperson", 300, []),
            ("sofia", "Sofia Salesperson", 150, [("score", ">=", 60)]),
        ],
    ),
    (
        "India Desk",
        40,
        [("country_id.code", "=", "IN")],
        [("ishan", "Ishan Salesperson", 240, [])],
    ),
    (
        "Landing Pages",
        35,
        [("medium_id", "=", "Landing Page Submission")],
        [("lena", "Lena Salesperson", 120, [])],
    ),
]
MARKETER_GROUPS = ["website.group_website_designer", "sales_team.group_sale_manager"]
MANAGER_GROUPS = ["sales_team.group_sale_manager"]
SALESPERSON_GROUPS = ["sales_team.group_sale_salesman"]
# Where those land who log in and have no leads: the pipeline of all.
HOME = "crm.crm_lead_opportunities"
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}


def main(env):
    """Fill the database, and commit."""
    env = env(context=dict(env.context, **QUIET))
    add_settings(env)
    add_pages(env)
    let_contact_form_make_leads(env)
    add_user(env, "marketer", "Mara Marketer", MARKETER_GROUPS, HOME)
    add_user(env, "manager", "Milan Manager", MANAGER_GROUPS, HOME)
    add_teams(env)
    path = os.environ.get("LEAD_SCORING_CSV")
    if path:
        add_leads(env, Path(path))
    # After the leads, since a name that no record bears is refused or ignored.
    add_rules(env)
    env.cr.commit()


def add_settings(env):
    """Leads before opportunities, assigned by the daily job, to no team at first; CRM
    is the first of the apps."""
    settings = {
        "group_use_lead": True,
        "crm_use_auto_assignment": True,
        "crm_auto_assignment_action": "auto",
        "crm_auto_assignment_interval_number": 1,
        "crm_auto_assignment_interval_type": "days",
    }
    env["res.config.settings"].create(settings).execute()
    env["website"].search([]).write({"crm_default_team_id": False})
    # Who logs in lands in the first of the apps, by default: in the own pipeline.
    env.ref("crm.crm_menu_root").sequence = 0


def add_pages(env):
    """Pages of the website, some of them tracked."""
    website = env["website"].search([], limit=1)
    for name, url, track in PAGES:
        view = env["ir.ui.view"].create(
            {
                "name": name,
                "type": "qweb",
                "key": f"lead_scoring_demo.{url.strip('/')}",
                "website_id": website.id,
                "track": track,
                "arch": PAGE.format(name=name),
            }
        )
        page = {"url": url, "view_id": view.id, "is_published": True}
        page = env["website.page"].create(dict(page, website_id=website.id))
        menu = {"name": name, "url": url, "page_id": page.id}
        menu |= {"parent_id": website.menu_id.id, "website_id": website.id}
        env["website.menu"].create(menu)


def let_contact_form_make_leads(env):
    """Set the form's action to *Create an Opportunity*, and save it as the website
    builder does: as Odoo brings it, it sends an e-mail."""
    website = env["website"].search([], limit=1)
    view = env.ref("website.contactus").with_context(website_id=website.id)
    [content] = html.fromstring(view.arch).xpath("//div[@id='wrap']")
    [form] = content.xpath(".//form")
    form.set("data-model_name", "crm.lead")
    for field in form.find_class("s_website_form_field"):
        [entry] = field.xpath(".//input | .//textarea")
        if entry.get("name") == "email_to":
            field.drop_tree()
        else:
            entry.set("name", LEAD_FIELDS.get(entry.get("name"), entry.get("name")))
            field.classes.discard("s_website_form_custom")
    view.save(html.tostring(content, encoding="unicode"), "//div[@id='wrap']")


def add_user(env, login, name, groups, home=None):
    """An internal user whose password is the login, told in Odoo, not by e-mail."""
    return env["res.users"].create(
        {
            "name": name,
            "login": login,
            "password": login,
            "email": f"{login}@example.com",
            "notification_type": "inbox",
            "group_ids": [Command.link(env.ref(group).id) for group in groups],
            "action_id": home and env.ref(home).id,
        }
    )


def add_teams(env):
    """Teams with a minimum score, and their salespeople with a capacity."""
    env["crm.team"].search([]).write({"active": False})
    for name, minimum, domain, members in TEAMS:
        people = []
        for login, person, capacity, own in members:
            user = add_user(env, login, person, SALESPERSON_GROUPS)
            member = {"user_id": user.id, "assignment_max": capacity}
            people.append(Command.create(dict(member, assignment_domain=repr(own))))
        env["crm.team"].create(
            {
                "name": name,
                "use_leads": True,
                "min_for_assign": minimum,
                "assignment_domain": repr(domain),
                "crm_team_member_ids": people,
            }
        )


def add_rules(env):
    """The scoring rules, but for those that come with the addon's demo data."""
    known = env["website.crm.score"].search([("active", "=", True)]).mapped("name")
    for sequence, (name, value, domain, event_based) in enumerate(RULES):
        if name in known:
            continue
        env["website.crm.score"].create(
            {
                "name": name,
                "value": value,
                "domain": repr(domain),
                "event_based": event_based,
                "sequence": sequence,
            }
        )


def add_leads(env, path):
    """The leads of the file: neither scored nor assigned."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    mapping = {
        "source": by_name(env, "utm.source", column(rows, "Lead Source")),
        "medium": by_name(env, "utm.medium", column(rows, "Lead Origin")),
        "tag": by_name(env, "crm.tag", {"Do Not Email"}),
        "country": {c.name: c.id for c in env["res.country"].search([])},
    }
    values = [lead_values(row, mapping) for row in rows]
    env["crm.lead"].create(values)
    print(f"{len(values)} leads imported from {path.name}")


def column(rows, name):
    """The distinct values of a column."""
    return {row[name] for row in rows if row[name]}


def by_name(env, model, names):
    """The ids of the records with these names, which are made if need be."""
    found = {record.name: record.id for record in env[model].search([])}
    missing = sorted(names - found.keys())
    for record in env[model].create([{"name": name} for name in missing]):
        found[record.name] = record.id
    return found


def lead_values(row, mapping):
    """A row of the file as values of a lead."""
    number, subject = row["Lead Number"], row["Specialization"]
    refuses = row["Do Not Email"] == "Yes"
    return {
        "type": "lead",
        "name": f"{subject or 'Enquiry'} ({number})",
        "contact_name": f"Enquirer {number}",
        "email_from": f"enquirer.{number}@example.com",
        "function": row["What is your current occupation"],
        "city": row["City"],
        "country_id": mapping["country"].get(row["Country"]),
        "source_id": mapping["source"].get(row["Lead Source"]),
        "medium_id": mapping["medium"].get(row["Lead Origin"]),
        "tag_ids": [Command.link(mapping["tag"]["Do Not Email"])] if refuses else [],
        "description": "\n".join(f"{key}: {row[key]}" for key in row if row[key]),
        "user_id": False,
        "team_id": False,
    }


main(env)  # noqa: F821 - given by the shell
