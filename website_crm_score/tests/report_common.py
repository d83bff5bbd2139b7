from datetime import timedelta
from random import Random

from lxml import etree

from odoo import fields

from .common import ScoringCase

ORIGINS = ["Landing Page", "API", "Form"]


def read_list(records, domain=()):
    """Return what the list of a report shows, as the web client reads it."""
    view = records.get_view(view_type="list")
    names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
    name = {"fields": {"display_name": {}}}
    specification = {
        field: name if records._fields[field].type == "many2one" else {}
        for field in names
    }
    return records.web_search_read(list(domain), specification)["records"]


def count_queries(env, read):
    """Return how many queries it takes to read."""
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    read()
    return env.cr.sql_log_count - before


class ReportCase(ScoringCase):
    """Leads of a school, drawn by a seed, that were scored and then won or lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = Random(7)
        cls.team = cls.env["crm.team"].create({"name": "School"})
        cls.rules = cls.make_rule([("name", "ilike", "API")], 25, name="By API")
        cls.rules |= cls.make_rule([("function", "=", "Student")], -4, name="Student")
        cls.rules |= cls.make_rule(
            [("city", "=", "Mumbai")], 7, name="City", category="engagement"
        )
        cls.leads = cls.Lead.create([cls.draw() for _number in range(120)])
        cls.Rule.assign_scores_to_leads()
        cls.close()

    @classmethod
    def draw(cls):
        draw = cls.random.choice
        return {
            "name": draw(ORIGINS),
            "type": "lead",
            "function": draw(["Student", "Employed"]),
            "city": draw(["Mumbai", "Pune"]),
            "team_id": draw([cls.team.id, False]),
            "user_id": False,
            "expected_revenue": draw([100, 250, 1000]),
        }

    @classmethod
    def close(cls):
        """Have some won, more often by API, some lost, some archived; others go on."""
        for lead in cls.leads:
            chance = 0.6 if lead.name == "API" else 0.25
            number = cls.random.random()
            if number < chance:
                lead.action_set_won()
            elif number < 0.9:
                lead.action_set_lost()
            elif number < 0.93:
                lead.action_archive()
        cls.env.flush_all()
        closed = cls.leads.filtered("date_closed")
        for lead in closed:
            days = cls.random.randrange(40)
            # An hour later: what is made and closed in a second has no days for sure.
            age = timedelta(days=days, hours=1)
            lead.date_closed = fields.Datetime.now() + age
        cls.env.flush_all()

    def get_reported(self):
        """Return the leads that reports are of, as Python finds them."""
        return self.leads.filtered(
            lambda lead: lead.active or lead.won_status in ("won", "lost")
        )
