from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import LONG_AGO, AssignmentCase

BRUSSELS = "Europe/Brussels"


@tagged("post_install", "-at_install")
class TestCalendarDays(AssignmentCase):
    """A day's share is given once on each day of the salesperson's calendar, whatever
    the clocks do: those of the country, of the server and of the database."""

    def assign_hourly(self, start, hours, zone):
        """Have the job run every hour, with a lead a day for Ann; return the times at
        which she got one."""
        self.ann.tz = zone
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(*[50] * 6)
        self.set_age(leads, LONG_AGO)
        times = []
        for hour in range(hours):
            with self.at(start + timedelta(hours=hour)):
                before = len(leads.filtered("user_id"))
                self.assign_daily()
                times += [hour] * (len(leads.filtered("user_id")) - before)
        return times

    def test_the_day_that_lacks_an_hour_is_one_day(self):
        # In Brussels, the 29th of March begins at 23:00 and ends 23 hours later.
        times = self.assign_hourly(datetime(2026, 3, 28, 22, 30), 26, BRUSSELS)
        self.assertEqual(times, [0, 1, 24])

    def test_the_day_that_has_an_hour_twice_is_one_day(self):
        # The 25th of October begins at 22:00 and ends 25 hours later.
        times = self.assign_hourly(datetime(2026, 10, 24, 21, 30), 28, BRUSSELS)
        self.assertEqual(times, [0, 1, 26])

    def test_the_leap_day_is_a_day(self):
        times = self.assign_hourly(datetime(2028, 2, 28, 12, 30), 49, "UTC")
        self.assertEqual(times, [0, 12, 36])

    def test_a_day_far_in_the_east(self):
        # The day begins at 10:00 of the day before.
        times = self.assign_hourly(datetime(2026, 7, 1, 8, 30), 4, "Pacific/Kiritimati")
        self.assertEqual(times, [0, 2])

    def test_a_day_far_in_the_west(self):
        # The day begins at 11:00.
        times = self.assign_hourly(datetime(2026, 7, 1, 9, 30), 4, "Pacific/Pago_Pago")
        self.assertEqual(times, [0, 2])

    def test_who_has_no_time_zone_has_days_of_utc(self):
        times = self.assign_hourly(datetime(2026, 7, 1, 22, 30), 4, False)
        self.assertEqual(times, [0, 2])

    def test_a_database_whose_clock_is_behind_gives_no_more(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(50, 50)
        self.set_age(leads, LONG_AGO)
        now = datetime(2026, 7, 1, 12)
        for behind in (timedelta(minutes=5), timedelta(hours=3)):
            with self.at(now - behind), freeze_time(now):
                self.assign_daily()
                self.assertEqual(len(leads.filtered("user_id")), 1)

    def test_a_lead_that_was_handed_over_in_the_future_counts_today(self):
        """As by a server whose clock is ahead."""
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(50, 50)
        self.set_age(leads, LONG_AGO)
        with self.at(datetime(2026, 7, 2, 12)):
            self.assign_daily()
        with self.at(datetime(2026, 7, 1, 12)):
            self.assign_daily()
        self.assertEqual(len(leads.filtered("user_id")), 1)
