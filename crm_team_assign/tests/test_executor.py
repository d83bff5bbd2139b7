import itertools
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.models.mail_followers import MailFollowers
from odoo.addons.mail.models.mail_thread import MailThread

from ..execution import plain_create, planner
from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestExecutor(AssignmentCase):
    """Leads are assigned many at once; whatever listens to a lead hears of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()

    def assign_and_finish(self):
        self.flush_tracking()
        self.assign()
        self.flush_tracking()

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.flush()

    def get_messages(self, lead):
        return lead.message_ids.filtered("tracking_value_ids")

    def test_each_lead_has_one_message_of_what_changed(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob])
        leads = self.make_scored(90, 80, 70)
        self.assign_and_finish()
        for lead in leads:
            [message] = self.get_messages(lead)
            values = {
                value.field_id.name: value.new_value_char
                for value in message.sudo().tracking_value_ids
            }
            self.assertEqual(values["user_id"], lead.user_id.name)
            self.assertEqual(values["team_id"], team.name)
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
            self.assertEqual(message.author_id, self.env.user.partner_id)

    @mute_logger("odoo.models.unlink")
    def test_each_merger_is_summed_up_on_the_lead_that_is_left(self):
        self.make_team("Direct", 0, [self.ann])
        twins, others = (
            self.make_scored(40, 30, email_from=f"{name}@assign.example.com")
            for name in ("twin", "other")
        )
        self.assign_and_finish()
        for leads in (twins, others):
            summaries = leads.exists().message_ids.filtered("body")
            [message] = [item for item in summaries if "Score 30" in item.body]
            self.assertEqual(message.subtype_id, self.env.ref("mail.mt_note"))
            self.assertEqual(message.author_id, self.env.user.partner_id)

    @mute_logger("odoo.models.unlink")
    def test_a_follower_of_notes_is_told_of_a_merger(self):
        self.make_team("Direct", 0, [self.ann])
        leads = self.make_scored(40, 30, email_from="twin@assign.example.com")
        partner, note = self.bob.partner_id, self.env.ref("mail.mt_note")
        leads.message_subscribe(partner.ids, note.ids)
        self.assign_and_finish()
        notified = leads.exists().message_ids.notified_partner_ids
        self.assertEqual(notified, partner)

    def test_the_assignee_follows_the_lead(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(90)
        self.assign_and_finish()
        self.assertIn(self.ann.partner_id, lead.message_partner_ids)

    def test_a_converted_lead_has_a_stage_and_both_dates(self):
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(90, stage_id=False)
        self.assign_and_finish()
        self.assertEqual(lead.type, "opportunity")
        self.assertTrue(lead.stage_id)
        self.assertTrue(lead.date_conversion)
        self.assertTrue(lead.date_open)

    def test_a_customer_and_a_stage_stay(self):
        self.make_team("Direct", 0, [self.ann])
        partner = self.env["res.partner"].create({"name": "Customer"})
        stage = self.env["crm.stage"].create({"name": "Talking"})
        lead = self.make_scored(90, partner_id=partner.id, stage_id=stage.id)
        self.assign_and_finish()
        self.assertEqual((lead.partner_id, lead.stage_id), (partner, stage))

    def count_queries(self, number):
        """Assign some leads, scored already; return how many queries that takes."""
        self.make_scored(*[50] * number)
        self.Rule.assign_scores_to_leads()
        self.flush_tracking()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assign_and_finish()
        return self.env.cr.sql_log_count - before

    def test_the_leads_of_a_batch_take_as_many_queries_as_one_of_each_member(self):
        limits = {"assignment_unlimited": True}
        self.make_team("Direct", 0, [(self.ann, limits), (self.bob, limits)])
        self.make_team("Other", 0, [(self.eve, limits)])
        self.count_queries(6)  # fills caches
        # As many as Odoo logs with one statement
        self.assertEqual(self.count_queries(30), self.count_queries(6))

    def test_who_follows_is_looked_at_and_added_once_a_batch(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        team.message_subscribe(self.manager.partner_id.ids)
        leads, asked, added = self.make_scored(*[90] * 6), [], []
        read, add = MailFollowers._get_subscription_data, plain_create.add

        def note_read(followers, doc_data, *args):
            asked.extend(model for model, _ids in doc_data)
            return read(followers, doc_data, *args)

        def note_added(model, vals_list):
            added.append(model._name)
            return add(model, vals_list)

        with (
            patch.object(MailFollowers, "_get_subscription_data", note_read),
            patch.object(plain_create, "add", note_added),
        ):
            self.assign()
        self.assertEqual(asked, ["crm.team", "crm.lead"])
        self.assertEqual(added.count("mail.followers"), 1)
        for lead in leads:
            self.assertIn(lead.user_id.partner_id, lead.message_partner_ids)

    def test_each_batch_more_takes_as_many_queries(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_unlimited": True})])
        self.env["ir.config_parameter"].set_param("crm.assignment.commit.bundle", 4)
        self.count_queries(4)  # fills caches
        counts = [self.count_queries(4 * batches) for batches in (1, 2, 3, 4)]
        growth = {after - before for before, after in itertools.pairwise(counts)}
        self.assertEqual(len(growth), 1, counts)

    def test_what_leads_had_is_looked_at_once_a_batch(self):
        self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        leads, looked_at = self.make_scored(*[90] * 6), []
        prepare = MailThread._track_prepare

        def note(records, names):
            if records._name == "crm.lead":
                looked_at.append(records)
            return prepare(records, names)

        self.flush_tracking()
        with patch.object(MailThread, "_track_prepare", note):
            self.assign()
        self.assertEqual(len(looked_at), 1)
        self.assertEqual(set(looked_at[0].ids), set(leads.ids))
        self.flush_tracking()
        for lead in leads:
            self.assertEqual(len(self.get_messages(lead)), 1)

    def test_leads_that_are_written_after_a_batch_are_looked_at_again(self):
        self.make_team("Direct", 0, [self.ann])
        [lead] = self.make_scored(90)
        self.assign_and_finish()
        lead.user_id = self.bob
        self.flush_tracking()
        self.assertEqual(len(self.get_messages(lead)), 2)

    def test_the_room_of_all_members_of_a_team_is_counted_at_once(self):
        def count(number):
            names = (f"{number}_{len(self.Team.search([]))}_{i}" for i in range(number))
            sellers = self.make_sellers(*names)
            team = self.make_team(f"Team {number}", 0, sellers)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            planner.rehearse(team)
            return self.env.cr.sql_log_count - before

        self.make_scored(50)
        count(2)  # fills caches
        self.assertEqual(count(12), count(2))
