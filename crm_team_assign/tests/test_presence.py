from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..planning.presence import Absence, find_absence, list_days_away, subtract

OSLO = pytz.timezone("Europe/Oslo")
DAY = timedelta(days=1)
FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = 27, 28, 29, 30, 31


def at(day, hour=0):
    """A moment of March 2026 in Oslo, where Sunday is the 29th, of 23 hours."""
    moment = datetime(2026, 3, day, hour) if day < 32 else datetime(2026, 4, day - 31)
    return OSLO.localize(moment)


def work_from(now):
    """Working hours from a moment on: Monday to Friday, from 8 to 17 o'clock."""
    days = (day for day in range(23, 32) if day not in (SATURDAY, SUNDAY))
    spans = [(at(day, 8), at(day, 17)) for day in days]
    return [(max(begin, now), end) for begin, end in spans if end > now]


def find(now, *absences, ahead=None):
    return find_absence(now, work_from(now), absences, ahead)


@tagged("post_install", "-at_install")
class TestPresence(BaseCase):
    """Who is there on the working day that is to come gets its leads."""

    def test_who_is_not_away_is_there_at_any_hour_of_any_day(self):
        for day in range(23, TUESDAY):
            for hour in (0, 3, 9, 12, 17, 23):
                with self.subTest(day=day, hour=hour):
                    self.assertIsNone(find(at(day, hour)))

    def test_who_is_off_all_day_is_away_until_he_works_again(self):
        off = at(FRIDAY, 8), at(FRIDAY, 17)
        self.assertEqual(find(at(FRIDAY, 3), off), Absence(date(2026, 3, MONDAY)))

    def test_who_is_off_for_a_part_of_the_day_is_there_in_the_other(self):
        morning = at(FRIDAY, 8), at(FRIDAY, 12)
        self.assertIsNone(find(at(FRIDAY, 3), morning))
        self.assertIsNone(find(at(FRIDAY, 13), morning))

    def test_who_has_left_for_today_is_away(self):
        afternoon = at(FRIDAY, 12), at(FRIDAY, 17)
        self.assertIsNone(find(at(FRIDAY, 3), afternoon))
        self.assertEqual(find(at(FRIDAY, 13), afternoon).until, date(2026, 3, MONDAY))

    def test_the_leads_of_a_weekend_are_for_monday(self):
        """Who starts his time off then does not get them; who comes back does."""
        week = at(MONDAY, 8), at(TUESDAY, 17)
        self.assertIsNone(find(at(FRIDAY, 3), week))
        for now in (at(FRIDAY, 18), at(SATURDAY, 3), at(SUNDAY, 23)):
            self.assertIsNotNone(find(now, week))
        back = at(FRIDAY, 8), at(FRIDAY, 17)
        for now in (at(FRIDAY, 18), at(SATURDAY, 3), at(SUNDAY, 23)):
            self.assertIsNone(find(now, back))

    def test_time_off_that_goes_on_after_a_weekend_has_no_gap_in_it(self):
        weeks = (at(23, 8), at(FRIDAY, 17)), (at(MONDAY, 8), at(MONDAY, 17))
        for day in (25, FRIDAY, SATURDAY, SUNDAY, MONDAY):
            found = find(at(day, 3), *weeks)
            self.assertEqual(found, Absence(date(2026, 3, TUESDAY)))

    def test_nobody_knows_when_one_is_back_who_is_away_for_long(self):
        self.assertEqual(find(at(24), (at(20), at(31, 23))), Absence())

    def test_with_working_hours_a_weekend_is_an_absence(self):
        for now in (at(SATURDAY, 3), at(SUNDAY, 6)):
            found = find(now, ahead=DAY)
            self.assertEqual(found, Absence(date(2026, 3, MONDAY)))
        # The job of Sunday night is that of Monday.
        self.assertIsNone(find(at(SUNDAY, 12), ahead=DAY))
        self.assertIsNone(find(at(MONDAY, 3), ahead=DAY))

    def test_at_once_is_to_who_is_at_work_now(self):
        now = timedelta(0)
        for hour, is_there in ((7, False), (8, True), (16, True), (17, False)):
            absence = find(at(FRIDAY, hour), ahead=now)
            self.assertEqual(absence is None, is_there, hour)
        self.assertEqual(find(at(FRIDAY, 7), ahead=now).until, date(2026, 3, FRIDAY))

    def test_days_away_are_those_whose_working_hours_are_all_off(self):
        days = [date(2026, 3, day) for day in (26, FRIDAY, SATURDAY)]
        work = {begin.date(): [(begin, end)] for begin, end in work_from(at(23))}
        off = at(26, 8), at(FRIDAY, 12)
        self.assertEqual(list_days_away(days, work, [off]), days[:1])
        found = list_days_away(days, work, [off], has_hours_only=True)
        self.assertEqual(found, [days[0], days[2]])

    def test_what_is_left_without_others_overlaps_none_of_them(self):
        self.assertEqual(subtract([(0, 9)], []), [(0, 9)])
        self.assertEqual(subtract([(0, 9)], [(2, 4), (3, 5)]), [(0, 2), (5, 9)])
        self.assertEqual(subtract([(0, 3), (5, 9)], [(2, 6)]), [(0, 2), (6, 9)])
        self.assertEqual(subtract([(0, 3)], [(0, 3)]), [])
        self.assertEqual(subtract([(0, 3)], [(3, 5), (-2, 0)]), [(0, 3)])
