from odoo.tests import HttpCase, tagged

from .common import AutomationCase


@tagged("post_install", "-at_install")
class TestAutomationTour(AutomationCase, HttpCase):
    """What administrators do with automation rules on scores, in a browser."""

    def test_an_administrator_adapts_an_example_and_switches_it_on(self):
        self.start_tour(
            "/odoo/automations",
            "website_crm_score_automation.admin_adapts_an_example",
            login="admin",
        )
        example = self.env.ref(
            "website_crm_score_automation.base_automation_score_below"
        )
        self.assertTrue(example.active)
        self.assertEqual(self.Automation._get_score_levels("crm.lead"), {40})
