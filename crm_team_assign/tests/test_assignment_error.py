from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm.models.crm_lead import CrmLead

from .common import AssignmentCase

FILTER_LOGGER = "odoo.addons.crm_team_assign.models.crm_assignment_filter_mixin"
BATCH_LOGGER = "odoo.addons.crm_team_assign.models.ir_cron"


@tagged("post_install", "-at_install")
class TestAssignmentError(AssignmentCase):
    """One bad team, member or lead never stops the others."""

    def break_filter(self, record, name="assignment_domain", text=None):
        text = text or "[('gone_field', '=', 1)]"
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {record._table} SET {name} = %s WHERE id = %s", (text, record.id)
        )
        record.invalidate_recordset([name])

    @mute_logger(FILTER_LOGGER)
    def test_a_team_with_a_broken_filter_stops_no_other_team(self):
        broken = self.make_team("Broken", 50, [self.ann])
        team = self.make_team("Fine", 0, [self.bob])
        self.break_filter(broken)
        leads = self.make_scored(90, 10)
        waiting = self.make_scored(95, team_id=broken.id)
        self.assign()
        self.assertEqual(leads.team_id, team)
        self.assertEqual(leads.user_id, self.bob)
        self.assertFalse(waiting.user_id)

    def test_whatever_the_filter_is_the_others_are_assigned(self):
        lead = self.Lead
        for text in (
            "[('gone_field', '=', 1)]",
            "[('team_id.gone_field', '=', 1)]",
            "[('score', '>=', 'much')]",
            "[('score', '>='",
            "nonsense",
            "42",
            "[('id', '=', uid)]",
            "__import__('os')",
        ):
            with self.subTest(text=text), mute_logger(FILTER_LOGGER):
                broken = self.make_team("Broken", 50, [self.ann])
                team = self.make_team("Fine", 0, [self.bob])
                self.break_filter(broken, text=text)
                lead = self.make_scored(90)
                self.assign()
                self.assertEqual(lead.team_id, team)
                self.assertTrue(broken.assignment_error)
                (broken + team).active = False

    @mute_logger(FILTER_LOGGER)
    def test_the_team_shows_its_error_until_its_filter_is_changed(self):
        team = self.make_team("Broken", 0, [self.ann])
        self.break_filter(team)
        self.assign()
        self.assertIn("gone_field", team.assignment_error)
        team.assignment_domain = "[]"
        self.assertFalse(team.assignment_error)

    @mute_logger(FILTER_LOGGER)
    def test_the_error_goes_once_the_filter_works_again(self):
        team = self.make_team("Broken", 0, [self.ann])
        self.break_filter(team)
        self.assign()
        self.break_filter(team, text="[('city', '=', 'Paris')]")
        self.assertTrue(team.assignment_error)
        self.assign()
        self.assertFalse(team.assignment_error)

    @mute_logger(FILTER_LOGGER)
    def test_a_member_with_a_broken_filter_stops_no_other_member(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob])
        member = self.get_member(team, self.ann)
        self.break_filter(member)
        leads = self.make_scored(3, 2, 1)
        self.assign()
        self.assertEqual(leads.user_id, self.bob)
        self.assertIn("gone_field", member.assignment_error)
        self.assertFalse((team.crm_team_member_ids - member).assignment_error)
        self.assertFalse(team.assignment_error)

    @mute_logger(FILTER_LOGGER)
    def test_a_member_with_a_broken_preference_is_left_out_too(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob])
        member = self.get_member(team, self.ann)
        self.break_filter(member, "assignment_domain_preferred")
        leads = self.make_scored(3, 2, 1)
        self.assign()
        self.assertEqual(leads.user_id, self.bob)
        self.assertTrue(member.assignment_error)
        member.assignment_domain_preferred = False
        self.assertFalse(member.assignment_error)

    @mute_logger(BATCH_LOGGER)
    def test_a_lead_that_cannot_be_assigned_stops_no_other_lead(self):
        self.make_team("Direct", 0, [self.ann])
        leads = self.make_scored(4, 3, 2, 1)
        write = CrmLead.write

        def refuse_one(records, vals):
            if leads[1] in records and vals.get("user_id"):
                raise ValueError("no")
            return write(records, vals)

        with patch.object(CrmLead, "write", refuse_one):
            self.assign()
        self.assertFalse(leads[1].user_id)
        self.assertTrue(all((leads - leads[1]).mapped("user_id")))

    @mute_logger(BATCH_LOGGER)
    def test_a_lead_that_cannot_get_its_team_stops_no_other_lead(self):
        team = self.make_team("Direct", 0, [self.ann])
        leads = self.make_scored(4, 3, 2, 1)
        write = CrmLead.write

        def refuse_one(records, vals):
            if leads[1] in records and vals.get("team_id"):
                raise ValueError("no")
            return write(records, vals)

        with patch.object(CrmLead, "write", refuse_one):
            self.assign()
        self.assertFalse(leads[1].team_id)
        self.assertEqual((leads - leads[1]).team_id, team)

    @mute_logger(BATCH_LOGGER)
    def test_duplicates_that_cannot_be_merged_stop_no_other_lead(self):
        self.make_team("Direct", 0, [self.ann])
        leads = self.make_scored(4, 3, email_from="twin@assign.example.com")
        leads += self.make_scored(2)
        with patch.object(CrmLead, "_merge_opportunity", side_effect=ValueError("no")):
            self.assign()
        self.assertEqual(leads.exists(), leads)
        self.assertTrue(all(leads.mapped("user_id")))

    def test_a_removed_custom_field_leaves_out_the_team_that_asked_for_it(self):
        field = self.env["ir.model.fields"].create(
            {
                "name": "x_assign",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "ttype": "char",
            }
        )
        broken = self.make_team(
            "Broken", 50, [self.ann], assignment_domain="[('x_assign', '=', 'a')]"
        )
        team = self.make_team("Fine", 0, [self.bob])
        lead = self.make_scored(90, x_assign="a")
        field.unlink()
        with mute_logger(FILTER_LOGGER):
            self.assign()
        self.assertEqual(lead.team_id, team)
        self.assertIn("x_assign", broken.assignment_error)

    def test_a_team_tells_that_members_were_left_out(self):
        team = self.make_team("Direct", 0, [self.ann])
        team.crm_team_member_ids.assignment_error = "Broken"
        self.make_team("Fine", 0, [self.bob])
        self.assertTrue(team.assignment_member_error)
        found = self.Team.search([("assignment_member_error", "=", True)])
        self.assertEqual(found, team)
