from contextlib import suppress
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..execution import messages
from ..execution.executor import Executor
from ..models import crm_assignment_plan
from .plan_common import PlanCase


@tagged("post_install", "-at_install")
class TestDryRun(PlanCase):
    """A dry run tells what would happen and why; confirmed, just that happens."""

    # WHAT WOULD HAPPEN

    def test_a_dry_run_changes_no_lead_team_or_member(self):
        self.make_team("Direct", 50, [self.ann, self.bob])
        self.make_scored(60, 70, 10)
        twins = self.make_scored(80, 80, email_from="twin@assign.example.com")
        self.Rule.assign_scores_to_leads()
        tables = ["crm_lead", "crm_team", "crm_team_member", "mail_message"]
        before = [self.get_versions(table) for table in tables]
        self.rehearse()
        self.assertEqual([self.get_versions(table) for table in tables], before)
        self.assertEqual(len(twins.exists()), 2)

    def get_versions(self, table):
        self.env.flush_all()
        self.env.cr.execute(f"SELECT id, xmin::text FROM {table} ORDER BY id")
        return self.env.cr.fetchall()

    def test_it_tells_who_gets_which_lead(self):
        team = self.make_team("Direct", 50, [self.ann])
        lead = self.make_scored(60)
        line = self.get_line(self.rehearse(), lead)
        self.assertEqual(line.outcome, "member")
        self.assertEqual((line.team_id, line.user_id), (team, self.ann))
        self.assertEqual(
            line.explanation,
            "60 ≥ 50, the highest minimum of the teams that take it. "
            "It is the turn of Ann in Direct.",
        )

    def test_it_tells_of_the_minimum_of_the_team_that_a_lead_has(self):
        team = self.make_team("Direct", 50.5, [self.ann])
        lead = self.make_scored(60, team_id=team.id)
        self.assertEqual(
            self.explain(self.rehearse(), lead),
            "60 ≥ 50.5, the minimum of its team. It is the turn of Ann in Direct.",
        )

    def test_it_tells_that_a_score_is_below_the_minimum(self):
        self.make_team("Direct", 50, [self.ann])
        self.make_team("Picky", 80, [self.bob])
        lead = self.make_scored(42)
        plan = self.rehearse()
        self.assertEqual(self.get_line(plan, lead).outcome, "none")
        self.assertEqual(self.explain(plan, lead), "Direct wants 50, the score is 42.")

    def test_it_tells_that_the_score_of_a_team_s_own_lead_is_below_its_minimum(self):
        team = self.make_team("Direct", 50, [self.ann])
        lead = self.make_scored(42, team_id=team.id)
        plan = self.rehearse()
        self.assertEqual(self.explain(plan, lead), "Direct wants 50, the score is 42.")

    def test_it_tells_that_all_capacity_is_used_up(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        first, second = self.make_scored(60, 50)
        plan = self.rehearse()
        self.assertEqual(self.get_line(plan, first).outcome, "member")
        self.assertEqual(self.get_line(plan, second).outcome, "team")
        self.assertEqual(
            self.explain(plan, second), "Direct takes it, but all capacity is used up."
        )

    def test_it_tells_that_the_salespeople_s_filters_exclude_a_lead(self):
        self.make_team(
            "Direct", 0, [(self.ann, {"assignment_domain": "[('city', '=', 'Oslo')]"})]
        )
        lead = self.make_scored(60)
        self.assertEqual(
            self.explain(self.rehearse(), lead),
            "The filter of every salesperson of Direct with capacity left excludes it.",
        )

    def test_it_tells_that_no_team_s_filter_matches(self):
        self.make_team(
            "Direct", 0, [self.ann], assignment_domain="[('city', '=', 'Oslo')]"
        )
        lead = self.make_scored(60)
        self.assertEqual(
            self.explain(self.rehearse(), lead),
            "No team with salespeople has a filter that matches it.",
        )

    def test_it_tells_that_no_team_works_for_the_lead_s_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60, company_id=other.id)
        self.manager.company_ids += other
        self.assertEqual(
            self.explain(self.rehearse(leads=lead), lead),
            "No team works for its company.",
        )

    def test_it_tells_that_a_preference_decides(self):
        wish = {"assignment_domain_preferred": "[('city', '=', 'Oslo')]"}
        self.make_team("Direct", 0, [self.ann, (self.bob, wish)])
        lead = self.make_scored(60, city="Oslo")
        plan = self.rehearse()
        self.assertEqual(self.explain(plan, lead), "Bob prefers such leads.")

    @mute_logger("odoo.addons.crm_team_assign.models.crm_assignment_filter_mixin")
    def test_it_tells_that_a_filter_cannot_be_used_without_noting_it(self):
        team = self.make_team("Broken", 0, [self.ann])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_team SET assignment_domain = %s WHERE id = %s",
            ("[('gone', '=', 1)]", team.id),
        )
        team.invalidate_recordset()
        lead = self.make_scored(60, team_id=team.id)
        self.assertEqual(
            self.explain(self.rehearse(), lead),
            "The filter of Broken cannot be used.",
        )
        self.assertFalse(team.assignment_error)

    def test_it_tells_which_lead_a_duplicate_is_merged_into(self):
        self.make_team("Direct", 0, [self.ann])
        low, high = self.make_scored(3, 4, email_from="twin@assign.example.com")
        plan = self.rehearse()
        gone = self.get_lines(plan, "merge")
        self.assertEqual(gone.duplicate_of_id, (low + high) - gone.lead_id)
        self.assertEqual(
            gone.explanation, f"It is a duplicate of {gone.duplicate_of_id.name}."
        )

    def test_merged_leads_are_planned_with_the_score_of_both(self):
        team = self.make_team("Direct", 7, [self.ann])
        leads = self.make_scored(3, 4, email_from="twin@assign.example.com")
        plan = self.rehearse()
        head = self.get_lines(plan, "member")
        self.assertIn(head.lead_id, leads)
        self.assertEqual((head.score, head.team_id), (7, team))

    def test_chosen_leads_alone_are_planned_and_each_has_a_reason(self):
        team = self.make_team("Direct", 0, [self.ann])
        paused = self.make_team("Paused", 0, [self.bob], assignment_optout=True)
        self.make_scored(90)
        free = self.make_scored(60)
        owned = self.make_scored(60, user_id=self.eve.id, team_id=team.id)
        lost = self.make_scored(60)
        lost.action_set_lost()
        parked = self.make_scored(60, team_id=paused.id)
        plan = self.rehearse(leads=free + owned + lost + parked)
        self.assertEqual(plan.lead_count, 4)
        reasons = [
            self.get_line(plan, lead).reason for lead in (free, owned, lost, parked)
        ]
        self.assertEqual(reasons, ["turn", "owned", "closed", "other_team"])

    def test_one_team_s_dry_run_looks_at_that_team_alone(self):
        direct = self.make_team("Direct", 50, [self.ann])
        self.make_team("Rest", 0, [self.bob])
        lead = self.make_scored(10)
        self.assertEqual(self.get_line(self.rehearse(direct), lead).outcome, "none")

    def test_what_is_not_assigned_is_split_by_reason_and_team(self):
        self.make_team("A", 50, [self.ann], assignment_domain="[('city', '=', 'Oslo')]")
        self.make_team("B", 80, [self.bob], assignment_domain="[('city', '=', 'Rome')]")
        self.make_scored(10, 49, 60, city="Oslo")
        self.make_scored(20, city="Rome")
        self.make_scored(90, city="Nice")
        plan = self.rehearse()
        self.assertEqual(
            {
                (row.reason, row.team_id.name): (row.lead_count, row.score)
                for row in plan.reason_ids
            },
            {
                ("minimum", "A"): (2, 49),
                ("minimum", "B"): (1, 20),
                ("team_filter", False): (1, 90),
            },
        )
        self.assertEqual(sum(plan.reason_ids.mapped("lead_count")), 4)
        self.assertEqual(plan.unassigned_count, 4)
        for row in plan.reason_ids.with_user(self.manager):
            action = row.action_view_lines()
            lines = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(lines), row.lead_count)
            self.assertEqual(set(lines.mapped("reason")), {row.reason})

    def test_the_summary_has_leads_score_and_capacity_of_each_person(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 120}), self.bob])
        self.make_scored(10, 20, 30)
        shares = self.rehearse().share_ids
        figures = {
            share.user_id: (share.lead_count, share.score, share.capacity, share.used)
            for share in shares
        }
        self.assertEqual(figures[self.ann], (2, 20, 4, 50))
        self.assertEqual(figures[self.bob], (1, 20, 10, 10))

    def test_only_managers_may_rehearse(self):
        self.make_team("Direct", 0, [self.ann])
        with self.assertRaises(UserError):
            self.Team.with_user(self.ann).action_plan_assignment()
        with self.assertRaises(UserError):
            self.Lead.with_user(self.ann).action_plan_assignment()

    # CONFIRMING

    def test_confirming_does_what_was_planned(self):
        self.make_team("Direct", 50, [self.ann, self.bob])
        self.make_team("Rest", 0, [self.eve])
        leads = self.make_scored(90, 80, 70, 40, 30)
        twins = self.make_scored(60, 65, email_from="twin@assign.example.com")
        plan = self.rehearse()
        planned = {
            line.lead_id: (line.team_id, line.user_id)
            for line in self.get_lines(plan, "member")
        }
        self.confirm(plan)
        self.assertEqual(plan.state, "done")
        self.assertEqual(len(twins.exists()), 1)
        self.assertEqual(set(planned), set(leads | twins.exists()))
        for lead, (team, user) in planned.items():
            self.assertEqual((lead.team_id, lead.user_id), (team, user))
            self.assertEqual(lead.type, "opportunity")
        self.assertEqual(plan.left_out_count, 0)
        lines = self.get_lines(plan, "member", "merge", "team")
        self.assertEqual(set(lines.mapped("state")), {"done"})

    def test_a_lead_that_is_gone_is_listed_by_its_name(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        plan = self.rehearse()
        with mute_logger("odoo.models.unlink"):
            lead.unlink()
        self.confirm(plan)
        line = self.get_lines(plan, "member")
        self.assertEqual((line.name, line.left_reason), ("Score 60", "gone"))

    def test_nobody_gets_more_than_there_is_room_for_by_then(self):
        team = self.make_team("Direct", 0, [(self.ann, {"assignment_max": 60})])
        leads = self.make_scored(60, 50)
        plan = self.rehearse()
        team.crm_team_member_ids.assignment_max = 30
        self.confirm(plan)
        self.assertEqual(leads.mapped("user_id"), self.ann)
        self.assertEqual(leads[0].user_id, self.ann)
        self.assertFalse(leads[1].user_id)
        self.assertEqual(self.get_line(plan, leads[1]).left_reason, "full")

    def test_who_goes_on_with_a_plan_gives_no_more_than_there_is_room_for(self):
        team = self.make_team("Direct", 0, [(self.ann, {"assignment_max": 60})])
        leads = self.make_scored(60, 50)
        plan = self.rehearse()
        self.interrupt(plan)
        self.assertEqual(plan.state, "confirmed")
        team.crm_team_member_ids.assignment_max = 30
        plan._carry_out()
        self.assertEqual(plan.state, "done")
        self.assertEqual(leads.filtered("user_id"), leads[0])
        self.assertEqual(self.get_line(plan, leads[1]).left_reason, "full")

    def test_who_goes_on_with_a_plan_tells_of_all_leads_once(self):
        self.make_team("Direct", 0, [self.ann])
        self.make_scored(60, 50)
        plan = self.rehearse()
        self.interrupt(plan)
        self.assertFalse(any(plan.line_ids.mapped("is_told")))
        with (
            patch.object(messages.Outbox, "is_known", return_value=False),
            patch.object(messages, "_tell") as notify,
            patch.object(messages, "_note"),
        ):
            plan._carry_out()
            plan._carry_out()
        [call] = notify.call_args_list
        self.assertEqual(call.args[1], self.ann)
        self.assertTrue(all(plan.line_ids.mapped("is_told")))

    def interrupt(self, plan):
        """Confirm a plan, and stop after the first lead."""
        self.env["ir.config_parameter"].set_param("crm.assignment.commit.bundle", 1)
        batches = [Executor._give]
        with (
            patch.object(Executor, "_give", lambda *args: batches.pop()(*args)),
            suppress(IndexError),
        ):
            plan.with_user(self.manager).action_confirm()
        self.env.invalidate_all()

    def test_the_rotation_goes_on_after_a_plan(self):
        self.make_team("Direct", 0, [self.ann, self.bob])
        self.make_scored(60)
        self.confirm(self.rehearse())
        lead = self.make_scored(50)
        self.confirm(self.rehearse())
        self.assertEqual(lead.user_id, self.bob)

    def test_a_plan_is_carried_out_once(self):
        self.make_team("Direct", 0, [self.ann])
        self.make_scored(60)
        plan = self.rehearse()
        self.confirm(plan)
        with self.assertRaisesRegex(UserError, "carried out already"):
            plan.with_user(self.manager).action_confirm()

    def test_only_managers_may_confirm(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        plan = self.rehearse()
        with self.assertRaises(UserError):
            plan.with_user(self.ann).action_confirm()
        self.assertFalse(lead.user_id)

    def test_a_large_plan_is_carried_out_by_the_scheduled_action(self):
        self.make_team("Direct", 0, [self.ann])
        leads = self.make_scored(60, 50)
        plan = self.rehearse()
        cron = self.env.ref("crm_team_assign.ir_cron_carry_out_plans")
        with patch.object(crm_assignment_plan, "DIRECT_SIZE", 1):
            self.confirm(plan)
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(triggers), 1)
        self.assertEqual(plan.state, "confirmed")
        self.assertFalse(leads.user_id)
        self.carry_out_by_job()
        self.assertEqual(plan.state, "done")
        self.assertEqual(leads.user_id, self.ann)

    # THE LOG

    def test_what_was_assigned_by_hand_is_kept_with_the_reason(self):
        team = self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        self.make_scored(5, city="Rome", team_id=False, user_id=self.eve.id)
        self.assign()
        plan = self.env["crm.assignment.plan"].search([], limit=1)
        self.assertEqual((plan.origin, plan.state), ("button", "done"))
        line = plan.line_ids
        self.assertEqual((line.lead_id, line.state), (lead, "done"))
        self.assertEqual((line.team_id, line.user_id), (team, self.ann))
        self.assertEqual(line.explanation, "It is the turn of Ann in Direct.")

    def test_a_run_that_finds_nothing_to_do_keeps_no_plan(self):
        self.make_team("Direct", 50, [self.ann])
        self.make_scored(10)
        plans = self.env["crm.assignment.plan"]
        count = plans.search_count([])
        self.assign()
        self.assertEqual(plans.search_count([]), count)

    def test_the_settings_say_for_how_many_days_plans_are_kept(self):
        settings = self.env["res.config.settings"]
        self.assertEqual(settings.create({}).crm_team_assign_keep_days, 90)
        for days in (7, 0):  # 0 keeps all, and is no default
            settings.create({"crm_team_assign_keep_days": days}).execute()
            self.assertEqual(settings.create({}).crm_team_assign_keep_days, days)
        for days in (-1, 9_999_999):
            with self.assertRaisesRegex(ValidationError, "a number from 0 to"):
                settings.create({"crm_team_assign_keep_days": days})

    def test_plans_are_deleted_after_the_days_of_the_settings(self):
        self.make_team("Direct", 0, [self.ann])
        plan = self.rehearse()
        set_param = self.env["ir.config_parameter"].set_param
        for days, age, is_kept in (
            ("30", 29, True),
            ("0", 999, True),
            ("9999999", 999, True),
            ("abc", 89, True),  # as if it were not set
            ("30", 31, False),
        ):
            set_param("crm_team_assign.keep_days", days)
            self.env.cr.execute(
                "UPDATE crm_assignment_plan SET create_date = now() AT TIME ZONE 'UTC'"
                " - %s * interval '1 day' WHERE id = %s",
                [age, plan.id],
            )
            plan.invalidate_recordset()
            with mute_logger("odoo.models.unlink"):
                plan._gc_plans()
            self.assertEqual(bool(plan.exists()), is_kept)
