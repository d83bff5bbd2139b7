from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.crm.models.crm_lead import CrmLead
from odoo.addons.website_crm_score.models import ir_cron

from ..execution.executor import Executor
from .common import AssignmentCase

JOB_LOGGER = "odoo.addons.website_crm_score.models.ir_cron"


@tagged("post_install", "-at_install")
class TestBusyLeads(AssignmentCase):
    """A job does what it can beside those who write the same leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("crm.ir_cron_crm_lead_assign")
        cls.team = cls.make_team("Direct", 0, [(cls.ann, {"assignment_max": 3000})])

    def run_job(self, is_refused):
        """Run the daily job while others write leads at the same time.

        :param callable is_refused: whether to write these leads together fails
        """
        write, merge = CrmLead.write, CrmLead._merge_opportunity

        def write_unless_refused(leads, vals):
            if vals.get("user_id") and is_refused(leads):
                raise SerializationFailure("others")
            return write(leads, vals)

        def merge_unless_refused(leads, *args, **kwargs):
            if is_refused(leads):
                raise SerializationFailure("others")
            return merge(leads, *args, **kwargs)

        with (
            patch.object(ir_cron, "PAUSE", 0.001),
            patch.object(CrmLead, "write", write_unless_refused),
            patch.object(CrmLead, "_merge_opportunity", merge_unless_refused),
            mute_logger(JOB_LOGGER),
            self.enter_registry_test_mode(),
        ):
            self.cron.method_direct_trigger()

    def get_last_lines(self):
        return self.env["crm.assignment.plan"].search([], limit=1).line_ids

    def test_many_leads_that_cannot_be_written_together_are_in_smaller_parts(self):
        leads = self.make_scored(*[50] * 20)
        self.run_job(lambda leads: len(leads) > 3)
        self.assertEqual(leads.user_id, self.ann)
        self.assertTrue(all(leads.mapped("user_id")))
        self.assertEqual(set(self.get_last_lines().mapped("state")), {"done"})

    def test_a_lead_that_others_write_all_the_time_is_left_for_the_next_run(self):
        leads = self.make_scored(*[50] * 10)
        busy = leads[4]
        self.run_job(lambda leads: busy in leads)
        self.assertFalse(busy.user_id)
        self.assertTrue(all((leads - busy).mapped("user_id")))
        line = self.get_last_lines().filtered(lambda line: line.lead_id == busy)
        self.assertEqual((line.state, line.left_reason), ("left_out", "failed"))
        self.run_job(lambda leads: False)
        self.assertEqual(busy.user_id, self.ann)

    @mute_logger("odoo.models.unlink")
    def test_duplicates_that_others_write_all_the_time_are_left_for_the_next_run(self):
        twins = [
            self.make_scored(50, 40, email_from=f"{number}@assign.example.com")
            for number in range(8)
        ]
        busy = twins[3]
        self.run_job(lambda leads: bool(busy & leads))
        self.assertEqual(len(busy.exists()), 2)
        self.assertFalse(busy.user_id)
        others = [pair.exists() for pair in twins if pair != busy]
        self.assertTrue(all(len(pair) == 1 and pair.user_id for pair in others))
        self.run_job(lambda leads: False)
        self.assertEqual(len(busy.exists()), 1)
        self.assertEqual(busy.exists().user_id, self.ann)

    def test_what_a_batch_was_preceded_by_is_not_lost_when_it_starts_again(self):
        """The plan is kept, though the first batch is done a second time."""
        leads = self.make_scored(*[50] * 4)
        note_turns = Executor._note_turns
        failures = iter([SerializationFailure("others")])

        def fail_once(executor, turns):
            if error := next(failures, None):
                raise error
            return note_turns(executor, turns)

        with patch.object(Executor, "_note_turns", fail_once):
            self.run_job(lambda leads: False)
        self.assertTrue(all(leads.mapped("user_id")))
        lines = self.get_last_lines()
        self.assertEqual(lines.lead_id, leads)
        self.assertEqual(set(lines.mapped("state")), {"done"})
