from odoo.tests import HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import AutomationCase


@tagged("post_install", "-at_install")
class TestAutomationTour(AutomationCase, HttpCase):
    """What administrators do with automation rules on scores, in a browser."""

    def test_an_administrator_adapts_an_example_and_switches_it_on(self):
        self.start_tour(
            "/odoo",
            "website_crm_score_automation.admin_adapts_an_example",
            login="admin",
        )
        example = self.env.ref(
            "website_crm_score_automation.base_automation_score_below"
        )
        self.assertTrue(example.active)
        self.assertEqual(self.Automation._get_score_levels("crm.lead"), {40})

    def test_those_of_leads_and_contacts_are_found_in_the_crm_by_administrators(self):
        action = self.env.ref("website_crm_score_automation.base_automation_action")
        country = self.env["ir.model"]._get_id("res.country")
        values = {"name": "Other", "model_id": country, "trigger": "on_unlink"}
        other = self.Automation.create(values)
        found = self.Automation.with_context(active_test=False).search(
            safe_eval(action.domain)
        )
        self.assertNotIn(other, found)
        self.assertIn("crm.lead", found.mapped("model_name"))
        menu = self.env.ref("website_crm_score_automation.base_automation_menu")
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        self.assertNotIn(menu.id, menu.with_user(manager)._visible_menu_ids())
