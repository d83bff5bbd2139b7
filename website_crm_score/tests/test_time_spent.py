from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestTimeSpent(EventCase):
    def stay(self, visitor, *minutes, days=1):
        """Have a visitor, or the one of a lead, see pages at these minutes of a day."""
        for minute in minutes:
            self.visit(visitor, days - minute / (24 * 60))

    def make_lead_who_stayed(self, *minutes):
        lead = self.make_visited_lead()
        self.stay(lead, *minutes)
        return lead

    def count(self, lead, minutes, unit="total", **values):
        """Return how many events of a rule count for a lead."""
        rule = self.make_event_rule(
            "time_spent", stay_unit=unit, stay_minutes=minutes, **values
        )
        self.run_rules()
        self.assertLedger(lead)
        return self.get_line(lead, rule).event_count

    def test_the_time_is_that_between_the_pages(self):
        lead = self.make_lead_who_stayed(0, 4, 10)
        self.assertEqual(self.count(lead, 10), 1)
        self.assertEqual(self.count(lead, 11), 0)

    def test_a_gap_of_more_than_half_an_hour_ends_a_visit(self):
        lead = self.make_lead_who_stayed(0, 30)
        self.assertEqual(self.count(lead, 30, "visit"), 1)
        other = self.make_lead_who_stayed(0, 31)
        self.assertEqual(self.count(other, 1), 0)
        self.assertEqual(self.count(other, 0, "visit"), 2)

    def test_each_visit_that_lasted_long_enough_counts(self):
        lead = self.make_lead_who_stayed(0, 10, 100, 103, 200, 206)
        self.assertEqual(self.count(lead, 5, "visit"), 2)
        self.assertEqual(self.count(lead, 0, "visit"), 3)

    def test_all_visits_together_count_once(self):
        lead = self.make_lead_who_stayed(0, 10, 100, 103, 200, 206)
        self.assertEqual(self.count(lead, 19), 1)
        self.assertEqual(self.count(lead, 20), 0)

    def test_the_event_is_when_the_time_is_reached(self):
        lead = self.make_lead_who_stayed(0, 10, 100, 103, 110)
        start = self.now - timedelta(days=1)
        rule = self.make_event_rule("time_spent", stay_unit="total", stay_minutes=12)
        visit = self.make_event_rule("time_spent", stay_unit="visit", stay_minutes=6)
        self.run_rules()
        line = self.get_line(lead, rule)
        self.assertEqual(line.last_date, start + timedelta(minutes=103))
        line = self.get_line(lead, visit)
        self.assertEqual(line.first_date, start + timedelta(minutes=10))
        self.assertEqual(line.last_date, start + timedelta(minutes=110))

    def test_one_page_takes_no_time(self):
        lead = self.make_lead_who_stayed(0)
        self.assertEqual(self.count(lead, 1), 0)
        self.assertEqual(self.count(lead, 0, "visit"), 1)

    def test_pages_seen_at_the_same_moment_are_one_visit(self):
        lead = self.make_lead_who_stayed(0, 0, 0)
        self.assertEqual(self.count(lead, 0, "visit"), 1)

    def test_a_visit_goes_on_from_one_device_to_the_other(self):
        lead = self.make_lead_who_stayed(0, 20)
        self.stay(self.make_visitor(lead), 10, 45)
        self.assertEqual(self.count(lead, 45, "visit"), 1)

    def test_the_time_of_others_is_theirs(self):
        leads = self.make_lead_who_stayed(0, 9) | self.make_lead_who_stayed(5, 14)
        self.assertEqual(self.count(leads[0], 10), 0)
        self.assertEqual(self.count(leads[0], 9), 1)

    def test_a_longer_visit_counts_by_the_next_run(self):
        lead = self.make_lead_who_stayed(0, 4)
        rule = self.make_event_rule("time_spent", stay_unit="total", stay_minutes=5)
        self.run_again()
        self.assertScores(lead, [0])
        self.stay(lead, 20, days=0)
        with self.after(hours=1):
            self.stay(lead, 26, days=0)
            self.run_again()
            self.assertCounted(lead, rule, 1, 10)

    def test_contacts_spend_time_too(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        self.stay(self.make_visitor(partner=partner), 0, 8)
        rule = self.make_event_rule(
            "time_spent", stay_unit="total", stay_minutes=8, apply_to="partner"
        )
        self.run_rules()
        self.assertEqual(partner.score_line_ids.rule_id, rule)

    def test_minutes_that_make_no_sense_are_refused(self):
        for unit, minutes in (("total", 0), ("total", -1), ("visit", -1), (False, 5)):
            with self.subTest((unit, minutes)), self.assertRaises(ValidationError):
                self.make_event_rule("time_spent", stay_unit=unit, stay_minutes=minutes)


@tagged("post_install", "-at_install")
class TestAtLeast(EventCase):
    def test_nothing_is_given_before_it_happened_often_enough(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule(min_count=3)
        self.run_again()
        self.assertScores(lead, [0])
        self.visit(lead)
        self.run_again()
        self.assertCounted(lead, rule, 3, 30)

    def test_often_enough_can_be_worth_its_points_once(self):
        lead = self.make_visited_lead(1, 2, 3, 4)
        rule = self.make_event_rule(min_count=3, max_count=1)
        self.run_rules()
        self.assertCounted(lead, rule, 1, 10)
        other = self.make_visited_lead(1, 2)
        self.run_rules()
        self.assertScores(other, [0])

    def test_when_events_of_old_no_longer_count_it_is_not_often_enough(self):
        lead = self.make_visited_lead(1, 2, 6)
        rule = self.make_event_rule(min_count=3, max_count=1, valid_days=7)
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)
        with self.after(days=1, hours=1):
            self.run_again()
            self.assertFalse(lead.score_line_ids)

    def test_less_than_nothing_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "limit cannot be less"):
            self.make_event_rule(min_count=-1)
