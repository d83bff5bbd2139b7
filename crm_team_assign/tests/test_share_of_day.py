from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .plan_common import PlanCase


@tagged("post_install", "-at_install")
class TestShareOfDay(PlanCase):
    """Whoever assigns by hand reads how much of the day is used, and chooses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Direct", 0, [(cls.ann, {"assignment_max": 90})])

    def press(self, **values):
        """Press *Assign Leads*; return what is asked, in a form."""
        action = self.team.with_user(self.manager).action_start_assignment()
        record = self.env[action["res_model"]].with_user(self.manager)
        form = Form(record.browse(action["res_id"]))
        for name, value in values.items():
            form[name] = value
        return form.save()

    def count_given(self, leads):
        self.env.invalidate_all()
        return self.get_seller_counts(leads)[0]

    def test_to_press_again_gives_what_is_left_of_today(self):
        leads = self.make_scored(*range(10, 20))
        for _press in range(3):
            self.press().action_assign()
            self.assertEqual(self.count_given(leads), 3)

    def test_another_day_s_share_is_there_to_choose(self):
        leads = self.make_scored(*range(10, 20))
        self.press().action_assign()
        action = self.press(share="another").action_assign()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(self.count_given(leads), 6)

    def test_before_it_happens_it_says_how_much_of_the_day_is_used(self):
        self.make_scored(*range(10, 20))
        start = self.press()
        self.assertEqual((start.given_count, start.share_count), (0, 3))
        start.action_assign()
        start = self.press()
        self.assertEqual((start.given_count, start.share_count), (3, 3))
        line = start.line_ids
        self.assertEqual(
            (line.user_id, line.given_count, line.rest_count, line.another_count),
            (self.ann, 3, 0, 3),
        )

    def test_a_dry_run_plans_what_is_left_of_today(self):
        self.make_scored(*range(10, 20))
        self.press().action_assign()
        plan = self.rehearse()
        self.assertEqual((plan.force_quota, plan.member_lead_count), (False, 0))

    def test_a_dry_run_can_plan_another_day_s_share(self):
        leads = self.make_scored(*range(10, 20))
        self.press().action_assign()
        action = self.press(share="another").action_plan()
        plan = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((plan.force_quota, plan.member_lead_count), (True, 3))
        self.confirm(plan)
        self.assertEqual(self.count_given(leads), 6)

    def test_a_dry_run_can_be_switched_to_the_other_share(self):
        self.make_scored(*range(10, 20))
        self.press().action_assign()
        plan = self.rehearse()
        plan.with_user(self.manager).action_switch_share()
        self.assertEqual((plan.force_quota, plan.member_lead_count), (True, 3))

    def test_the_settings_ask_as_well(self):
        settings = self.env["res.config.settings"].create({})
        action = settings.action_crm_assign_leads()
        self.assertEqual(action["res_model"], "crm.assignment.start")

    def test_it_says_if_the_capacity_of_somebody_is_unlimited(self):
        self.assertFalse(self.press().has_unlimited)
        self.team.crm_team_member_ids.assignment_unlimited = True
        start = self.press()
        self.assertTrue(start.has_unlimited)
        self.assertEqual(start.line_ids.mapped("rest_count"), [0])
        self.assertEqual(start.line_ids.mapped("another_count"), [0])

    def test_only_managers_have_the_button(self):
        for user, is_there in ((self.manager, True), (self.ann, False)):
            arch = self.team.with_user(user).get_view(view_type="form")["arch"]
            self.assertEqual("action_start_assignment" in arch, is_there)

    def test_only_managers_are_asked(self):
        with self.assertRaises(UserError):
            self.team.with_user(self.ann).action_start_assignment()

    def test_the_form_of_a_member_shows_what_the_capacity_is_a_day(self):
        member = self.team.crm_team_member_ids
        for capacity, pace in (
            (300, "300 a month = 10 a day"),
            (45, "45 a month = 1 or 2 a day"),
            (30, "30 a month = 1 a day"),
            (6, "6 a month = one every 5 days"),
            (7, "7 a month = one every 4 or 5 days"),
            (0, False),
        ):
            with self.subTest(capacity), Form(member) as form:
                form.assignment_max = capacity
                self.assertEqual(form.assignment_pace, pace)
        with Form(member) as form:
            form.assignment_max = 300
            form.assignment_unlimited = True
            self.assertFalse(form.assignment_pace)
