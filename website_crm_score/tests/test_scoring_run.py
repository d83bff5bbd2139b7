import logging
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score.tools.worklist import Worklist

from .common import ScoringCase

RULE_MODULE = "odoo.addons.website_crm_score.models.website_crm_score"
RUN_MODULE = "odoo.addons.website_crm_score.models.website_crm_score_run"
WORKLIST_MODULE = "odoo.addons.website_crm_score.tools.worklist"


class RunCase(ScoringCase):
    def last_run(self):
        return self.env["website.crm.score.run"].search([], limit=1)


@tagged("post_install", "-at_install")
class TestRunRecord(RunCase):
    """What a run did is kept, and shown on the rules."""

    def test_a_run_counts_what_it_did(self):
        self.make_leads(3, name="Yes")
        self.make_lead("No")
        self.make_rule([("name", "=", "Yes")])
        self.run_rules()
        run = self.last_run()
        self.assertEqual(run.reach, "usual")
        self.assertEqual(run.state, "done")
        self.assertEqual(run.lead_count, 4)
        self.assertEqual(run.scored_count, 4)
        self.assertEqual(run.gained_count, 3)
        self.assertFalse(run.lost_count)
        self.assertFalse(run.left_count)
        self.assertGreater(run.seconds, 0)

    def test_points_taken_back_are_counted(self):
        lead = self.make_lead("Before")
        self.make_rule([("name", "=", "Before")], event_based=True, take_back=True)
        self.run_rules()
        lead.name = "After"
        self.run_rules()
        self.assertEqual(self.last_run().lost_count, 1)

    def test_each_rule_shows_its_last_run(self):
        self.make_leads(3, name="Yes")
        yes = self.make_rule([("name", "=", "Yes")], event_based=True)
        no = self.make_rule([("name", "=", "No")])
        self.assertFalse(yes.last_run_date)
        self.run_rules()
        (yes + no).invalidate_recordset()
        self.assertEqual(yes.last_run_date, self.last_run().start_date)
        self.assertEqual(yes.last_run_state, "done")
        self.assertEqual((yes.last_matched_count, yes.last_gained_count), (3, 3))
        self.assertEqual((no.last_matched_count, no.last_gained_count), (0, 0))
        self.run_rules()
        yes.invalidate_recordset()
        self.assertEqual((yes.last_matched_count, yes.last_gained_count), (3, 0))

    def test_the_error_of_a_rule_is_kept_with_the_run(self):
        rule = self.make_rule(r"[('name', 'not =like', '\\')]")
        self.make_lead()
        with mute_logger(RULE_MODULE, "odoo.sql_db"):
            self.run_rules()
        self.assertEqual(self.last_run().line_ids.error, rule.error)

    def test_a_run_is_one_line_of_the_log(self):
        self.make_leads(2)
        self.make_rule()
        with self.assertLogs(RUN_MODULE, logging.INFO) as logs:
            self.run_rules()
        self.assertEqual(len(logs.output), 1)
        self.assertIn("2 leads written", logs.output[0])

    def test_a_run_cut_by_time_is_to_be_continued(self):
        self.make_leads(5)
        self.make_rule()
        jobs = type(self.env["ir.cron"])
        with (
            patch(f"{WORKLIST_MODULE}.PART_SIZE", 2),
            patch(f"{RULE_MODULE}.PATIENCE", 0),
            patch.object(jobs, "_is_job", return_value=True),
            patch.object(jobs, "_commit_progress", return_value=0),
        ):
            self.run_rules()
        run = self.last_run()
        self.assertEqual(run.state, "partial")
        self.assertEqual(run.left_count, 5 - run.lead_count)

    def test_a_run_without_end_whose_connection_is_gone_was_interrupted(self):
        values = {"reach": "usual", "start_date": fields.Datetime.now()}
        run = self.env["website.crm.score.run"].create({**values, "backend": "1/1.5"})
        self.assertEqual(run.state, "interrupted")

    def test_a_run_whose_connection_works_is_running(self):
        run = self.env["website.crm.score.run"]._start("usual")
        self.assertEqual(run.state, "running")

    def test_the_job_of_new_leads_leaves_no_run_when_there_are_none(self):
        self.make_rule()
        before = self.last_run()
        self.run_cron("ir_cron_score_new_leads")
        self.assertEqual(self.last_run(), before)

    def test_old_runs_are_deleted(self):
        self.make_rule()
        self.run_rules()
        old, new = self.last_run(), self.last_run().copy()
        old.start_date = fields.Datetime.now() - timedelta(days=8)
        self.env["website.crm.score.run"]._gc_runs()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    def test_the_runs_of_a_rule_can_be_opened(self):
        rule = self.make_rule()
        self.run_rules()
        self.run_rules()
        action = rule.action_open_runs()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(lines.rule_id, rule)
        self.assertEqual(len(lines), 2)


@tagged("post_install", "-at_install")
class TestWhatARunLooksAt(RunCase):
    """An hourly run costs what is new."""

    def settle(self):
        """Have the rules be older than the last run over all leads."""
        self.run_rules()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE website_crm_score SET write_date = '2020-01-01'",
        )
        self.env.invalidate_all()

    def matched(self, rule):
        rule.invalidate_recordset()
        return rule.last_matched_count

    def test_a_rule_on_pages_looks_only_at_leads_that_saw_pages_since(self):
        old, new = self.make_leads(2)
        for lead in (old, new):
            self.make_tracks(self.make_visitor(lead), "/a")
        rule = self.make_rule(
            [("score_pageview_ids.url", "ilike", "/a")], event_based=True
        )
        self.settle()
        self.assertEqual(self.matched(rule), 2)
        self.make_tracks(new.visitor_ids, "/b")
        self.run_rules()
        self.assertEqual(self.matched(rule), 1)

    def test_a_page_seen_later_is_found_by_the_job_of_new_leads(self):
        lead = self.make_lead()
        visitor = self.make_visitor(lead)
        self.make_rule([("score_pageview_ids.url", "ilike", "/a")], event_based=True)
        self.settle()
        self.make_tracks(visitor, "/a")
        self.run_cron("ir_cron_score_new_leads")
        self.assertScores(lead, [10])

    def test_a_rule_that_also_looks_at_the_lead_looks_at_all(self):
        self.make_leads(2)
        pages = ("score_pageview_ids.url", "ilike", "/a")
        rule = self.make_rule(["|", pages, ("type", "=", "lead")], event_based=True)
        self.settle()
        self.run_rules()
        self.assertEqual(self.matched(rule), 2)

    def test_a_rule_on_pages_that_was_changed_looks_at_all(self):
        lead = self.make_lead()
        self.make_tracks(self.make_visitor(lead), "/a")
        rule = self.make_rule(
            [("score_pageview_ids.url", "ilike", "/b")], event_based=True
        )
        self.settle()
        rule.domain = "[('score_pageview_ids.url', 'ilike', '/a')]"
        self.run_rules()
        self.assertScores(lead, [10])

    def test_what_no_mark_tells_of_is_found_within_a_day(self):
        lead = self.make_lead()
        self.make_tracks(self.make_visitor(lead), "/a")
        self.make_rule([("score_pageview_ids.url", "ilike", "/a")], event_based=True)
        lead.action_set_lost()
        self.settle()
        lead.score_outdated = False  # as if it had been looked at
        lead.action_unarchive()
        self.progress.checked_date = fields.Datetime.now() - timedelta(days=2)
        self.run_rules()
        self.assertScores(lead, [10])

    def test_a_lead_that_changed_since_it_was_looked_at_is_left_for_later(self):
        lead, other = self.make_leads(2)
        self.make_rule()
        worklist = type(self.Rule)._write_work

        def write_work(rules, *args):
            # A row written in a savepoint bears another transaction's number.
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    "UPDATE crm_lead SET name = 'Changed' WHERE id = %s", (lead.id,)
                )
            return worklist(rules, *args)

        with patch.object(type(self.Rule), "_write_work", write_work):
            self.run_rules()
        self.assertScores(lead + other, [0, 10])
        self.assertFalse(lead.score_date)
        self.run_rules()
        self.assertScores(lead + other, [10, 10])

    def test_a_part_that_others_always_disturb_is_left_for_later(self):
        leads = self.make_leads(4)
        self.make_rule()
        jobs, write = type(self.env["ir.cron"]), Worklist.write

        def fail_once(worklist, part, run):
            if part == 0:
                raise SerializationFailure("Somebody was faster")
            write(worklist, part, run)

        with (
            patch(f"{WORKLIST_MODULE}.PART_SIZE", 2),
            patch.object(jobs, "_is_job", return_value=True),
            patch.object(jobs, "_commit_progress", return_value=100),
            patch.object(self.env.cr, "rollback", lambda: None),
            patch.object(Worklist, "write", fail_once),
        ):
            self.run_rules()
        self.assertEqual(sorted(leads.mapped("score")), [0, 0, 10, 10])
        self.assertEqual(self.last_run().left_count, 2)
        self.run_rules()
        self.assertScores(leads, [10] * 4)
