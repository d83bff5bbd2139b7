from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import ScoringCase

POINTS = {"Opens": 50, "Clicks": 20, "Writes": 70, "Complains": -5}
LEADS = {
    "Cold": ["Clicks"],
    "Hot": ["Opens", "Writes"],
    "Minus": ["Complains"],
    "Warm": ["Opens", "Clicks"],
}


class ListTourCase(ScoringCase, HttpCase):
    """Leads of several grades, of which one rose within a week, and one fell."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "sales_team.group_sale_salesman,crm.group_use_lead"
        cls.seller = cls.make_user("list_seller", groups, name="Sam")
        for rule, value in POINTS.items():
            names = [name for name, rules in LEADS.items() if rule in rules]
            cls.make_rule([("name", "in", names)], value, name=rule)
        by_name = {name: cls.make_lead(name) for name in LEADS}
        cls.Rule.assign_scores_to_leads()
        cls.note_change(by_name["Warm"], 40)
        cls.note_change(by_name["Minus"], -10)

    @classmethod
    def note_change(cls, lead, points):
        """Have the score of a lead have changed so much two days ago."""
        cls.env["website.crm.score.history"].create(
            {
                "lead_id": lead.id,
                "date": fields.Date.today() - timedelta(days=2),
                "score_before": lead.score - points,
                "score": lead.score,
            }
        )

    def start(self, tour, url):
        self.start_tour(url, f"website_crm_score.{tour}", login=self.seller.login)


@tagged("post_install", "-at_install")
class TestListTours(ListTourCase):
    """Who looks for leads by their scores, on a desk."""

    def test_a_salesperson_searches_groups_and_measures_by_score(self):
        self.start("salesperson_searches", "/odoo")


@tagged("post_install", "-at_install")
class TestListPhoneTours(ListTourCase):
    """Who looks for leads by their scores, on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_searches_and_groups_by_score_on_a_phone(self):
        action = "/odoo/action-crm.crm_lead_all_leads"
        self.start("salesperson_searches_on_phone", action)
