import importlib.util

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .plan_common import PlanCase


@tagged("post_install", "-at_install")
class TestPlanMigration(PlanCase):
    """Plans of before are carried out like others."""

    def migrate(self):
        path = "crm_team_assign/migrations/19.0.1.2.0"
        path = file_path(f"{path}/pre-plans_know_the_lead_as_it_was.py")
        spec = importlib.util.spec_from_file_location("migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self.env.flush_all()
        module.migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()

    def test_what_was_planned_before_is_carried_out(self):
        team = self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        waiting = self.make_scored(50, team_id=team.id)
        twins = self.make_scored(3, 4, email_from="twin@assign.example.com")
        plan = self.rehearse()
        self.env.flush_all()
        self.env.cr.execute(
            """
            ALTER TABLE crm_assignment_plan_line
                  ALTER lead_score DROP NOT NULL;
            UPDATE crm_assignment_plan_line
               SET lead_score = NULL, from_team_id = NULL, from_user_id = NULL
            """
        )
        self.migrate()
        self.confirm(plan)
        self.assertEqual((lead + waiting + twins.exists()).user_id, self.ann)
        self.assertEqual(plan.left_out_count, 0)
