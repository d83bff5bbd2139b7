from odoo.tests import BaseCase, tagged

from ..planning.quota import DAYS, get_quota


def simulate(capacity, days):
    """Return how many leads somebody gets each day who takes all he can."""
    given = []
    for _day in range(days):
        recent = given[::-1][: DAYS - 1]
        assigned = [0, *recent] + [0] * (DAYS - 1 - len(recent))
        given.append(max(get_quota(capacity, assigned), 0))
    return given


@tagged("post_install", "-at_install")
class TestQuota(BaseCase):
    def test_six_a_month_are_one_every_fifth_day(self):
        self.assertEqual(simulate(6, 30), [1, 0, 0, 0, 0] * 6)

    def test_forty_five_a_month_are_two_and_one_in_turn(self):
        self.assertEqual(simulate(45, 30), [2, 1] * 15)

    def test_thirty_a_month_are_one_a_day(self):
        self.assertEqual(simulate(30, 90), [1] * 90)

    def test_every_capacity_is_reached_and_never_passed_on_any_thirty_days(self):
        for capacity in [*range(0, 64), 100, 299, 300, 1000]:
            given = simulate(capacity, 120)
            for start in range(0, 91):
                month = sum(given[start : start + DAYS])
                with self.subTest(capacity=capacity, start=start):
                    self.assertEqual(month, capacity)

    def test_days_differ_by_one_lead_at_most(self):
        for capacity in range(1, 64):
            given = simulate(capacity, 90)
            with self.subTest(capacity=capacity):
                self.assertLessEqual(max(given) - min(given), 1)

    def test_no_capacity_is_no_lead(self):
        self.assertEqual(simulate(0, 5), [0] * 5)

    def test_more_than_fits_is_below_zero(self):
        self.assertEqual(get_quota(45, [30] + [0] * 29), -28)
