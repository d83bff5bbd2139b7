from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import crm_assignment_plan
from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestAssignmentCompany(AssignmentCase):
    """No lead goes to a team or a person of another company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here = cls.env.company
        cls.there = cls.env["res.company"].create({"name": "There"})
        cls.zoe = cls.make_seller(
            "zoe",
            company_id=cls.there.id,
            company_ids=[Command.set(cls.there.ids)],
        )
        # Core drops the company of a lead without team unless its contact has it.
        cls.partners = {
            company: cls.env["res.partner"].create(
                {"name": company.name, "company_id": company.id}
            )
            for company in cls.here + cls.there
        }

    def make_of(self, company, *scores, **values):
        partner = self.partners[company]
        leads = self.make_scored(
            *scores, company_id=company.id, partner_id=partner.id, **values
        )
        self.assertEqual(leads.company_id, company)
        return leads

    def test_a_lead_goes_to_a_team_of_its_company_only(self):
        self.make_team("Here", 50, [self.ann], company_id=self.here.id)
        there = self.make_team("There", 0, [self.zoe], company_id=self.there.id)
        lead = self.make_of(self.there, 90)
        self.assign()
        self.assertEqual((lead.team_id, lead.user_id), (there, self.zoe))

    def test_a_lead_without_a_team_of_its_company_stays_unassigned(self):
        self.make_team("Here", 0, [self.ann], company_id=self.here.id)
        lead = self.make_of(self.there, 90)
        self.assign()
        self.assertFalse(lead.team_id)
        self.assertEqual(lead.company_id, self.there)

    def test_a_lead_in_a_shared_team_goes_to_a_person_of_its_company_only(self):
        team = self.make_team("Shared", 0, [self.ann, self.zoe])
        leads = self.make_of(self.there, 90, 80, 70)
        self.assign()
        self.assertEqual(leads.team_id, team)
        self.assertEqual(leads.user_id, self.zoe)
        self.assertEqual(leads.company_id, self.there)

    def test_a_team_and_a_person_of_two_companies_are_refused_in_a_batch_too(self):
        team = self.make_team("There", 0, [self.zoe], company_id=self.there.id)
        leads = self.make_of(self.here, 90, 80) + self.make_of(self.there, 70)
        values = {"team_id": team.id, "user_id": self.ann.id}
        with self.assertRaisesRegex(UserError, "company"):
            leads.with_context(is_assignment=True).write(values)

    def test_a_lead_that_waits_in_a_shared_team_keeps_its_company(self):
        paused = (self.zoe, {"assignment_optout": True})
        team = self.make_team("Shared", 0, [self.ann, paused])
        lead = self.make_scored(90, company_id=self.there.id)  # as websites do
        self.assertEqual(lead.company_id, self.there)
        self.assign()
        self.assertEqual(lead.team_id, team)
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.company_id, self.there)

    def test_a_shared_team_takes_no_lead_of_a_company_that_no_member_works_for(self):
        self.make_team("Shared", 50, [self.ann])
        there = self.make_team("There", 0, [self.zoe], company_id=self.there.id)
        lead = self.make_of(self.there, 90)
        self.assign()
        self.assertEqual(lead.team_id, there)

    def test_a_lead_of_no_company_gets_that_of_its_team(self):
        self.make_team("There", 0, [self.zoe], company_id=self.there.id)
        lead = self.make_scored(50)
        self.assign()
        self.assertEqual(lead.user_id, self.zoe)
        self.assertEqual(lead.company_id, self.there)

    @mute_logger("odoo.models.unlink")
    def test_duplicates_of_different_companies_are_not_merged(self):
        self.make_team("Here", 0, [self.ann], company_id=self.here.id)
        self.make_team("There", 0, [self.zoe], company_id=self.there.id)
        email = {"email_from": "twin@assign.example.com"}
        leads = self.make_of(self.here, 10, **email) + self.make_of(
            self.there, 20, **email
        )
        self.assign()
        self.assertEqual(leads.exists(), leads)
        self.assertEqual(leads[0].user_id, self.ann)
        self.assertEqual(leads[1].user_id, self.zoe)

    @mute_logger("odoo.models.unlink")
    def test_a_lead_of_no_company_brings_no_two_companies_together(self):
        self.make_team("Here", 0, [self.ann], company_id=self.here.id)
        email = {"email_from": "twin@assign.example.com"}
        here = self.make_of(self.here, 10, **email)
        there = self.make_of(self.there, 20, **email)
        neither = self.make_scored(30, **email)
        self.assign()
        self.assertEqual(there.exists().company_id, self.there)
        self.assertEqual(len((here + neither).exists()), 1)
        self.assertEqual((here + neither).exists().company_id, self.here)

    @mute_logger("odoo.models.unlink")
    def test_a_lead_that_lost_its_company_is_not_merged_with_one_of_another(self):
        self.make_team("Here", 0, [self.ann], company_id=self.here.id)
        email = {"email_from": "twin@assign.example.com"}
        here = self.make_of(self.here, 10, **email)
        there = self.make_of(self.there, 20, **email)
        there.partner_id = self.env["res.partner"].create({"name": "Of all companies"})
        self.assertFalse(there.company_id, "core empties it")
        self.assign()
        self.assertEqual((here + there).exists(), here + there)
        self.assertEqual(here.user_id, self.ann)

    @mute_logger("odoo.models.unlink")
    def test_a_lead_that_a_user_gives_to_all_companies_is_merged(self):
        self.make_team("Here", 0, [self.ann], company_id=self.here.id)
        email = {"email_from": "twin@assign.example.com"}
        here = self.make_of(self.here, 10, **email)
        there = self.make_of(self.there, 20, **email)
        shared = self.env["res.partner"].create({"name": "Of all companies"})
        there.write({"company_id": False, "partner_id": shared.id})
        self.assign()
        self.assertEqual(len((here + there).exists()), 1)

    def test_leads_one_may_not_see_use_up_capacity_too(self):
        both = self.make_seller(
            "both", company_ids=[Command.set((self.here + self.there).ids)]
        )
        capacity = {"assignment_max": 30}
        team = self.make_team("Shared", 0, [(both, capacity)])
        self.make_of(self.there, 90, team_id=team.id, user_id=both.id)
        lead = self.make_scored(50)
        manager = self.manager.with_company(self.here)
        team.with_user(manager)._action_assign_leads(creation_delta_days=0)
        self.assertFalse(lead.user_id)

    def plan_both(self, *companies):
        """Return a plan for one lead of each company, made by who sees all, as the
        manager sees it, and the leads."""
        self.ann.company_ids = self.here + self.there
        team = self.make_team("Shared", 0, [self.ann])
        leads = self.Lead.union(*(self.make_of(company, 60) for company in companies))
        plan = self.env["crm.assignment.plan"]._rehearse(team)
        return plan.with_user(self.manager), leads

    def test_nobody_confirms_a_plan_of_which_a_part_is_out_of_reach(self):
        plan, leads = self.plan_both(self.here, self.there)
        with self.assertRaisesRegex(UserError, "no access"):
            plan.action_confirm()
        self.assertEqual(plan.state, "draft")
        self.assertFalse(leads.user_id)
        self.manager.company_ids += self.there
        plan.with_context(allowed_company_ids=self.here.ids).action_confirm()
        self.assertEqual(leads.user_id, self.ann)

    def test_nobody_confirms_a_large_plan_of_which_a_part_is_out_of_reach(self):
        plan, _leads = self.plan_both(self.here, self.there)
        with (
            patch.object(crm_assignment_plan, "DIRECT_SIZE", 0),
            self.assertRaisesRegex(UserError, "no access"),
        ):
            plan.action_confirm()

    def test_a_plan_that_is_brought_up_to_date_has_what_is_in_reach(self):
        plan, leads = self.plan_both(self.here, self.there)
        plan.action_update()
        plan.action_confirm()
        self.assertEqual(plan.sudo().line_ids.lead_id, leads[0])
        self.assertEqual(leads.mapped("user_id"), self.ann)
        self.assertFalse(leads[1].user_id)

    def test_leads_out_of_reach_that_stay_as_they_are_keep_nobody_from_confirming(self):
        self.make_team("Here", 0, [self.ann], company_id=self.here.id)
        lead, other = (self.make_of(one, 60) for one in (self.here, self.there))
        teams = self.Team.search([])
        plan = self.env["crm.assignment.plan"]._rehearse(teams, lead + other)
        self.assertEqual(len(plan.line_ids), 2)
        plan.with_user(self.manager).action_confirm()
        self.assertEqual(lead.user_id, self.ann)
        self.assertFalse(other.user_id)
