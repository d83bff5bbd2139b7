from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..execution.executor import Executor
from .plan_common import PlanCase


@tagged("post_install", "-at_install")
class TestPlanChanges(PlanCase):
    """A confirmed plan leaves out a lead if what it rests on has changed, and nothing
    else; it says what changed, and what was done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Direct", 0, [cls.ann])

    def later(self, lead, **values):
        """Write a lead as a later transaction does."""
        lead.write(values)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET write_date = write_date + interval '1 second'"
            " WHERE id = ANY(%s)",
            [lead.ids],
        )
        lead.invalidate_recordset()

    def assertLeftOut(self, plan, lead, reason, explanation):
        line = self.get_line(plan, lead)
        self.assertEqual((line.state, line.left_reason), ("left_out", reason))
        self.assertEqual(line.explanation, explanation)

    # WHAT IS NO REASON

    def test_a_lead_that_was_enriched_since_is_assigned_as_planned(self):
        leads = self.make_scored(60, 50)
        plan = self.rehearse()
        self.later(leads, city="Rome", description="<p>What is known of Rome</p>")
        leads[0].message_post(body="Who is it?")
        self.confirm(plan)
        self.assertEqual(leads.user_id, self.ann)
        self.assertEqual((plan.done_count, plan.left_out_count), (2, 0))

    def test_duplicates_that_were_enriched_since_are_merged_as_planned(self):
        twins = self.make_scored(3, 4, email_from="twin@assign.example.com")
        plan = self.rehearse()
        self.later(twins, city="Rome")
        self.confirm(plan)
        self.assertEqual(twins.exists().user_id, self.ann)
        self.assertEqual(len(twins.exists()), 1)

    # WHAT IS ONE

    def test_another_score_is_one(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.Rule.search([("domain", "=", "[('name', '=', 'Score 60')]")]).value = 20
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(plan, lead, "score", "Its score is 20 now.")

    def test_a_salesperson_is_one(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.later(lead, user_id=self.eve.id)
        self.confirm(plan)
        self.assertEqual(lead.user_id, self.eve)
        self.assertLeftOut(plan, lead, "owned", "Eve has it by now.")

    def test_another_team_is_one(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.later(lead, team_id=self.make_team("Other").id)
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(plan, lead, "team", "Its team is Other by now.")

    def test_another_company_is_one(self):
        lead = self.make_scored(60, company_id=self.env.company.id)
        plan = self.rehearse()
        lead.company_id = False
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(plan, lead, "company", "It is of another company by now.")

    def test_a_lost_lead_is_one(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        lead.action_set_lost()
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(
            plan, lead, "closed", "It was won, lost or archived meanwhile."
        )

    def test_a_filter_of_the_team_that_no_longer_matches_is_one(self):
        self.team.assignment_domain = "[('city', '!=', 'Rome')]"
        kept, lead = self.make_scored(60, 50, city="Oslo")
        plan = self.rehearse()
        lead.city = "Rome"
        self.confirm(plan)
        self.assertEqual(kept.user_id, self.ann)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(
            plan, lead, "team_filter", "The filter of Direct excludes it by now."
        )

    def test_a_filter_of_the_salesperson_that_no_longer_matches_is_one(self):
        member = self.get_member(self.team, self.ann)
        member.assignment_domain = "[('city', '!=', 'Rome')]"
        lead = self.make_scored(60, city="Oslo")
        plan = self.rehearse()
        lead.city = "Rome"
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(
            plan, lead, "member_filter", "The filter of Ann excludes it by now."
        )

    def test_a_raised_minimum_is_one(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.team.min_for_assign = 80
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertLeftOut(
            plan, lead, "minimum", "Direct wants 80 by now, the score is 60."
        )

    def test_a_salesperson_who_takes_no_more_leads_is_one(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.get_member(self.team, self.ann).active = False
        self.confirm(plan)
        self.assertFalse(lead.user_id)
        self.assertEqual(self.get_line(plan, lead).state, "left_out")

    def test_a_duplicate_that_changed_is_one_for_all_of_them(self):
        twins = self.make_scored(3, 4, email_from="twin@assign.example.com")
        plan = self.rehearse()
        self.later(twins[0], user_id=self.eve.id)
        self.confirm(plan)
        self.assertEqual(len(twins.exists()), 2)
        self.assertFalse(twins[1].user_id)
        self.assertLeftOut(plan, twins[0], "owned", "Eve has it by now.")
        self.assertLeftOut(
            plan, twins[1], "duplicate", "One of its duplicates changed since."
        )

    def test_a_duplicate_that_is_gone_is_one_for_the_others(self):
        twins = self.make_scored(3, 4, email_from="twin@assign.example.com")
        plan = self.rehearse()
        gone = self.get_lines(plan, "member").lead_id
        with mute_logger("odoo.models.unlink"):
            gone.unlink()
        self.confirm(plan)
        self.assertEqual(plan.left_out_count, 2)
        self.assertFalse(twins.exists().user_id)

    # TWO PLANS OF THE SAME

    def test_who_confirms_the_same_twice_is_told_what_did_it(self):
        leads = self.make_scored(60, 50)
        first, second = self.rehearse(), self.rehearse()
        self.confirm(first)
        notification = self.confirm(second)
        self.assertEqual(notification["type"], "warning")
        self.assertEqual(
            notification["message"], "0 done, 2 left out: the plan tells why."
        )
        self.assertEqual((second.done_count, second.left_out_count), (0, 2))
        for lead in leads:
            explanation = f"Ann got it meanwhile by: {first.display_name}"
            self.assertLeftOut(second, lead, "owned", explanation)

    def test_a_plan_that_was_carried_out_shows_what_was_done(self):
        leads = self.make_scored(60, 50, 40)
        plan = self.rehearse()
        [share] = plan.share_ids
        self.assertEqual((plan.member_lead_count, share.used), (3, 30))
        self.later(leads[0], user_id=self.eve.id)
        self.confirm(plan)
        self.assertEqual((plan.state, plan.member_lead_count), ("done", 2))
        figures = share.lead_count, share.done_count, share.used
        self.assertEqual(figures, (3, 2, 20))

    def test_a_plan_that_has_nothing_left_to_do_ends(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.later(lead, user_id=self.eve.id)
        self.confirm(plan)
        self.assertEqual((plan.state, plan.left_out_count), ("done", 1))
        self.assertEqual(plan.share_ids.used, 0)

    # DISCARDED AND BROUGHT UP TO DATE

    def test_a_discarded_plan_cannot_be_confirmed(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        plan.with_user(self.manager).action_discard()
        with self.assertRaisesRegex(UserError, "discarded"):
            plan.with_user(self.manager).action_confirm()
        self.assertFalse(lead.user_id)

    def test_a_plan_that_was_brought_up_to_date_is_what_would_happen_now(self):
        leads = self.make_scored(60, 50)
        plan = self.rehearse()
        self.later(leads[0], user_id=self.eve.id)
        self.make_scored(70)
        self.Rule.assign_scores_to_leads()
        plan.with_user(self.manager).action_update()
        self.env.invalidate_all()
        names = plan.line_ids.mapped("name")
        self.assertEqual(names, ["Score 70", "Score 50"])
        self.assertEqual((plan.state, plan.lead_count), ("draft", 2))
        self.confirm(plan)
        self.assertEqual((plan.done_count, plan.left_out_count), (2, 0))

    def test_a_plan_of_chosen_leads_stays_one_of_these(self):
        lead = self.make_scored(60)
        plan = self.rehearse(leads=lead)
        self.make_scored(70)
        plan.with_user(self.manager).action_update()
        self.assertEqual(plan.line_ids.lead_id, lead)

    def test_only_managers_bring_plans_up_to_date_or_discard_them(self):
        self.make_scored(60)
        plan = self.rehearse().with_user(self.ann)
        for method in (plan.action_update, plan.action_discard):
            with self.assertRaises(UserError):
                method()

    def test_a_plan_that_was_carried_out_stays_as_it_is(self):
        self.make_scored(60)
        plan = self.rehearse()
        self.confirm(plan)
        plan = plan.with_user(self.manager)
        for method in (plan.action_update, plan.action_discard):
            with self.assertRaisesRegex(UserError, "carried out already"):
                method()

    # LARGE PLANS

    @contextmanager
    def between_batches(self, work):
        """Do one lead at a time, and ``work`` after the first of them."""
        self.env["ir.config_parameter"].set_param("crm.assignment.commit.bundle", 1)
        give = Executor._give
        todo = [work]

        def give_and_work(executor, batch):
            done = give(executor, batch)
            if todo:
                todo.pop()()
                self.env.flush_all()
            return done

        with patch.object(Executor, "_give", give_and_work):
            yield

    def test_what_changes_while_batches_run_counts(self):
        for name, values in (
            ("user_id", {"user_id": self.eve.id}),
            ("team_id", {"team_id": self.make_team("Other").id}),
            ("city", {"city": "Rome"}),
        ):
            self.team.assignment_domain = "[('city', '!=', 'Rome')]"
            leads = self.make_scored(60, 50)
            plan = self.rehearse()
            with (
                self.subTest(name),
                self.between_batches(lambda leads=leads, v=values: leads[1].write(v)),
            ):
                self.confirm(plan)
                self.assertEqual(leads[0].user_id, self.ann)
                self.assertNotEqual(leads[1].user_id, self.ann)
                self.assertEqual(self.get_line(plan, leads[1]).state, "left_out")

    def test_a_minimum_and_a_capacity_count_while_batches_run(self):
        member = self.get_member(self.team, self.ann)
        for record, values, reason in (
            (self.team, {"min_for_assign": 55}, "minimum"),
            (member, {"assignment_max": 1}, "full"),
        ):
            leads = self.make_scored(60, 50)
            plan = self.rehearse()
            with (
                self.subTest(reason),
                self.between_batches(lambda r=record, v=values: r.write(v)),
            ):
                self.confirm(plan)
                self.assertEqual(leads[0].user_id, self.ann)
                self.assertFalse(leads[1].user_id)
                self.assertEqual(self.get_line(plan, leads[1]).left_reason, reason)
            self.team.min_for_assign, member.assignment_max = 0, 300
            leads.unlink()

    @mute_logger("odoo.addons.crm_team_assign.execution.job")
    def test_a_plan_that_fails_does_not_stop_the_others(self):
        leads = self.make_scored(60, 50)
        bad, good = (self.rehearse(leads=lead) for lead in leads)
        self.confirm_large(bad, good)
        carry_out = type(bad)._carry_out

        def fail_for_one(plan):
            if plan == bad:
                raise ValueError("It cannot be done")
            return carry_out(plan)

        with patch.object(type(bad), "_carry_out", fail_for_one):
            self.carry_out_by_job()
            self.assertEqual(good.state, "done")
            self.assertEqual(leads[1].user_id, self.ann)
            self.assertEqual((bad.state, bad.error), ("confirmed", "It cannot be done"))
            self.carry_out_by_job()
            self.carry_out_by_job()
        self.assertEqual((bad.state, bad.try_count), ("failed", 3))
        self.confirm(bad)
        self.assertEqual((bad.state, bad.error), ("done", False))
        self.assertEqual(leads[0].user_id, self.ann)

    def test_a_plan_is_carried_out_by_who_confirmed_it(self):
        lead = self.make_scored(60)
        plan = self.rehearse()
        self.confirm_large(plan)
        plan.sudo().error = "Somebody wrote it"
        self.carry_out_by_job()
        self.assertEqual(lead.user_id, self.ann)
        self.assertEqual(plan.confirm_uid, self.manager)
        self.assertEqual(lead.write_uid, self.manager)
