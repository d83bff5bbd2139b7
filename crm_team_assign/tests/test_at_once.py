import random
from collections import defaultdict
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..execution import at_once, lock, planner
from .plan_common import PlanCase

SEEDS = range(12)


@tagged("post_install", "-at_install")
class TestAtOnce(PlanCase):
    """New leads are assigned when they are scored, to teams that want it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = cls.env.ref(at_once.JOB)
        cls.Plan = cls.env["crm.assignment.plan"]
        cls.Plan.search([]).unlink()

    def make_team(self, name, minimum=0, sellers=(), **values):
        values.setdefault("assignment_at_once", True)
        return super().make_team(name, minimum, sellers, **values)

    def score_new(self, score=None):
        """Score as the job does when leads were created; return whether it calls for
        the assignment at once."""
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", self.job.id)])
        triggers.unlink()
        (score or self.Rule._cron_score_new_leads)()
        self.env.flush_all()
        return bool(triggers.search_count([("cron_id", "=", self.job.id)]))

    def run_job(self):
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self.env.invalidate_all()

    def score_and_assign(self):
        self.assertTrue(self.score_new())
        self.run_job()

    def set_scored(self, lead, date):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET score_date = %s WHERE id = %s", (date, lead.id)
        )
        lead.invalidate_recordset(["score_date"])

    def count_plans(self):
        return self.Plan.search_count([])

    # AT ONCE

    def test_a_new_lead_that_reaches_the_minimum_is_handed_over(self):
        team = self.make_team("Direct", 50, [self.ann])
        low, high = self.make_scored(40, 60)
        self.score_and_assign()
        self.assertEqual((high.team_id, high.user_id), (team, self.ann))
        self.assertFalse(low.team_id)
        [plan] = self.Plan.search([])
        self.assertEqual((plan.origin, plan.state), ("at_once", "done"))
        self.assertEqual(plan.team_ids, team)
        self.assertEqual(plan.line_ids.lead_id, high)
        handovers = self.env["crm.assignment.handover"]
        self.assertTrue(handovers.search([("lead_id", "=", high.id)]))

    def test_a_lead_that_the_team_has_already_is_handed_over(self):
        """As one of the website whose team is set when it comes."""
        team = self.make_team("Direct", 50, [self.ann])
        low, high = self.make_scored(40, 60, team_id=team.id)
        self.score_and_assign()
        self.assertEqual(high.user_id, self.ann)
        self.assertFalse(low.user_id)

    def test_a_lead_that_rises_to_the_minimum_is_handed_over(self):
        self.make_team("Direct", 50, [self.ann])
        lead = self.make_scored(40)
        self.score_new()
        self.run_job()
        self.assertFalse(lead.user_id)
        self.set_age(lead, fields.Datetime.now() - timedelta(days=9))
        self.make_rule("[('city', '=', 'Rome')]", value=20, event_based=True)
        lead.city = "Rome"
        self.assertTrue(self.score_new(self.Rule.assign_scores_to_leads))
        self.run_job()
        self.assertEqual(lead.user_id, self.ann)

    def test_without_rules_leads_are_handed_over_when_they_come(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_lead()
        self.assertFalse(self.Rule.search([]))
        with self.enter_registry_test_mode():
            self.env.ref(
                "website_crm_score.ir_cron_score_new_leads"
            ).method_direct_trigger()
        triggers = self.env["ir.cron.trigger"]
        self.assertTrue(triggers.search_count([("cron_id", "=", self.job.id)]))
        self.run_job()
        self.assertEqual(lead.user_id, self.ann)

    def test_others_wait_for_the_daily_assignment(self):
        for values in (
            {"assignment_at_once": False},
            {"assignment_optout": True},
            {"active": False},
        ):
            team = self.make_team("Later", 0, [self.ann], **values)
            lead = self.make_scored(60)
            self.assertFalse(self.score_new())
            self.run_job()
            self.assertFalse(lead.team_id)
            team.active = lead.active = False
        self.assertFalse(self.count_plans())

    def test_where_leads_are_not_assigned_by_rules_none_is_at_once(self):
        self.make_team("Direct", 0, [self.ann])
        self.env["ir.config_parameter"].set_param("crm.lead.auto.assignment", False)
        self.make_scored(60)
        self.assertFalse(self.score_new())

    def test_a_lead_that_a_team_takes_which_waits_is_left_to_it(self):
        """It has the highest minimum that the lead reaches."""
        self.make_team("At once", 20, [self.ann])
        self.make_team("Later", 50, [self.bob], assignment_at_once=False)
        low, high = self.make_scored(40, 60)
        self.score_and_assign()
        self.assertEqual(low.user_id, self.ann)
        self.assertFalse(high.team_id)
        self.assign_daily()
        self.assertEqual(high.user_id, self.bob)

    def test_no_plan_is_made_where_there_is_nothing_to_give(self):
        self.make_team("Direct", 50, [self.ann])
        self.make_scored(40)
        self.assertTrue(self.score_new())
        with patch.object(planner, "read_facts") as read:
            self.run_job()
        read.assert_not_called()
        self.assertFalse(self.count_plans())

    def test_leads_of_before_are_left_to_the_daily_assignment(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        self.score_new()
        self.set_scored(lead, fields.Datetime.now() - timedelta(days=2))
        self.run_job()
        self.assertFalse(lead.user_id)

    def test_with_working_hours_only_who_is_not_at_work_now_gets_nothing(self):
        """The daily assignment looks a day ahead."""
        team = self.make_team("Direct", 0, [self.ann])
        team.assignment_working_hours = True
        self.ann.tz = "UTC"
        night, day = datetime(2026, 11, 3, 3), datetime(2026, 11, 3, 10)
        for date, is_given in ((night, False), (day, True)):
            with self.subTest(date), self.at(date):
                lead = self.make_scored(60)
                self.set_scored(lead, date)
                self.Team._cron_assign_at_once()
                self.assertEqual(bool(lead.user_id), is_given)
        # Nor is it planned, to be left out then.
        self.assertFalse(self.Plan.search([]).line_ids.filtered("left_reason"))

    # THE SHARE OF THE DAY

    def test_what_was_given_at_once_is_not_given_again_that_day(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 60})])
        first = self.make_scored(60)
        self.score_and_assign()
        others = self.make_scored(59, 58, 57)
        self.assign_daily()
        self.assertEqual(first.user_id, self.ann)
        self.assertEqual(len(others.filtered("user_id")), 1)
        later = self.make_scored(90)
        self.score_and_assign()
        self.assertFalse(later.user_id)

    def test_turns_go_on_where_the_daily_assignment_stopped(self):
        self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        leads = self.make_scored(60)
        self.assign_daily()
        for _turn in range(2):
            leads += self.make_scored(60)
            self.score_and_assign()
        self.assertEqual(leads.mapped("user_id"), self.ann + self.bob + self.eve)

    def test_teams_that_share_are_owed_only_what_was_given(self):
        """The turn of the team that waits comes again, until it has had it."""
        now = self.make_team("Now", 50, [self.ann])
        later = self.make_team("Later", 50, [self.bob], assignment_at_once=False)
        leads = self.make_scored(*range(60, 80))
        self.score_and_assign()
        self.assertEqual(now.assignment_credit, -later.assignment_credit)
        self.assertLess(now.assignment_credit, 0)
        self.assign_daily()
        self.assertEqual((now + later).mapped("assignment_credit"), [0, 0])
        self.assertEqual(self.get_seller_counts(leads), [10, 10, 0])

    # MEANWHILE

    def test_while_leads_are_assigned_it_waits_a_minute(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        self.score_new()
        with patch.object(lock, "_call", return_value=False):
            self.run_job()
        self.assertFalse(lead.user_id)
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.job.id)], order="call_at desc", limit=1
        )
        minutes = (trigger.call_at - fields.Datetime.now()) / timedelta(minutes=1)
        self.assertTrue(0 < minutes <= 2, minutes)

    def test_a_lead_that_somebody_takes_meanwhile_is_left(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60)
        self.score_new()
        draft = planner.make_draft

        def take(*args, **kwargs):
            made = draft(*args, **kwargs)
            lead.user_id = self.bob
            return made

        with patch("odoo.addons.crm_team_assign.execution.assignment.make_draft", take):
            self.run_job()
        self.assertEqual(lead.user_id, self.bob)

    @mute_logger("odoo.models.unlink")
    def test_duplicates_are_merged_first(self):
        self.make_team("Direct", 50, [self.ann])
        old = self.make_scored(30, email_from="twin@assign.example.com")
        self.score_new()
        self.run_job()
        self.assertFalse(old.user_id)
        self.set_age(old, fields.Datetime.now() - timedelta(days=30))
        self.set_scored(old, fields.Datetime.now() - timedelta(days=30))
        new = self.make_scored(60, email_from="twin@assign.example.com")
        self.score_and_assign()
        [lead] = (old + new).exists()
        self.assertEqual(lead.user_id, self.ann)

    @mute_logger("odoo.models.unlink")
    def test_what_a_new_one_is_merged_into_is_handed_over(self):
        """However long it has been there, with the same score."""
        old = self.make_scored(60, email_from="twin@assign.example.com")
        self.score_new()
        self.set_age(old, fields.Datetime.now() - timedelta(days=30))
        self.set_scored(old, fields.Datetime.now() - timedelta(days=30))
        self.make_team("Direct", 50, [self.ann])
        new = self.make_scored(60, email_from="twin@assign.example.com")
        self.score_and_assign()
        self.assertEqual((old + new).exists(), old)
        self.assertEqual(old.user_id, self.ann)

    # ONE PLANNER

    @mute_logger("odoo.models.unlink")
    def test_dry_run_button_job_and_at_once_give_the_same_answers(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.check_same_answers(random.Random(seed))

    @mute_logger("odoo.models.unlink")
    def test_they_do_so_whoever_is_away(self):
        """Paused until a day, on time off, or not at work; all day, as who comes in the
        afternoon gets nothing at once in the morning with *Working Hours Only*."""
        away = 0
        for seed in SEEDS:
            with self.subTest(seed=seed):
                away += self.check_same_answers(random.Random(seed), self.send_away)
        self.assertGreater(away, len(SEEDS))

    def send_away(self, dice, teams):
        """Have some members be away; return them."""
        self.env.company.resource_calendar_id = self.make_calendar()
        teams.filtered(lambda team: dice.random() < 0.5).assignment_working_hours = True
        teams.filtered(lambda team: dice.random() < 0.5).assignment_balance = True
        now = fields.Datetime.now()
        span = now - timedelta(days=2), now + timedelta(days=5)
        paused, off = (
            teams.crm_team_member_ids.filtered(lambda _member: dice.random() < 0.3)
            for _fate in range(2)
        )
        paused.assignment_optout = True
        paused.assignment_paused_until = span[1].date()
        off_spans = {member: [span] for member in off}
        self.patch(
            self.registry["crm.team.member"],
            "_get_absences",
            lambda *args: defaultdict(list, off_spans),
        )
        return paused | off

    def check_same_answers(self, dice, send_away=None):
        savepoint = self.env.cr.savepoint()
        teams, leads = self.make_facts(dice)
        away = send_away(dice, teams) if send_away else teams.crm_team_member_ids[:0]
        self.Rule.assign_scores_to_leads()
        self.env.flush_all()
        answers = {
            "dry run": self.read_plan(self.Plan._rehearse(teams)),
            **{
                name: self.try_out(way, leads)
                for name, way in {
                    "confirmed": lambda: self.Plan._rehearse(teams).action_confirm(),
                    "button": lambda: teams.action_assign_leads(),
                    "job": self.assign_daily,
                    "at once": self.Team._cron_assign_at_once,
                }.items()
            },
        }
        first = answers["dry run"]
        for name, answer in answers.items():
            self.assertEqual(answer, first, name)
        absent = {(member.crm_team_id.id, member.user_id.id) for member in away}
        self.assertFalse(absent & set(first.values()))
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        return len(away)

    def make_facts(self, dice):
        teams = self.Team
        for number in range(dice.randint(1, 3)):
            sellers = dice.sample([self.ann, self.bob, self.eve], dice.randint(1, 3))
            cities = dice.choice(["[]", "[('city', '=', 'Rome')]"])
            members = [
                (seller, {"assignment_max": dice.choice([0, 30, 60, 300])})
                for seller in sellers
            ]
            minimum = dice.choice([10, 40, 40, 70])
            teams += self.make_team(f"Team {number}", minimum, members)
            teams[-1].assignment_domain = cities
        leads = self.Lead
        for number in range(dice.randint(1, 12)):
            email = dice.choice(["", f"{number % 3}@assign.example.com"])
            leads += self.make_scored(
                dice.choice([5, 20, 45, 60, 80]),
                email_from=email,
                city=dice.choice(["Rome", "Oslo"]),
                team_id=dice.choice([False, False, False, *teams.ids]),
            )
        return teams, leads

    def read_plan(self, plan):
        return {
            line.lead_id.id: (line.team_id.id, line.user_id.id)
            for line in plan.line_ids
            if line.outcome in ("member", "team")
        }

    def try_out(self, way, leads):
        """Return what a way of assigning does, which is taken back."""
        before = {lead.id: (lead.team_id, lead.user_id) for lead in leads}
        savepoint = self.env.cr.savepoint()
        way()
        self.env.flush_all()
        self.env.invalidate_all()
        after = {
            lead.id: (lead.team_id.id, lead.user_id.id)
            for lead in leads.exists()
            if (lead.team_id, lead.user_id) != before[lead.id]
        }
        savepoint.close(rollback=True)
        self.env.invalidate_all()
        return after
