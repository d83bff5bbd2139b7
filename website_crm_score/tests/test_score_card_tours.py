from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .event_common import EventCase


class ScoreCardTourCase(EventCase, HttpCase):
    """A lead and a contact with reasons, and the salesperson who looks at them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user(
            "seller",
            "sales_team.group_sale_salesman,crm.group_use_lead",
            name="Sam",
        )
        team = cls.env["crm.team"].create({"name": "Tours", "use_opportunities": True})
        cls.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": cls.seller.id}
        )
        mine = {"type": "opportunity", "user_id": cls.seller.id, "team_id": team.id}
        lead = cls.make_lead("Hot desks", **mine)
        cls.make_lead("Cold chairs", priority="3", **mine)
        visitor = cls.make_visitor(lead)
        yesterday = fields.Datetime.now() - timedelta(days=1)
        cls.make_tracks(visitor, "/prices", "/prices", "/other", date=yesterday)
        cls.make_event_rule(name="Saw the prices", page_url="/prices", value=25)
        is_hot = "[('name', '=', 'Hot desks')]"
        cls.make_rule(is_hot, 15, name="Has a name")
        cls.make_rule(is_hot, -10, name="Comes from afar")
        cls.make_rule(is_hot, 2.5, name="Is somebody")
        contact = cls.env["res.partner"].create({"name": "Ann of the tour"})
        cls.contact_url = f"/odoo/contacts/{contact.id}"
        is_ann = "[('name', '=', 'Ann of the tour')]"
        cls.make_rule(is_ann, 5, apply_to="partner", name="Is Ann")
        cls.Rule.assign_scores_to_leads()

    def start(self, tour, url="/odoo/crm"):
        self.start_tour(url, f"website_crm_score.{tour}", login=self.seller.login)


@tagged("post_install", "-at_install")
class TestScoreCardTour(ScoreCardTourCase):
    """What a salesperson sees of a score, on a desk."""

    def test_a_salesperson_sees_why_a_lead_is_good(self):
        self.start("salesperson_sees_why")

    def test_a_salesperson_sees_why_a_contact_is_good(self):
        self.start("salesperson_sees_why_of_contact", self.contact_url)


@tagged("post_install", "-at_install")
class TestScoreCardPhoneTour(ScoreCardTourCase):
    """What a salesperson sees of a score, on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_salesperson_sees_why_a_lead_is_good_on_a_phone(self):
        self.start("salesperson_sees_why_on_phone")

    def test_a_salesperson_sees_why_a_contact_is_good_on_a_phone(self):
        self.start("salesperson_sees_why_of_contact_on_phone", self.contact_url)
