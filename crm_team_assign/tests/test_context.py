from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import AssignmentCase

# What a client can put into the context: anything that JSON has.
NONSENSE = {
    "assignment": {"force_quota": False, "draft": None},
    "assignment_run": {"force_quota": False, "plan": None},
    "assigned_per_day": {},
    "assigned_by_plan": {},
    "is_assignment": True,
    "is_automatic_merge": True,
    "assignment_log": [],
    "assignment_logs": [],
    "merge_log": [],
    "merge_logs": [],
    "messages_to_log": [],
}


@tagged("post_install", "-at_install")
class TestContext(AssignmentCase):
    """What a client puts into the context decides nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()

    def call(self, records, name, *arguments, **context):
        """Call a method as a sales manager does over RPC."""
        records = records.with_user(self.manager).browse()
        context = {**NONSENSE, **context}
        return call_kw(records, name, list(arguments), {"context": context})

    def test_a_note_is_posted(self):
        lead = self.make_lead()
        context = {"context": NONSENSE}
        records = self.Lead.with_user(self.manager)
        call_kw(records, "message_post", lead.ids, {"body": "Called her", **context})
        self.assertIn("Called her", str(lead.message_ids.mapped("body")))

    def test_a_change_of_each_lead_is_logged(self):
        leads = self.make_lead() + self.make_lead()
        self.env.flush_all()
        self.env.cr.flush()
        self.call(self.Lead, "write", leads.ids, {"user_id": self.ann.id})
        self.env.flush_all()
        self.env.cr.flush()
        for lead in leads:
            tracked = lead.message_ids.sudo().tracking_value_ids
            self.assertIn("user_id", tracked.mapped("field_id.name"))

    def test_leads_are_assigned_as_many_as_there_is_room_for(self):
        team = self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(3, 2, 1)
        given = {self.get_member(team, self.ann).id: -10}
        self.call(
            self.Team,
            "action_assign_leads",
            team.ids,
            assigned_by_plan=given,
            assigned_per_day={self.get_member(team, self.ann).id: [0] * 30},
        )
        self.assertEqual(leads.mapped("user_id"), self.ann)
        self.assertEqual(len(leads.filtered("user_id")), 1)

    def test_archived_teams_take_no_leads(self):
        self.make_team("Fine", 50, [self.ann])
        archived = self.make_team("Archived", 0, [self.bob])
        archived.active = False
        lead = self.make_scored(10)
        self.run_rules()
        found = self.call(
            self.Lead, "search", [("below_minimum", "=", True)], active_test=False
        )
        self.assertEqual(found, lead.ids)

    def test_archived_teams_are_no_part_of_a_plan(self):
        team = self.make_team("Fine", 0, [self.ann])
        archived = self.make_team("Archived", 0, [self.bob])
        archived.active = False
        lead = self.make_scored(10)
        for records, ids in ((self.Team, []), (self.Lead, lead.ids)):
            action = self.call(
                records, "action_plan_assignment", ids, active_test=False
            )
            plan = self.env["crm.assignment.plan"].browse(action["res_id"])
            teams = plan.with_context(active_test=False).team_ids
            self.assertEqual(teams, team)
