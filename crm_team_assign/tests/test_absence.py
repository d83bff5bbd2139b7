from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..planning.turns import LEAD
from .plan_common import PlanCase

# A week whose Monday is the 2nd
TUESDAY, SATURDAY = datetime(2026, 11, 3, 3), datetime(2026, 11, 7, 3)


@tagged("post_install", "-at_install")
class TestAbsence(PlanCase):
    """Who is away gets no leads; the others get them, and it is said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Direct", 0, [cls.ann, cls.bob])
        cls.ann_there, cls.bob_there = (
            cls.get_member(cls, cls.team, user) for user in (cls.ann, cls.bob)
        )
        (cls.ann + cls.bob).tz = "Europe/Oslo"

    def pause(self, member, until):
        member.write({"assignment_optout": True, "assignment_paused_until": until})

    def be_away(self, *absences):
        """Have members be away, as an addon tells that knows."""

        def get_absences(members, date_from, date_to):
            found = super_get(members, date_from, date_to)
            for member, *span in absences:
                found[member].append(tuple(span))
            return found

        cls = self.registry["crm.team.member"]
        super_get = cls._get_absences
        patcher = patch.object(cls, "_get_absences", get_absences)
        self.startPatcher(patcher)

    def make_holiday(self, day):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Public Holiday",
                "calendar_id": False,
                "company_id": self.env.company.id,
                "date_from": datetime(2026, 11, day),
                "date_to": datetime(2026, 11, day, 23),
            }
        )

    # PAUSES

    def test_the_others_get_the_leads_of_who_is_paused_until_a_day(self):
        with self.at(TUESDAY):
            self.pause(self.ann_there, date(2026, 11, 9))
            leads = self.make_scored(10, 20, 30)
            self.assign()
        self.assertEqual(self.get_seller_counts(leads), [0, 3, 0])

    def test_a_pause_ends_by_itself_on_its_day(self):
        with self.at(TUESDAY):
            self.pause(self.ann_there, date(2026, 11, 9))
        with self.at(datetime(2026, 11, 8, 22)):  # not yet in Oslo
            leads = self.make_scored(10, 20)
            self.assign()
            self.assertEqual(self.get_seller_counts(leads), [0, 2, 0])
        with self.at(datetime(2026, 11, 8, 23)):
            leads = self.make_scored(10, 20)
            self.assign()
        self.assertEqual(self.get_seller_counts(leads), [1, 1, 0])
        self.assertFalse(self.ann_there.assignment_optout)
        self.assertFalse(self.ann_there.assignment_paused_until)

    def test_a_dry_run_ends_no_pause_but_sees_that_it_is_over(self):
        with self.at(TUESDAY):
            self.pause(self.ann_there, date(2026, 11, 5))
        with self.at(TUESDAY + timedelta(days=2)):
            self.make_scored(10, 20)
            plan = self.rehearse()
            self.assertEqual(plan.share_ids.mapped("lead_count"), [1, 1])
        self.assertTrue(self.ann_there.assignment_optout)

    def test_a_pause_without_a_day_lasts(self):
        with self.at(TUESDAY):
            self.ann_there.assignment_optout = True
        with self.at(TUESDAY + timedelta(days=300)):
            leads = self.make_scored(10, 20)
            self.assign()
        self.assertEqual(self.get_seller_counts(leads), [0, 2, 0])

    def test_to_switch_a_pause_off_forgets_its_day(self):
        self.pause(self.ann_there, fields.Date.today() + timedelta(days=9))
        with Form(self.ann_there) as form:
            form.assignment_optout = False
        self.assertFalse(self.ann_there.assignment_paused_until)

    def test_a_pause_does_not_end_in_the_past(self):
        today = self.ann_there._get_today()
        for day in (today - timedelta(days=2), today):
            with self.subTest(day), self.assertRaises(ValidationError):
                self.pause(self.ann_there, day)

    def test_the_housekeeping_ends_pauses_too(self):
        with self.at(TUESDAY):
            self.pause(self.ann_there, date(2026, 11, 5))
            self.pause(self.bob_there, date(2026, 11, 7))
        with self.at(TUESDAY + timedelta(days=3)):
            self.env["crm.team.member"]._gc_pauses()
        self.assertFalse(self.ann_there.assignment_optout)
        self.assertTrue(self.bob_there.assignment_optout)

    # ABSENCES

    def test_who_is_back_gets_a_day_s_share_and_nothing_on_top(self):
        (self.ann_there + self.bob_there).assignment_max = 60
        self.ann_there.assignment_credit = 2 * LEAD
        days = [datetime(2026, 11, day, 3) for day in (3, 4, 5, 6)]
        self.be_away((self.ann_there, days[0], days[2] + timedelta(hours=15)))
        shares = []
        for day in days:
            with self.at(day):
                leads = self.make_scored(10, 20, 30, 40)
                self.assign()
                shares.append(self.get_seller_counts(leads)[:2])
                # What nobody got is not there the next day.
                leads.filtered(lambda lead: not lead.user_id).active = False
        self.assertEqual(shares, [[0, 2], [0, 2], [0, 2], [2, 2]])

    def test_a_plan_tells_who_is_away_and_until_when(self):
        self.be_away((self.ann_there, TUESDAY, datetime(2026, 11, 6, 22)))
        self.be_away((self.bob_there, TUESDAY, datetime(2026, 11, 4, 22)))
        with self.at(TUESDAY):
            lead = self.make_scored(10)
            plan = self.rehearse()
            self.assertEqual(self.get_line(plan, lead).reason, "away")
            self.assertEqual(
                self.explain(plan, lead),
                "Direct takes it, but who has room for it is away until Thursday.",
            )
            self.assertEqual(
                set(plan.share_ids.filtered("member_id").mapped("absence")),
                {"Away until Monday", "Away until Thursday"},
            )

    def test_who_is_away_is_no_reason_where_a_filter_excludes_the_lead(self):
        self.bob_there.assignment_max = 0
        self.ann_there.assignment_domain = "[('city', '=', 'Oslo')]"
        self.be_away((self.ann_there, TUESDAY, datetime(2026, 11, 6, 22)))
        with self.at(TUESDAY):
            [rome] = self.make_scored(10, city="Rome")
            [oslo] = self.make_scored(20, city="Oslo")
            plan = self.rehearse()
        reasons = [self.get_line(plan, lead).reason for lead in (rome, oslo)]
        self.assertEqual(reasons, ["member_filter", "away"])

    def test_the_team_keeps_its_leads_until_somebody_is_back(self):
        for member in (self.ann_there, self.bob_there):
            self.be_away((member, TUESDAY, TUESDAY + timedelta(hours=15)))
        with self.at(TUESDAY):
            lead = self.make_scored(10)
            self.assign()
            self.assertEqual((lead.team_id, lead.user_id.id), (self.team, False))
        with self.at(TUESDAY + timedelta(days=1)):
            self.assign()
            self.assertTrue(lead.user_id)

    def test_who_went_away_since_a_dry_run_is_left_out_of_it(self):
        with self.at(TUESDAY):
            leads = self.make_scored(10, 20)
            plan = self.rehearse()
            self.be_away((self.ann_there, TUESDAY, datetime(2026, 11, 6, 22)))
            self.confirm(plan)
        self.assertEqual(self.get_seller_counts(leads), [0, 1, 0])
        line = plan.line_ids.filtered(lambda line: line.state == "left_out")
        self.assertEqual((line.left_reason, line.explanation), ("away", "Ann is away."))

    def test_the_member_says_that_he_is_away(self):
        self.be_away((self.ann_there, TUESDAY, datetime(2026, 11, 6, 22)))
        with self.at(TUESDAY):
            self.pause(self.bob_there, date(2026, 11, 20))
            self.assertEqual(self.ann_there.assignment_absence, "Away until Monday")
            self.assertEqual(self.bob_there.assignment_absence, "Away until 11/20/2026")

    # WORKING HOURS

    def test_by_default_leads_are_assigned_on_weekends_and_holidays(self):
        self.make_holiday(3)
        for day in (TUESDAY, SATURDAY):
            with self.at(day):
                leads = self.make_scored(10, 20)
                self.assign()
            self.assertEqual(self.get_seller_counts(leads), [1, 1, 0])

    def test_with_working_hours_nobody_gets_leads_on_weekends_and_holidays(self):
        self.team.assignment_working_hours = True
        self.make_holiday(3)
        for day, word in ((TUESDAY, "Wednesday"), (SATURDAY, "Monday")):
            with self.at(day):
                lead = self.make_scored(10)
                plan = self.rehearse()
                self.assertIn(f"is away until {word}.", self.explain(plan, lead))
                lead.active = False
        with self.at(TUESDAY + timedelta(days=1)):
            leads = self.make_scored(10, 20)
            self.assign()
        self.assertEqual(self.get_seller_counts(leads), [1, 1, 0])

    def test_working_hours_are_those_of_the_salesperson_s_time_zone(self):
        """At 20:00 of Friday in Oslo it is 8:00 of Saturday in Auckland."""
        self.team.assignment_working_hours = True
        self.ann.tz, self.bob.tz = "Pacific/Auckland", "Pacific/Honolulu"
        with self.at(datetime(2026, 11, 6, 19)):
            leads = self.make_scored(10, 20)
            self.assign()
        self.assertEqual(self.get_seller_counts(leads), [0, 2, 0])

    def test_a_resource_of_the_salesperson_has_working_hours_of_its_own(self):
        self.team.assignment_working_hours = True
        attendance = {"name": "Saturday", "dayofweek": "5", "hour_from": 8}
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Saturdays",
                "tz": "Europe/Oslo",
                "attendance_ids": [(5,), (0, 0, attendance | {"hour_to": 12})],
            }
        )
        self.env["resource.resource"].create(
            {
                "name": "Ann",
                "user_id": self.ann.id,
                "calendar_id": calendar.id,
                "tz": "Europe/Oslo",
            }
        )
        for day, counts in ((SATURDAY, [2, 0, 0]), (TUESDAY, [0, 2, 0])):
            with self.at(day):
                leads = self.make_scored(10, 20)
                self.assign()
            self.assertEqual(self.get_seller_counts(leads), counts)

    def test_another_company_s_holiday_keeps_nobody_from_working(self):
        self.team.assignment_working_hours = True
        other = self.env["res.company"].create({"name": "Other"})
        self.make_holiday(3)
        self.env["resource.calendar.leaves"].search(
            [("name", "=", "Public Holiday")]
        ).company_id = other
        with self.at(TUESDAY):
            leads = self.make_scored(10, 20)
            self.assign()
        self.assertEqual(self.get_seller_counts(leads), [1, 1, 0])

    def test_more_members_take_no_more_queries(self):
        self.team.assignment_working_hours = True
        users = self.ann + self.bob

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.team.crm_team_member_ids.mapped("assignment_absence")
            return self.env.cr.sql_log_count - before

        with self.at(SATURDAY):
            count()
            few = count()
            names = (f"more{index}" for index in range(8))
            users += self.make_sellers(*names, tz="Europe/Oslo")
            for user in users[2:]:
                self.team.crm_team_member_ids.create(
                    {"user_id": user.id, "crm_team_id": self.team.id}
                )
            count()
            self.assertEqual(count(), few)

    # LOAD

    def test_days_on_which_one_was_away_have_no_capacity_in_the_load(self):
        (self.ann_there + self.bob_there).assignment_max = 30
        now = fields.Datetime.now()
        week = now - timedelta(days=10), now - timedelta(days=3)
        self.be_away((self.ann_there, *week))
        loads = self.env["crm.assignment.load"]
        for member, least, most in ((self.ann_there, 83, 87), (self.bob_there, 91, 91)):
            rows = loads.search([("member_id", "=", member.id)])
            capacity = sum(rows.mapped("capacity_count"))
            self.assertTrue(least <= capacity <= most, (member.user_id.name, capacity))

    # BALANCE OVER THE MONTH

    def play_week(self):
        """Have Ann be away for three days of the week, with four leads a day; return
        what Ann and Bob got each day."""
        (self.ann_there + self.bob_there).assignment_max = 120
        days = [TUESDAY + timedelta(days=number) for number in range(7)]
        self.be_away((self.ann_there, days[0], days[2] + timedelta(hours=15)))
        shares = []
        for day in days:
            with self.at(day):
                leads = self.make_scored(10, 20, 30, 40)
                self.assign()
                shares.append(self.get_seller_counts(leads)[:2])
        return shares

    def test_by_default_the_days_that_one_was_away_are_over(self):
        self.assertEqual(self.play_week(), [[0, 4]] * 3 + [[2, 2]] * 4)

    def test_with_balance_one_makes_up_for_what_one_missed(self):
        self.team.assignment_balance = True
        shares = self.play_week()
        self.assertEqual(shares[:3], [[0, 4]] * 3)
        self.assertEqual(shares[3:5], [[4, 0]] * 2)
        self.assertEqual([sum(got) for got in zip(*shares, strict=True)], [14, 14])
        credits = self.team.crm_team_member_ids.mapped("assignment_credit")
        self.assertEqual(sum(credits), 0)

    def test_nobody_is_owed_more_than_two_leads_or_with_balance_a_month(self):
        ann = self.ann_there
        ann.assignment_max = 5
        for has_balance, most in ((False, 2), (True, 5)):
            self.team.assignment_balance = has_balance
            for sign in (1, -1):
                with self.subTest(has_balance=has_balance, sign=sign):
                    ann.assignment_credit = 0
                    ann._add_credit(9 * sign * LEAD)
                    self.assertEqual(ann.assignment_credit, most * sign * LEAD)

    def test_with_balance_one_gets_two_days_shares_at_most(self):
        self.team.assignment_balance = True
        self.ann_there.assignment_max = 60
        self.be_away((self.ann_there, TUESDAY, TUESDAY + timedelta(days=2, hours=15)))
        for number in range(3):
            with self.at(TUESDAY + timedelta(days=number)):
                self.make_scored(10, 20, 30, 40)
                self.assign()
        with self.at(TUESDAY + timedelta(days=3)):
            leads = self.make_scored(*range(10, 30))
            plan = self.rehearse()
            self.confirm(plan)
        self.assertEqual(self.get_seller_counts(leads)[0], 4)
        self.assertFalse(plan.left_out_count)
