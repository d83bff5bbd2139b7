from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score.models.website_crm_score import WebsiteCrmScore

from .common import LONG_AGO, AssignmentCase

MODELS = (
    "crm.assignment.plan",
    "crm.assignment.plan.line",
    "crm.assignment.plan.reason",
    "crm.assignment.plan.share",
    "crm.assignment.load",
    "crm.assignment.handover",
    "crm.assignment.report",
    "crm.assignment.waiting",
)
READ, ALL = "read", "read write create unlink"
# Who may do what on which model; whoever is not named may do nothing.
ACCESS = {
    **{model: {"manager": READ} for model in MODELS},
    "crm.assignment.plan": {"manager": "read unlink"},
    "crm.assignment.start": {"manager": ALL, "system": ALL},
    "crm.assignment.start.line": {"manager": ALL, "system": ALL},
    "crm.assignment.why": {"ann": READ, "all": READ, "manager": READ},
    "crm.assignment.filter.mixin": {},
    "crm.assignment.presence": {},
    "crm.assignment.taking.back": {},
}
PUBLIC_METHODS = {
    "action_assign",
    "action_confirm",
    "action_discard",
    "action_explain_assignment",
    "action_open_team",
    "action_open_lead",
    "action_plan",
    "action_plan_assignment",
    "action_start_assignment",
    "action_switch_share",
    "action_update",
    "action_view_handovers",
    "action_view_leads",
    "action_view_lines",
    "action_write",
    "create",
    "message_post",
    "unlink",
    "web_read_group",
    "write",
}
EVERYBODY = ("assign_public", "assign_portal", "assign_ann", "assign_all")


@tagged("post_install", "-at_install")
class TestSecurity(AssignmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, login="assign_public", groups="base.group_public")
        new_test_user(cls.env, login="assign_portal", groups="base.group_portal")
        new_test_user(
            cls.env,
            login="assign_all",
            groups="sales_team.group_sale_salesman_all_leads",
        )
        cls.team = cls.make_team("Direct", 50, [cls.ann])
        cls.member = cls.team.crm_team_member_ids

    def as_user(self, login, records):
        user = self.env["res.users"].search([("login", "=", login)])
        return records.with_user(user)

    def test_each_role_may_do_what_the_matrix_says_on_each_model(self):
        new_test_user(self.env, login="assign_internal", groups="base.group_user")
        new_test_user(self.env, login="assign_system", groups="base.group_system")
        roles = [*EVERYBODY, "assign_internal", "assign_system", "assign_manager"]
        for model, cells in ACCESS.items():
            for login in roles:
                allowed = cells.get(login.removeprefix("assign_"), "").split()
                records = self.as_user(login, self.env[model])
                for operation in ALL.split():
                    with self.subTest(model=model, login=login, operation=operation):
                        self.assertEqual(
                            records.has_access(operation), operation in allowed
                        )

    def test_the_matrix_knows_every_model_of_the_addon(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "crm_team_assign"
        }
        self.assertEqual(ours, set(ACCESS))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_a_manager_may_write_what_assignment_goes_by(self):
        for login in EVERYBODY:
            for records, vals in (
                (self.team, {"min_for_assign": 1}),
                (self.team, {"assignment_error": "x"}),
                (self.team, {"assignment_credit": 1000}),
                (self.team, {"assignment_at_once": True}),
                (self.team, {"take_back_hours": 8}),
                (self.team, {"take_back_date": LONG_AGO}),
                (self.team, {"assignment_last_member_id": self.member.id}),
                (self.member, {"assignment_unlimited": True}),
                (self.member, {"assignment_error": "x"}),
            ):
                with (
                    self.subTest(login=login, vals=vals),
                    self.assertRaises(AccessError),
                ):
                    self.as_user(login, records).write(vals)
        self.team.with_user(self.manager).min_for_assign = 20
        self.member.with_user(self.manager).assignment_unlimited = True
        self.assertEqual(self.team.min_for_assign, 20)

    def test_a_salesperson_may_read_the_minimum(self):
        self.assertEqual(self.team.with_user(self.ann).min_for_assign, 50)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_a_manager_may_assign_leads(self):
        lead = self.make_scored(60)
        with patch.object(WebsiteCrmScore, "assign_scores_to_leads") as score:
            for login in EVERYBODY:
                with self.subTest(login=login), self.assertRaises(UserError):
                    self.as_user(login, self.team).action_assign_leads()
        score.assert_not_called()
        self.env.invalidate_all()
        self.assertFalse(lead.user_id)
        self.team.with_user(self.manager).action_assign_leads()
        self.assertEqual(lead.user_id, self.ann)

    def test_no_step_of_the_run_can_be_called_from_outside(self):
        steps = {
            "crm.team": [
                "_cron_assign_leads",
                "_action_assign_leads",
                "_update_scores",
                "_allocate_leads",
                "_assign_and_convert_leads",
                "_find_candidates",
                "_get_takers",
                "_cron_assign_at_once",
                "_note_assignment_errors",
            ],
            "crm.assignment.plan": ["_rehearse", "_fill", "_carry_out"],
            "crm.assignment.handover": ["_cron_follow_up", "_bring_up_to_date"],
            "crm.lead": ["_get_allocation_domain"],
            "ir.cron": ["_in_batches", "_attempt"],
        }
        for model, name in [(key, name) for key in steps for name in steps[key]]:
            records = self.env[model].with_user(self.manager)
            with self.subTest(name=name):
                self.assertTrue(hasattr(records, name))
                with self.assertRaises(AccessError):
                    call_kw(records, name, [[]], {})

    def test_nothing_else_is_public(self):
        models = ("crm.team", "crm.team.member", "crm.lead", "crm.assignment.start")
        for model in (*models, *MODELS):
            for cls in type(self.env[model]).__mro__:
                if not cls.__module__.startswith("odoo.addons.crm_team_assign."):
                    continue
                methods = [
                    name
                    for name, value in vars(cls).items()
                    if callable(value) and not name.startswith("_")
                ]
                self.assertLessEqual(set(methods), PUBLIC_METHODS)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_but_managers_sees_plans_and_these_change_none(self):
        self.make_scored(40, 60)
        self.Rule.assign_scores_to_leads()
        plan = self.team.with_user(self.manager).action_plan_assignment()
        self.env[plan["res_model"]].browse(plan["res_id"]).action_confirm()
        for model in MODELS:
            records = self.env[model].search([], limit=1)
            self.assertTrue(records)
            for login in EVERYBODY:
                with (
                    self.subTest(model=model, login=login),
                    self.assertRaises(AccessError),
                ):
                    self.as_user(login, records).read(["display_name"])
            records.with_user(self.manager).read(["display_name"])
            with self.subTest(model=model), self.assertRaises(AccessError):
                records.with_user(self.manager).write({"team_id": False})
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(self.manager).create({})

    def test_a_copy_of_a_team_starts_afresh(self):
        self.team.write(
            {"assignment_credit": 5, "assignment_last_member_id": self.member.id}
        )
        copy = self.team.copy()
        self.assertEqual(copy.min_for_assign, 50)
        self.assertFalse(copy.assignment_credit)
        self.assertFalse(copy.assignment_last_member_id)

    def make_plans_of_companies(self):
        """Return plans of a team of this company, of another's, and of both."""
        other = self.env["res.company"].create({"name": "Other"})
        self.ann.company_ids += other
        mine = self.make_team("Mine", 0, [self.ann], company_id=self.env.company.id)
        theirs = self.make_team("Theirs", 0, [self.ann], company_id=other.id)
        self.make_scored(60)
        plans = self.env["crm.assignment.plan"]
        both = mine + theirs
        return [plans._rehearse(teams) for teams in (mine, theirs, both)]

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_a_manager_sees_no_plan_of_another_company(self):
        mine, theirs, both = self.make_plans_of_companies()
        as_manager = self.env["crm.assignment.plan"].with_user(self.manager)
        visible = as_manager.search([("id", "in", (mine + theirs + both).ids)])
        self.assertEqual(visible, mine)
        for plan in (theirs, both):
            plan = plan.with_user(self.manager)
            for method in (plan.unlink, plan.action_confirm, plan.action_discard):
                with self.assertRaises(AccessError):
                    method()
            for model in MODELS[1:4]:
                records = self.env[model].with_user(self.manager)
                self.assertFalse(records.search([("plan_id", "=", plan.id)]))
        lines = self.env["crm.assignment.plan.line"].with_user(self.manager)
        self.assertTrue(lines.search([("plan_id", "=", mine.id)]))

    def test_who_works_in_all_its_companies_sees_a_plan(self):
        _mine, _theirs, both = self.make_plans_of_companies()
        self.manager.company_ids += both.team_ids.company_id
        companies = self.manager.company_ids.ids
        both = both.with_user(self.manager).with_context(allowed_company_ids=companies)
        self.assertEqual(len(both.search([("id", "=", both.id)])), 1)
        self.assertTrue(both.line_ids)

    def test_a_plan_counts_no_leads_that_its_reader_does_not_see(self):
        """A team of no company looks at the leads of all."""
        other = self.env["res.company"].create({"name": "Other"})
        self.team.assignment_domain = "[('city', '=', 'Rome')]"
        self.make_scored(60, company_id=self.env.company.id)
        self.make_scored(60, company_id=other.id)
        self.ann.company_ids += other
        plan = self.env["crm.assignment.plan"]._rehearse(
            self.team, self.Lead.search([("name", "=", "Score 60")])
        )
        self.assertEqual(plan.unassigned_count, 2)
        self.env.invalidate_all()
        seen = plan.with_user(self.manager)
        self.assertEqual(seen.unassigned_count, 1)
        self.assertEqual((seen.hidden_count, seen.planned_count), (1, 0))
        self.assertEqual(seen.reason_ids.mapped("lead_count"), [1])

    def test_a_plan_says_how_many_leads_of_other_companies_it_does_not_show(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.ann.company_ids += other
        self.manager.company_ids += other
        team = self.make_team("Shared", 0, [self.ann])
        for company in self.env.company + other:
            self.make_scored(60, company_id=company.id)
        plan = self.env["crm.assignment.plan"]._rehearse(
            team, self.Lead.search([("name", "=", "Score 60")])
        )
        both = self.env.company + other
        plan = plan.with_user(self.manager).with_context(allowed_company_ids=both.ids)
        one = plan.with_context(allowed_company_ids=self.env.company.ids)
        self.assertEqual((plan.lead_count, plan.hidden_count), (2, 0))
        self.assertEqual((one.lead_count, one.hidden_count), (2, 1))
        self.assertEqual((plan.planned_count, one.planned_count), (2, 2))
        self.assertEqual((plan.member_lead_count, one.member_lead_count), (2, 1))
        one.action_confirm()
        self.env.invalidate_all()
        self.assertEqual((plan.done_count, plan.hidden_count), (2, 0))
        self.assertEqual((one.done_count, one.hidden_count), (1, 1))
        self.assertEqual(one.share_ids.mapped("done_count"), [2])
