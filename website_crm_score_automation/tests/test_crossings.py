from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .common import START, AutomationCase

BELOW = [("score", "<", 50)]
ABOVE = [("score", ">=", 50)]


@tagged("post_install", "-at_install")
class TestCrossings(AutomationCase):
    """An automation rule can wait until a score was above or below a level for some
    time."""

    def get_date(self, owner, level=50):
        owner.invalidate_recordset()
        return owner.with_context(score_level=level).score_level_date

    def test_a_lead_is_below_a_level_since_it_was_created(self):
        self.make_automation(50, BELOW)
        lead = self.make_cold()
        self.set_priority(lead, "2", days=2)
        self.assertEqual(self.get_date(lead), START)

    def test_a_lead_is_above_a_level_since_it_reached_it(self):
        self.make_automation(50, ABOVE)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=2)
        with self.after(days=2) as date:
            self.assertEqual(self.get_date(lead), date)

    def test_a_score_of_exactly_the_level_has_reached_it(self):
        self.make_automation(60, ABOVE)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=2)
        with self.after(days=2) as date:
            self.assertEqual(self.get_date(lead, 60), date)

    def test_the_date_of_a_lead_that_fell_again_is_that_of_its_fall(self):
        self.make_automation(50, BELOW)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=1)
        self.set_priority(lead, "1", days=2)
        self.assertEqual(lead.score, 0)
        with self.after(days=2) as date:
            self.assertEqual(self.get_date(lead), date)
        self.assertEqual(len(self.Crossing.search([("lead_id", "=", lead.id)])), 1)

    def test_each_level_has_a_date_of_its_own(self):
        self.make_automation(50, ABOVE)
        self.make_automation(30, [("score", ">=", 30)])
        lead = self.make_cold()
        self.set_priority(lead, "2", days=1)
        self.set_priority(lead, "3", days=2)
        with self.after(days=1) as first, self.after(days=2) as second:
            self.assertEqual(self.get_date(lead, 30), first)
            self.assertEqual(self.get_date(lead, 50), second)

    def test_nothing_is_noted_for_a_rule_that_is_switched_off(self):
        self.make_automation(50, ABOVE, active=False)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=1)
        self.assertFalse(self.Crossing.search([]))

    def test_leads_of_one_level_are_noted_by_one_query(self):
        self.make_automation(50, ABOVE)
        self.make_leads(3, priority="3")
        self.run_rules()
        counts = []
        for number in (1, 1, 30):  # the first one fills caches
            self.make_leads(number, priority="3")
            before = self.env.cr.sql_log_count
            self.run_rules()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(len(self.Crossing.search([])), 35)
        self.assertEqual(counts[1], counts[2])

    # WHEN RULES RUN

    def test_a_rule_runs_once_after_the_time_below(self):
        self.make_automation(50, BELOW)
        lead = self.make_cold()
        self.run_time_based(days=2)
        self.assertFalse(lead.function)
        self.run_time_based(days=3, hours=1)
        self.assertEqual(lead.function, "x")
        self.run_time_based(days=5)
        self.assertEqual(lead.function, "x")

    def test_a_lead_that_rises_in_time_is_left_alone(self):
        self.make_automation(50, BELOW)
        lead = self.make_cold()
        self.run_time_based(days=1)
        self.set_priority(lead, "3", days=2)
        self.run_time_based(days=3, hours=1)
        self.run_time_based(days=9)
        self.assertFalse(lead.function)

    def test_the_time_counts_from_when_a_lead_fell_again(self):
        self.make_automation(50, BELOW)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=1)
        self.run_time_based(days=1)
        self.set_priority(lead, "1", days=2)
        self.run_time_based(days=4)
        self.assertFalse(lead.function)
        self.run_time_based(days=5, hours=1)
        self.assertEqual(lead.function, "x")

    def test_a_rule_runs_again_after_each_fall(self):
        self.make_automation(50, BELOW)
        lead = self.make_cold()
        self.run_time_based(days=4)
        self.set_priority(lead, "3", days=5)
        self.set_priority(lead, "1", days=6)
        self.run_time_based(days=10)
        self.assertEqual(lead.function, "xx")

    def test_a_rule_runs_after_the_time_above(self):
        self.make_automation(50, ABOVE)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=1)
        self.run_time_based(days=3)
        self.assertFalse(lead.function)
        self.run_time_based(days=4, hours=1)
        self.assertEqual(lead.function, "x")

    def test_a_rule_waits_for_working_days(self):
        calendar = self.env["resource.calendar"].create({"name": "Office"})
        self.make_automation(50, ABOVE, days=2, trg_date_calendar_id=calendar.id)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=4)  # a Friday
        self.run_time_based(days=6, hours=12)
        self.assertFalse(lead.function)
        self.run_time_based(days=8, hours=12)
        self.assertEqual(lead.function, "x")

    def test_a_rule_runs_for_contacts(self):
        partner = self.env["res.partner"].create({"name": "Ann", "function": "Cold"})
        values = {"event_based": True, "apply_to": "partner"}
        self.make_rule([("function", "=", "Hot")], 60, **values)
        self.make_automation(50, ABOVE, "res.partner")
        with self.after():
            self.run_rules()
        with self.after(days=1) as date:
            partner.function = "Hot"
            self.run_rules()
            self.assertEqual(self.get_date(partner), date)
        self.run_time_based(days=4, hours=1)
        self.assertIn("x", partner.comment)

    # WHAT IS LEFT BEHIND

    def test_levels_of_no_rule_are_forgotten(self):
        automation = self.make_automation(50, ABOVE)
        self.make_automation(30, ABOVE)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=1)
        automation.active = False
        with mute_logger("odoo.models.unlink"):
            self.Crossing._gc_levels()
        self.assertEqual(self.Crossing.search([]).mapped("level"), [30])

    def test_crossings_go_with_the_lead(self):
        self.make_automation(50, ABOVE)
        lead = self.make_cold()
        self.set_priority(lead, "3", days=1)
        with mute_logger("odoo.models.unlink"):
            lead.unlink()
        self.assertFalse(self.Crossing.search([]))

    def test_removing_the_addon_switches_its_rules_off(self):
        automation = self.make_automation(50, ABOVE)
        uninstall_hook(self.env)
        self.assertFalse(automation.active)

    def test_who_sees_a_lead_sees_the_date_but_no_crossings(self):
        self.make_automation(50, ABOVE)
        user = self.make_user("crossing_sales", "sales_team.group_sale_salesman")
        lead = self.make_cold(user_id=user.id)
        self.set_priority(lead, "3", days=1)
        with self.after(days=1) as date:
            self.assertEqual(self.get_date(lead.with_user(user)), date)
        with self.assertRaises(AccessError):
            self.Crossing.with_user(user).search([])
        domain = [("score_level_date", ">=", date)]
        leads = self.Lead.with_user(user).with_context(score_level=50)
        self.assertEqual(leads.search(domain), lead)

    def test_a_scoring_rule_cannot_look_at_the_date_of_a_level(self):
        domain = [("score_level_date", ">", "-1d")]
        for apply_to in ("lead", "partner"):
            with self.assertRaisesRegex(ValidationError, "cannot depend on the score"):
                self.make_rule(domain, apply_to=apply_to)
