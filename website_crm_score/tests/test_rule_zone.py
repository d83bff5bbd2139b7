from unittest.mock import patch

import pytz
from pytz.tzfile import build_tzinfo

from odoo.tests import tagged

from odoo.addons.website_crm_score.tools.time_zone import find_same_zone

from .event_common import EventCase

# An old name of Asia/Kolkata that PostgreSQL never had, as it lacks others elsewhere.
OLD_NAME = "Asia/Madras"


@tagged("post_install", "-at_install")
class TestRuleZone(EventCase):
    def setUp(self):
        super().setUp()
        with pytz.open_resource("Asia/Kolkata") as resource:
            zone = build_tzinfo(OLD_NAME, resource)
        self.startPatcher(patch.dict(pytz._tzinfo_cache, {OLD_NAME: zone}))
        pytz.all_timezones_set.add(OLD_NAME)
        self.addCleanup(pytz.all_timezones_set.discard, OLD_NAME)
        self.Rule = self.Rule.with_context(tz=OLD_NAME)

    def test_days_are_those_of_a_zone_that_postgresql_lacks(self):
        lead = self.make_visited_lead(0.7)  # twenty to one, in the night, in India
        rule = self.Rule.create(
            {
                "name": "Fades",
                "value": 10,
                "rule_type": "event",
                "event_type": "page_visit",
                "page_url": "/",
                "valid_days": 4,
                "is_fading": True,
            }
        )
        self.assertEqual(rule.tz, OLD_NAME)
        self.run_rules()
        self.assertFalse(rule.error)
        self.assertCounted(lead, rule, 1, 10)

    def test_parts_of_dates_are_those_of_a_zone_that_postgresql_lacks(self):
        lead = self.make_lead()
        lead.flush_recordset()
        self.env.cr.execute(
            "UPDATE crm_lead SET date_open = '2026-03-01 18:40' WHERE id = %s",
            (lead.id,),
        )
        rule = self.Rule.create(
            {"name": "On the 2nd", "domain": "[('date_open.day_of_month', '=', 2)]"}
        )
        self.run_rules()
        self.assertFalse(rule.error)
        self.assertEqual(lead.score_ids, rule)

    def test_a_zone_that_is_no_more_is_utc(self):
        lead = self.make_visited_lead(1)
        rule = self.make_event_rule(valid_days=4, is_fading=True)
        self.env.cr.execute("UPDATE website_crm_score SET tz = 'US/Pacific-New'")
        self.env.invalidate_all()
        self.run_rules()
        self.assertFalse(rule.error)
        self.assertCounted(lead, rule, 1, 7.5)

    def test_an_old_name_of_a_zone_stands_for_its_new_one(self):
        known = pytz.all_timezones_set - {"Asia/Calcutta", "Asia/Saigon", OLD_NAME}
        for old, new in (
            ("Asia/Calcutta", "Asia/Kolkata"),
            ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
        ):
            with self.subTest(name=old):
                same = find_same_zone(old, known)
                self.assertIn(same, known)
                self.assertEqual(
                    pytz.timezone(same).utcoffset(self.now),
                    pytz.timezone(new).utcoffset(self.now),
                )

    def test_summer_time_tells_zones_apart(self):
        known = {"America/Phoenix", "America/Denver"}
        self.assertEqual(find_same_zone("Navajo", known), "America/Denver")
