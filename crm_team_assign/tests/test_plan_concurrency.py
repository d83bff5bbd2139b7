from contextlib import closing

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged


@tagged("post_install", "-at_install")
class TestPlanConcurrency(BaseCase):
    """A dry run is made beside jobs that write the same leads: real transactions."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            leads = self.get_env(cr)["crm.lead"].create(
                [
                    {
                        "name": "Busy",
                        "email_from": f"{number // 2}@busy.example.com",
                        "team_id": False,
                        "user_id": False,
                    }
                    for number in range(4)
                ]
            )
            self.lead_ids = leads.ids
        self.addCleanup(self.remove_leads)

    def get_env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def remove_leads(self):
        with self.registry.cursor() as cr:
            self.get_env(cr)["crm.lead"].browse(self.lead_ids).exists().unlink()

    def rehearse(self, env):
        leads = env["crm.lead"].browse(self.lead_ids)
        teams = env["crm.team"].create(
            {
                "name": "Busy",
                "company_id": False,
                "assignment_domain": f"[('id', 'in', {self.lead_ids})]",
                "crm_team_member_ids": [
                    (0, 0, {"user_id": SUPERUSER_ID, "assignment_max": 300})
                ],
            }
        )
        return env["crm.assignment.plan"]._rehearse(teams, leads)

    def test_a_dry_run_waits_for_nobody_and_does_not_fail(self):
        """Leads are locked, written and committed as core's enrichment does it, which
        locks them as if their keys were to change."""
        with (
            closing(self.registry.cursor()) as planning,
            closing(self.registry.cursor()) as writing,
        ):
            planning.execute("SET LOCAL lock_timeout = '2s'")
            planning.execute("SELECT 1")  # what it sees is as of now
            leads = self.get_env(writing)["crm.lead"].browse(self.lead_ids)
            leads.lock_for_update()
            plan = self.rehearse(self.get_env(planning))
            self.assertEqual(plan.lead_count, 4)
            leads.write({"city": "Rome"})
            writing.commit()
            plan = self.rehearse(self.get_env(planning))
            self.assertEqual(plan.lead_count, 4)
            self.assertEqual(set(plan.line_ids.mapped("reason")), {"busy"})
            planning.rollback()
