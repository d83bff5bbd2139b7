import itertools
from contextlib import contextmanager

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm.models.crm_team import CrmTeam

from ..execution import at_once
from ..execution.inquiry import Inquiry
from .plan_common import PlanCase

CORE = "odoo.addons.crm.models.crm_team"


@tagged("post_install", "-at_install")
class TestForeseenFilters(PlanCase):
    """As in core, filters of salespeople are asked of leads that have got their team,
    and with it a stage and a company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stages = cls.env["crm.stage"]
        stages.search([("is_won", "=", False)]).sequence = 5
        cls.company = cls.env["res.company"].create({"name": "Other"})
        cls.ann.company_ids += cls.company
        cls.manager.company_ids += cls.company
        cls.team = cls.make_team("Direct", 0, [cls.ann], company_id=cls.company.id)
        cls.rival = cls.make_team("Rival", 0)
        cls.own, cls.other, cls.common = stages.create(
            [
                {"name": "Own", "sequence": 1, "team_ids": cls.team.ids},
                {"name": "Other", "sequence": 2, "team_ids": cls.rival.ids},
                {"name": "Common", "sequence": 3},
            ]
        )
        cls.leads = cls.make_leads(4)
        cls.leads[1].stage_id = cls.other
        cls.leads[2].stage_id = cls.common
        cls.leads[3].write({"team_id": cls.team.id, "stage_id": cls.common.id})
        cls.leads[0].stage_id = False
        cls.env.flush_all()
        cls.member = cls.team.crm_team_member_ids

    def list_filters(self):
        team, company = self.team.id, self.company.id
        own, common = self.own.id, self.common.id
        return [
            f"[('team_id', '=', {team})]",
            f"[('team_id', 'not in', [{team}])]",
            "[('team_id', '=', False)]",
            "[('team_id.name', '=', 'Direct')]",
            "[('team_id.name', 'ilike', 'rival')]",
            "[('team_id', 'any', [('name', '=', 'Direct')])]",
            "[('team_id', 'ilike', 'Dir')]",
            f"[('stage_id', '=', {own})]",
            f"[('stage_id', '!=', {own})]",
            "[('stage_id', '=', False)]",
            "[('stage_id.name', 'in', ['Other', 'Common'])]",
            f"['!', ('stage_id', 'in', [{common}])]",
            f"['|', ('stage_id', '=', {common}), ('stage_id.sequence', '<', 2)]",
            f"[('company_id', '=', {company})]",
            "[('company_id', '=', False)]",
            "[('company_id.name', '=', 'Other'), ('stage_id', '!=', False)]",
            "[('reaches_minimum', '=', True)]",
        ]

    @contextmanager
    def undone(self):
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    def find_given(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.ann
        return self.leads.filtered(lambda lead: lead.user_id == user)

    @mute_logger(CORE)
    def assign_as_core(self):
        """Return the leads that core would give to Ann."""
        with self.undone():
            CrmTeam._allocate_leads(self.team, creation_delta_days=0)
            CrmTeam._assign_and_convert_leads(self.team)
            return self.find_given()

    def check_filters(self, check):
        found = set()
        for text in self.list_filters():
            with self.subTest(text), self.undone():
                self.member.assignment_domain = text
                given = self.assign_as_core()
                found.add(given)
                check(given)
        self.assertGreater(len(found), 3)  # they differ

    def test_the_button_gives_what_core_gives(self):
        def check(given):
            self.assign(self.team)
            self.assertEqual(self.find_given(), given)
            self.assertEqual(self.leads.team_id, self.team)

        self.check_filters(check)

    def test_a_dry_run_promises_it_and_is_carried_out(self):
        def check(given):
            plan = self.rehearse(self.team)
            lines = self.get_lines(plan, "member")
            self.assertEqual(lines.lead_id.sorted("id"), given)
            self.confirm(plan)
            self.assertEqual(self.find_given(), given)
            self.assertNotIn("left_out", plan.line_ids.mapped("state"))

        self.check_filters(check)

    def test_the_daily_job_and_the_one_at_once_give_it(self):
        own = f"[('stage_id', '=', {self.own.id}), ('team_id.name', '=', 'Direct')]"
        self.member.assignment_domain = own
        given = self.assign_as_core()
        self.assertEqual(given, self.leads[:2])
        with self.undone():
            self.assign_daily()
            self.assertEqual(self.find_given(), given)
        self.team.assignment_at_once = True
        at_once.assign_at_once(self.Team)
        self.assertEqual(self.find_given(), given)

    def test_what_is_preferred_is_preferred_by_it(self):
        self.team.company_id = False
        members = self.env["crm.team.member"]
        members.create({"crm_team_id": self.team.id, "user_id": self.bob.id})
        self.team.crm_team_member_ids.assignment_max = 90  # three a day
        self.member.assignment_domain_preferred = f"[('stage_id', '=', {self.own.id})]"
        preferred = self.leads[:2]
        self.assertLessEqual(preferred, self.assign_as_core())
        self.assign(self.team)
        self.assertLessEqual(preferred, self.find_given())

    def test_who_asks_why_not_and_the_waiting_leads_are_told_it(self):
        def check(given):
            for lead in self.leads:
                inquiry = Inquiry(lead.with_user(self.manager))
                [team] = inquiry.ask_teams()
                [member] = team["members"]
                self.assertEqual(member["code"] == "free", lead in given)
                self.assertEqual(bool(member["conditions"]), lead not in given)
                reason = lead.with_user(self.manager).waiting_id.reason
                expected = "turn" if lead in given else "member_filter"
                self.assertEqual(reason, expected)

        self.rival.active = False
        self.check_filters(check)

    def test_the_probability_is_that_of_the_stage_that_leads_get(self):
        self.env["ir.config_parameter"].set_param("crm.pls_fields", "")
        self.env["crm.lead.scoring.frequency"].create(
            [
                {
                    "variable": "stage_id",
                    "value": stage.id,
                    "won_count": won,
                    "lost_count": 100 - won,
                    "team_id": self.team.id,
                }
                for stage, won in ((self.own, 90), (self.common, 50), (self.other, 10))
            ]
        )
        self.leads.write({"probability": 20, "automated_probability": 20})
        self.member.assignment_domain = "[('probability', '>', 60)]"
        given = self.assign_as_core()
        self.assertEqual(given, self.leads[:2])
        self.assign(self.team)
        self.assertEqual(self.find_given(), given)

    def test_many_filters_ask_once_which_stages_a_team_has(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            with self.undone():
                before = self.env.cr.sql_log_count
                self.rehearse(self.team)
                return self.env.cr.sql_log_count - before

        def add_members(count):
            names = (f"more{next(numbers)}" for _number in range(count))
            self.env["crm.team.member"].create(
                [
                    {
                        "crm_team_id": self.team.id,
                        "user_id": user.id,
                        "assignment_max": 300,
                        "assignment_domain": f"[('stage_id', '=', {self.own.id})]",
                    }
                    for user in self.make_sellers(*names)
                ]
            )

        self.team.company_id = False
        numbers = itertools.count()
        counts = []
        for count in (1, 5, 5):
            add_members(count)
            count_queries()  # fills caches
            counts.append(count_queries())
        one, two = counts[1] - counts[0], counts[2] - counts[1]
        self.assertEqual(one, two)
        self.assertLessEqual(two, 5 * 4)  # two filters in a savepoint each
