import importlib.util
from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import file_path

from .common import LONG_AGO, MANAGER, AssignmentCase

MONDAY = datetime(2025, 3, 3, 9)


@tagged("post_install", "-at_install")
class TestHandover(AssignmentCase):
    """What plans gave to salespeople, and what these did then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()
        cls.Handover = cls.env["crm.assignment.handover"]
        cls.team = cls.make_team(
            "Direct", 0, [(cls.ann, {"assignment_unlimited": True})]
        )

    def give(self, *scores, **values):
        """Return leads that a plan gave to Ann an hour ago."""
        leads = self.make_scored(*scores, **values)
        self.assign(self.team)
        self.env.cr.flush()
        self.assertEqual(leads.user_id, self.ann)
        for handover in self.find(leads):
            handover.date -= timedelta(hours=1)
        return leads

    def follow_up(self):
        self.env.flush_all()
        self.env.cr.flush()  # tracking
        self.Handover._bring_up_to_date()

    def find(self, leads):
        return self.Handover.search([("lead_id", "in", leads.ids)])

    def as_ann(self, records):
        context = {"mail_notrack": False, "tracking_disable": False}
        return records.with_user(self.ann).with_context(**context)

    def check_contacted(self, leads, expected=True):
        self.follow_up()
        handovers = self.find(leads)
        self.assertEqual(len(handovers), len(leads))
        for handover in handovers:
            self.assertEqual(bool(handover.first_contact_date), expected)
        return handovers

    def test_what_a_plan_gives_is_noted_once(self):
        lead = self.give(60)
        handover = self.find(lead)
        self.assertEqual(handover.user_id, self.ann)
        self.assertEqual(handover.team_id, self.team)
        self.assertEqual(handover.score, 60)
        self.assertEqual(handover.grade, lead.score_grade)
        self.assertEqual(handover.plan_id.origin, "button")
        self.assertEqual(handover.state, "waiting")
        self.assign(self.team)
        self.assertEqual(self.find(lead), handover)

    def test_a_lead_of_a_team_alone_is_nobodys_handover(self):
        team = self.make_team("Full", 70, [(self.bob, {"assignment_max": 30})])
        leads = self.make_scored(95, 90)
        self.assign(team)
        self.assertEqual(leads.team_id, team)
        self.assertEqual(len(self.find(leads)), 1)

    def test_what_was_given_and_nothing_done_for_has_no_contact(self):
        lead = self.give(60)
        lead.message_post(body="Hello", author_id=self.bob.partner_id.id)
        lead.with_user(self.manager).stage_id = self.env["crm.stage"].search([])[1]
        self.as_ann(lead).read(["name"])
        self.as_ann(lead).write({"description": "Nice"})
        [handover] = self.check_contacted(lead, expected=False)
        self.assertEqual(handover.state, "waiting")

    def test_what_was_done_before_it_was_given_is_no_contact(self):
        lead = self.give(60)
        self.as_ann(lead).message_post(body="Hi", message_type="comment")
        now = fields.Datetime.now()
        self.env["calendar.event"].with_user(self.ann).create(
            {"name": "Meet", "start": now, "stop": now, "opportunity_id": lead.id}
        )
        self.find(lead).date = now + timedelta(minutes=1)
        self.check_contacted(lead, expected=False)

    def test_a_message_is_a_contact(self):
        lead = self.give(60)
        message = self.as_ann(lead).message_post(body="Hi", message_type="comment")
        [handover] = self.check_contacted(lead)
        self.assertEqual(handover.first_contact_date, message.date)
        self.assertEqual(handover.state, "contacted")

    def test_an_activity_that_is_done_is_a_contact(self):
        lead = self.give(60)
        activity = self.as_ann(lead).activity_schedule("mail.mail_activity_data_call")
        self.check_contacted(lead, expected=False)
        activity.action_feedback(feedback="Nobody there")
        self.check_contacted(lead)

    def test_a_meeting_is_a_contact(self):
        lead = self.give(60)
        now = fields.Datetime.now()
        self.env["calendar.event"].with_user(self.ann).create(
            {"name": "Meet", "start": now, "stop": now, "opportunity_id": lead.id}
        )
        self.check_contacted(lead)

    def test_a_stage_that_the_salesperson_moves_is_a_contact(self):
        lead = self.give(60)
        self.as_ann(lead).stage_id = self.env["crm.stage"].search([])[1]
        self.check_contacted(lead)

    def test_the_first_contact_stays_the_first(self):
        lead = self.give(60)
        first = self.as_ann(lead).message_post(body="Hi", message_type="comment")
        self.follow_up()
        with self.at(datetime.now() + timedelta(hours=1)):
            self.as_ann(lead).message_post(body="Again", message_type="comment")
        [handover] = self.check_contacted(lead)
        self.assertEqual(handover.first_contact_date, first.date)

    def test_hours_to_the_first_contact_are_working_hours(self):
        lead = self.make_scored(60)
        calendar = self.env.ref("resource.resource_calendar_std").copy({"tz": "UTC"})
        self.env.company.resource_calendar_id = calendar
        friday = MONDAY - timedelta(days=3)
        self.set_age(lead, LONG_AGO)
        with self.at(friday.replace(hour=15)):
            self.assign(self.team)
        self.find(lead).first_contact_date = MONDAY
        self.Handover._note_contact_hours()
        self.assertEqual(self.find(lead).contact_hours, 2 + 1)

    # ENDS

    def test_a_lead_that_is_closed_or_deleted_ends_it(self):
        won, lost, gone = leads = self.give(60, 50, 40)
        handovers = {lead: self.find(lead) for lead in leads}
        won.action_set_won()
        lost.action_set_lost()
        gone.unlink()
        self.follow_up()
        for handover in handovers.values():
            self.assertTrue(handover.end_date)
        self.assertFalse(handovers[gone].lead_id)

    def test_a_lead_that_somebody_reassigns_by_hand_ends_it_and_begins_no_other(self):
        lead = self.give(60)
        lead.user_id = self.bob
        self.follow_up()
        self.assertEqual(self.find(lead).state, "ended")

    def test_what_was_done_before_it_ended_is_a_contact(self):
        lead = self.give(60)
        self.as_ann(lead).message_post(body="Hi", message_type="comment")
        lead.user_id = self.bob
        [handover] = self.check_contacted(lead)
        self.assertTrue(handover.end_date)

    @mute_logger("odoo.models.unlink", "odoo.addons.base.models.ir_model")
    def test_a_user_who_is_deleted_ends_it(self):
        user = self.make_seller("zoe")
        team = self.make_team("Zoe's", 70, [user])
        lead = self.make_scored(90)
        self.assign(team)
        handover = self.find(lead)
        self.assertEqual(handover.user_id, user)
        lead.user_id = False
        team.crm_team_member_ids.unlink()
        user.unlink()
        self.follow_up()
        self.assertFalse(handover.user_id)
        self.assertTrue(handover.end_date)

    @mute_logger("odoo.models.unlink")
    def test_handovers_of_merged_leads_go_on_as_the_first(self):
        leads = self.give(60, 50, 40)
        handovers = self.find(leads)
        head = leads.merge_opportunity()
        self.as_ann(head).message_post(body="Hi", message_type="comment")
        self.follow_up()
        self.assertEqual(handovers.lead_id, head)
        self.assertEqual(len(handovers.filtered(lambda item: not item.end_date)), 1)
        self.assertTrue(all(handovers.mapped("first_contact_date")))

    # IN SETS

    def test_statements_do_not_grow_with_the_leads(self):
        counts = []
        for number in (1, 12):
            leads = self.give(*[60] * number)
            for lead in leads:
                self.as_ann(lead).message_post(body="Hi", message_type="comment")
            self.follow_up()
            for lead in self.give(*[60] * number):
                self.as_ann(lead).message_post(body="Hi", message_type="comment")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.Handover._bring_up_to_date()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
        self.assertLess(counts[0], 20)

    # RIGHTS

    def test_managers_see_handovers_of_their_companies(self):
        lead = self.give(60)
        handover = self.find(lead).with_user(self.manager)
        self.assertTrue(handover.search([("id", "=", handover.id)]))
        other = self.env["res.company"].create({"name": "Other"})
        boss = self.make_seller(
            "boss", MANAGER, company_id=other.id, company_ids=other.ids
        )
        self.env.cr.execute(
            "UPDATE crm_assignment_handover SET company_id = %s WHERE id = %s",
            (self.env.company.id, handover.id),
        )
        self.env.invalidate_all()
        self.assertFalse(handover.with_user(boss).search([("id", "=", handover.id)]))

    # PLANS OF BEFORE

    def test_plans_that_are_kept_become_handovers(self):
        lead = self.give(60)
        waiting = self.make_scored(50)
        self.assign(self.team)
        date = lead.date_open
        self.env.cr.execute("DELETE FROM crm_assignment_handover")
        path = "crm_team_assign/migrations/19.0.1.3.0"
        path = file_path(f"{path}/post-note_handovers_of_kept_plans.py")
        spec = importlib.util.spec_from_file_location("migration", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for _run in range(2):
            module.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(self.find(lead).date, date.replace(microsecond=0))
        self.assertEqual(self.find(lead).user_id, self.ann)
        self.assertEqual(len(self.find(lead + waiting)), 2)
