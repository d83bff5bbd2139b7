from datetime import datetime, time, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.sql_db import BaseCursor

from odoo.addons.website_crm_score.models.website_crm_score_progress import (
    CLOCK_TOLERANCE,
)

from .common import LONG_AGO, ScoringCase


class EventCase(ScoringCase):
    """Rules on events, and visits of leads at chosen times."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # In the middle of a day: none of the times of a test is on another day than it
        # looks like. Of the next one: what the test does has happened.
        cls.now = datetime.combine(fields.Date.today(), time(12)) + timedelta(days=1)
        cls.freeze(cls.now)

    def setUp(self):
        super().setUp()

        def find_caught_up_to(_progress):
            return fields.Datetime.now() - CLOCK_TOLERANCE, 0

        self.patch(type(self.progress), "_find_caught_up_to", find_caught_up_to)
        self.patch(BaseCursor, "now", lambda _cr: fields.Datetime.now())

    def after(self, **duration):
        """Have it be later, from noon of the first day."""
        return freeze_time(self.now + timedelta(**duration))

    @classmethod
    def make_event_rule(cls, event_type="page_visit", value=10, **values):
        if event_type == "page_visit":
            values.setdefault("page_url", "/")
        return cls.make_rule(
            value=value, rule_type="event", event_type=event_type, **values
        )

    @classmethod
    def make_visited_lead(cls, *days, path="/page", **values):
        """Return a lead with a visitor who was here so many days ago."""
        lead = cls.make_lead(**values)
        visitor = cls.make_visitor(lead)
        for number in days:
            cls.visit(visitor, number, path)
        return lead

    @classmethod
    def visit(cls, visitor, days=0, path="/page"):
        """Have a visitor, or the one of a lead, see a page so many days ago."""
        if visitor._name == "crm.lead":
            visitor = visitor.visitor_ids or cls.make_visitor(visitor)
        return cls.make_tracks(visitor, path, date=cls.now - timedelta(days=days))

    @classmethod
    def age_rules(cls):
        """Have all rules written long ago: they then look at leads with news alone."""
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE website_crm_score SET write_date = %s", [LONG_AGO])
        cls.env.invalidate_all()

    def run_again(self):
        """Run the rules on what is new alone, without what is done once a day."""
        self.age_rules()
        self.progress.owners_date = fields.Datetime.now()
        self.run_rules()

    def get_line(self, lead, rule):
        return lead.score_line_ids.filtered(lambda line: line.rule_id == rule)

    def assertCounted(self, lead, rule, count, points):
        """So many events of ``rule`` count for ``lead``, and give these points."""
        line = self.get_line(lead, rule)
        self.assertEqual((line.event_count, line.points), (count, points))
        self.assertLedger(lead)
