from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.crm_team_assign.tests.plan_common import PlanCase

# The 2nd is a Monday.
TUESDAY = datetime(2026, 11, 3, 3)


class TimeOffCase(PlanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Time Off", 0, [cls.ann, cls.bob])
        cls.ann_there = cls.get_member(cls, cls.team, cls.ann)
        cls.employee = cls.env["hr.employee"].create(
            {"name": "Ann", "user_id": cls.ann.id, "tz": "Europe/Oslo"}
        )
        cls.vacation = cls.make_type("Vacation")

    @classmethod
    def make_type(cls, name, **values):
        values = {"name": name, "requires_allocation": False, **values}
        return cls.env["hr.leave.type"].create(values)

    @classmethod
    def take_off(cls, first, last, **values):
        values.setdefault("holiday_status_id", cls.vacation.id)
        return cls.env["hr.leave"].create(
            {
                "name": "Sun",
                "employee_id": cls.employee.id,
                "request_date_from": first,
                "request_date_to": last,
                **values,
            }
        )

    def assign_two(self, day):
        """Assign two leads on a day of November; return what Ann and Bob got."""
        with self.at(TUESDAY.replace(day=day)):
            leads = self.make_scored(10, 20)
            self.assign()
        return self.get_seller_counts(leads)[:2]


@tagged("post_install", "-at_install")
class TestTimeOff(TimeOffCase):
    """Who is on validated time off gets no leads."""

    def test_validated_time_off_counts_from_the_first_day_to_the_last(self):
        leave = self.take_off(date(2026, 11, 3), date(2026, 11, 4))
        self.assertEqual(self.assign_two(3), [1, 1], "not validated")
        leave.action_approve()
        shares = [self.assign_two(day) for day in (2, 3, 4, 5)]
        self.assertEqual(shares, [[1, 1], [0, 2], [0, 2], [1, 1]])

    def test_time_off_that_is_refused_is_none(self):
        leave = self.take_off(date(2026, 11, 3), date(2026, 11, 4))
        leave.action_approve()
        leave.action_refuse()
        self.assertEqual(self.assign_two(3), [1, 1])

    def test_two_weeks_with_a_weekend_between_are_one_absence(self):
        for first, last in ((2, 6), (9, 13)):
            leave = self.take_off(date(2026, 11, first), date(2026, 11, last))
            leave.action_approve()
        shares = [self.assign_two(day) for day in (6, 7, 8, 9, 13)]
        self.assertEqual(shares, [[0, 2]] * 5)
        with self.at(TUESDAY):
            self.assertEqual(
                self.ann_there.with_user(self.manager).assignment_absence,
                "Away until 11/16/2026",
            )

    def test_who_is_off_for_a_half_day_is_there_in_the_other_half(self):
        self.vacation.request_unit = "half_day"
        leave = self.take_off(
            date(2026, 11, 3),
            date(2026, 11, 3),
            request_date_from_period="am",
            request_date_to_period="am",
        )
        leave.action_approve()
        self.assertEqual(self.assign_two(3), [1, 1])

    def test_a_training_is_no_absence(self):
        training = self.make_type("Training", time_type="other")
        leave = self.take_off(
            date(2026, 11, 3), date(2026, 11, 3), holiday_status_id=training.id
        )
        leave.action_approve()
        self.assertEqual(self.assign_two(3), [1, 1])

    def test_an_employee_without_working_hours_is_away_too(self):
        self.employee.resource_calendar_id = False
        leave = self.take_off(date(2026, 11, 3), date(2026, 11, 4))
        leave.action_approve()
        shares = [self.assign_two(day) for day in (2, 3, 4, 5)]
        self.assertEqual(shares, [[1, 1], [0, 2], [0, 2], [1, 1]])

    def test_more_people_on_time_off_take_no_more_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.team.crm_team_member_ids.mapped("assignment_absence")
            return self.env.cr.sql_log_count - before

        self.take_off(date(2026, 11, 3), date(2026, 11, 4)).action_approve()
        with self.at(TUESDAY):
            count()
            few = count()
            for user in self.make_sellers(*(f"off{index}" for index in range(5))):
                self.team.crm_team_member_ids.create(
                    {"user_id": user.id, "crm_team_id": self.team.id}
                )
                employee = self.employee.create(
                    {"name": user.name, "user_id": user.id, "tz": "Europe/Oslo"}
                )
                values = {"employee_id": employee.id}
                leave = self.take_off(date(2026, 11, 3), date(2026, 11, 4), **values)
                leave.action_approve()
            count()
            self.assertEqual(count(), few)


@tagged("post_install", "-at_install")
class TestTimeOffTour(TimeOffCase, HttpCase):
    def test_a_manager_sees_in_a_dry_run_who_is_on_time_off(self):
        today = fields.Date.today()
        leave = self.take_off(today - timedelta(days=1), today + timedelta(days=5))
        leave.action_approve()
        self.get_member(self.team, self.bob).assignment_max = 0
        self.make_scored(60)
        self.Rule.assign_scores_to_leads()
        self.start_tour(
            "/odoo", "crm_team_assign_hr_holidays.time_off", login=self.manager.login
        )
