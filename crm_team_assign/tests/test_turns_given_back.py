from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..execution.executor import Executor
from ..planning.turns import LEAD
from .plan_common import PlanCase


@tagged("post_install", "-at_install")
class TestTurnsGivenBack(PlanCase):
    """What teams and members are owed is what they earned and did not get of the leads
    that were handed over: those that were left out count for nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Direct", 0, [cls.ann, cls.bob, cls.eve])
        cls.members = cls.team.crm_team_member_ids

    def get_credits(self, records=None):
        """Return what members are owed, in leads."""
        records = self.members if records is None else records
        return [round(record.assignment_credit / LEAD, 3) for record in records]

    def take(self, leads):
        """Have somebody take leads before the plan is carried out."""
        leads.user_id = self.manager
        self.env.flush_all()

    def test_nobody_pays_for_a_lead_that_was_left_out(self):
        plan = self.rehearse(leads=self.make_scored(90))
        self.take(plan.line_ids.lead_id)
        self.confirm(plan)
        self.assertEqual(self.get_credits(), [0, 0, 0])

    def test_whose_lead_was_left_out_is_owed_what_the_others_got(self):
        leads = self.make_scored(90, 80, 70)
        plan = self.rehearse()
        self.take(leads[0])
        self.confirm(plan)
        self.assertEqual(leads[1:].user_id, self.bob + self.eve)
        self.assertEqual(self.get_credits(), [0.667, -0.333, -0.333])
        lead = self.make_scored(60)
        self.assign()
        self.assertEqual(lead.user_id, self.ann)
        self.assertEqual(self.get_credits(), [0, 0, 0])

    def test_what_is_left_out_while_it_is_carried_out_is_given_back_too(self):
        leads = self.make_scored(90, 80, 70)
        check = Executor._check

        def take_first(executor, batch):
            self.take(leads[0])
            return check(executor, batch)

        with patch.object(Executor, "_check", take_first):
            self.assign()
        self.assertEqual(leads[1:].user_id, self.bob + self.eve)
        self.assertEqual(self.get_credits(), [0.667, -0.333, -0.333])

    def test_teams_that_share_leads_do_not_pay_for_it_either(self):
        other = self.make_team("Other", 0, [self.manager])
        leads = self.make_scored(90, 80, 70, 60)
        plan = self.rehearse()
        mine = plan.line_ids.filtered(lambda line: line.team_id == self.team).lead_id
        self.take(mine[:1])
        self.confirm(plan)
        weights = [team._get_assignment_weight() for team in (self.team, other)]
        share = [weight / sum(weights) for weight in weights]
        expected = [round(3 * share[0] - 2, 3), round(3 * share[1] - 1, 3)]
        self.assertEqual(len(leads - mine), 1)
        self.assertEqual(self.get_credits(self.team + other), expected)

    def test_a_plan_that_leaves_nothing_out_gives_nothing_back(self):
        self.make_scored(90)
        plan = self.rehearse()
        self.confirm(plan)
        self.assertEqual(self.get_credits(), [-0.667, 0.333, 0.333])
        self.assertEqual(plan.done_count, 1)

    # PLANS THAT ARE INTERRUPTED

    def interrupt(self, plan, batches):
        """Carry out so many batches of one lead of a plan, then fail."""
        self.env["ir.config_parameter"].set_param("crm.assignment.commit.bundle", 1)
        self.confirm_large(plan)
        give, todo = Executor._give, [True] * batches

        def give_some(executor, batch):
            if not todo:
                raise ValueError("The server stops")
            todo.pop()
            return give(executor, batch)

        with (
            patch.object(Executor, "_give", give_some),
            mute_logger("odoo.addons.crm_team_assign.execution.job"),
        ):
            self.carry_out_by_job()
        self.assertEqual(plan.state, "confirmed")

    def test_turns_are_noted_once_however_often_a_plan_is_interrupted(self):
        for batches in (0, 1):
            leads = self.make_scored(90, 80)
            plan = self.rehearse(leads=leads)
            before = self.get_credits()
            self.interrupt(plan, batches)
            noted = self.get_credits()
            self.assertNotEqual(noted, before)
            self.interrupt_again(plan)
            self.assertEqual(self.get_credits(), noted)
            self.carry_out_by_job()
            self.assertEqual((plan.state, plan.done_count), ("done", 2))
            self.assertEqual(self.get_credits(), noted)

    def interrupt_again(self, plan):
        def stop(executor, batch):
            raise ValueError("The server stops again")

        with (
            patch.object(Executor, "_give", stop),
            mute_logger("odoo.addons.crm_team_assign.execution.job"),
        ):
            self.carry_out_by_job()
        self.assertEqual(plan.state, "confirmed")

    def test_what_an_interrupted_plan_leaves_out_in_the_end_is_given_back(self):
        leads = self.make_scored(90, 80, 70)
        plan = self.rehearse()
        self.interrupt(plan, 1)
        self.assertEqual(self.get_credits(), [0, 0, 0])
        self.take(leads[2])
        self.carry_out_by_job()
        self.assertEqual((plan.done_count, plan.left_out_count), (2, 1))
        self.assertEqual(leads[:2].user_id, self.ann + self.bob)
        self.assertEqual(self.get_credits(), [-0.333, -0.333, 0.667])

    def test_a_plan_that_stopped_and_is_discarded_gives_back_what_is_left(self):
        leads = self.make_scored(90, 80, 70)
        plan = self.rehearse()
        self.interrupt(plan, 1)
        self.interrupt_again(plan)
        with (
            patch.object(Executor, "_give", side_effect=ValueError),
            mute_logger("odoo.addons.crm_team_assign.execution.job"),
        ):
            self.carry_out_by_job()
        self.assertEqual(plan.state, "failed")
        plan.with_user(self.manager).action_discard()
        self.assertEqual(leads[0].user_id, self.ann)
        self.assertEqual(self.get_credits(), [-0.667, 0.333, 0.333])
