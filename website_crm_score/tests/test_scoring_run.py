import logging
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score.scoring import counting
from odoo.addons.website_crm_score.scoring.finding import Finding
from odoo.addons.website_crm_score.scoring.worklist import Worklist
from odoo.addons.website_crm_score.scoring.writing import Writing

from .common import ScoringCase

RULE_LOGGER = "odoo.addons.website_crm_score.models.website_crm_score"
RUN_MODULE = "odoo.addons.website_crm_score.models.website_crm_score_run"
WRITING_MODULE = "odoo.addons.website_crm_score.scoring.writing"


class RunCase(ScoringCase):
    def last_run(self):
        return self.env["website.crm.score.run"].search([], limit=1)


@tagged("post_install", "-at_install")
class TestRunNow(RunCase):
    """Who may write rules can have them run without waiting for the hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.make_user("ws_boss", "sales_team.group_sale_manager")
        cls.crons = cls.env["ir.cron"]
        for name in ("ir_cron_assign_scores", "ir_cron_score_contacts"):
            cls.crons |= cls.env.ref(f"website_crm_score.{name}")

    def find_triggers(self):
        triggers = self.env["ir.cron.trigger"].sudo()
        return triggers.search([("cron_id", "in", self.crons.ids)])

    def get_next_run(self):
        return self.env["website.crm.score.run"].with_user(self.manager).get_next_run()

    def test_a_manager_has_the_rules_run(self):
        before = self.find_triggers()
        runs = self.env["website.crm.score.run"].with_user(self.manager)
        call_kw(runs, "action_run_now", [[]], {})  # as the button of a list does
        self.assertEqual(len(self.find_triggers() - before), 2)

    def test_a_salesperson_has_not(self):
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        before = self.find_triggers()
        with self.assertRaises(AccessError):
            self.env["website.crm.score.run"].with_user(seller).action_run_now()
        self.assertEqual(self.find_triggers(), before)

    def test_a_manager_sees_when_the_rules_run_next(self):
        self.find_triggers().unlink()
        first, second = self.crons
        now = fields.Datetime.now()
        first.nextcall, second.nextcall = (now + timedelta(hours=n) for n in (2, 1))
        self.assertEqual(self.get_next_run(), second.nextcall)
        second.active = False
        self.assertEqual(self.get_next_run(), first.nextcall)
        first._trigger(now)
        self.assertEqual(self.get_next_run(), now)
        first.active = False
        self.assertFalse(self.get_next_run())


@tagged("post_install", "-at_install")
class TestRunRecord(RunCase):
    """What a run did is kept, and shown on the rules."""

    def test_a_run_counts_what_it_did(self):
        self.make_leads(3, name="Yes")
        self.make_lead("No")
        self.make_rule([("name", "=", "Yes")])
        self.run_rules()
        run = self.last_run()
        self.assertEqual(run.looks_at, "usual")
        self.assertEqual(run.state, "done")
        self.assertEqual(run.lead_count, 4)
        self.assertEqual(run.scored_count, 4)
        self.assertEqual(run.gained_count, 3)
        self.assertFalse(run.lost_count)
        self.assertFalse(run.left_count)
        self.assertGreater(run.seconds, 0)

    def test_a_rule_applied_by_hand_counts_the_scores_of_new_leads(self):
        self.make_leads(3, name="Yes")
        self.make_lead("No")
        rule = self.make_rule([("name", "=", "Yes")])
        rule.action_apply()
        self.assertEqual(self.last_run().scored_count, 3)
        rule.action_apply()
        self.assertEqual(self.last_run().scored_count, 0)

    def test_a_run_is_named_as_its_reader_writes_dates(self):
        self.run_rules()
        run = self.last_run().with_context(lang="en_US", tz="Asia/Tokyo")
        run.start_date = "2026-11-27 20:28:54"
        self.assertEqual(run.display_name, "11/28/2026 05:28:54 AM")

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
        with mute_logger(RULE_LOGGER, "odoo.sql_db"):
            self.run_rules()
        self.assertEqual(self.last_run().line_ids.error, rule.error)

    def test_a_run_is_one_line_of_the_log(self):
        self.make_leads(2)
        self.make_rule()
        with self.assertLogs(RUN_MODULE, logging.INFO) as logs:
            self.run_rules()
        self.assertEqual(len(logs.output), 1)
        self.assertIn("2 owners written", logs.output[0])

    def test_a_client_cannot_say_that_it_is_a_scheduled_action(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        lead = self.make_lead()
        self.make_rule()
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores")
        progress = self.env["ir.cron.progress"].create(
            {"cron_id": cron.id, "done": 0, "remaining": 0}
        )
        context = {"ir_cron_progress_id": progress.id, "cron_id": cron.id}
        context["is_job"] = True
        rules = self.Rule.with_user(manager).with_context(**context)
        self.assertTrue(rules.assign_scores_to_leads())  # it commits nothing
        self.assertScores(lead, [10])
        self.assertFalse(self.last_run().cron_id)

    def call_job(self, calls=1):
        """Call the hourly job, which writes two leads at a time."""
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores")
        with (
            patch(f"{WRITING_MODULE}.PART_SIZE", 2),
            self.enter_registry_test_mode(),
        ):
            for _call in range(calls):
                cron.method_direct_trigger()
        self.env.invalidate_all()

    def kept_tables(self):
        self.env.cr.execute(
            "SELECT count(*) FROM pg_class WHERE relname LIKE 'website_crm_score_kept%'"
        )
        return self.env.cr.fetchone()[0]

    def test_a_run_of_several_parts_is_to_be_continued(self):
        self.make_leads(5)
        self.make_rule()
        self.call_job()
        run = self.last_run()
        run.backend = False  # the test's own connection is at work
        self.assertEqual(run.state, "partial")
        self.assertEqual((run.done_part_count, run.part_count), (1, 3))
        self.call_job(2)
        self.assertEqual(run.state, "done")
        self.assertEqual((run.lead_count, run.left_count), (5, 0))
        self.assertEqual(self.last_run(), run)

    def test_all_batches_of_a_part_are_written(self):
        leads = self.make_leads(7, name="Yes")
        rule = self.make_rule([("name", "=", "Yes")], event_based=True, take_back=True)
        other = self.make_rule(value=5)
        with patch(f"{WRITING_MODULE}.BATCH_SIZE", 2):
            self.run_rules()
            self.assertScores(leads, [15] * 7)
            leads[1::2].name = "No"
            self.run_rules()
        self.assertScores(leads, [15, 5, 15, 5, 15, 5, 15])
        self.assertEqual(rule.lead_count + other.lead_count, 4 + 7)
        self.assertEqual(self.last_run().lost_count, 3)

    def test_a_run_that_has_parts_left_has_its_job_called_again(self):
        self.make_leads(5)
        self.make_rule()
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores")
        triggers = self.env["ir.cron.trigger"]
        for expected in (1, 1, 0):
            triggers.search([("cron_id", "=", cron.id)]).unlink()
            self.call_job()
            self.assertEqual(
                triggers.search_count([("cron_id", "=", cron.id)]), expected
            )

    def test_what_a_run_found_is_dropped_at_its_end(self):
        self.make_leads(5)
        self.make_rule()
        before = self.kept_tables()
        self.call_job()
        self.assertGreater(self.kept_tables(), before)
        self.call_job(2)
        self.assertEqual(self.kept_tables(), before)

    def test_what_an_old_run_found_is_found_again(self):
        leads = self.make_leads(5)
        self.make_rule()
        self.call_job()
        run = self.last_run()
        run.start_date -= timedelta(hours=2)
        self.env.flush_all()
        self.call_job(3)
        self.assertNotEqual(self.last_run(), run)
        self.assertScores(leads, [10] * 5)

    def test_what_a_crash_emptied_is_found_again(self):
        leads = self.make_leads(5)
        self.make_rule()
        self.call_job()
        run = self.last_run()
        self.env.cr.execute(f"TRUNCATE website_crm_score_kept_owners_{run.id}")
        self.call_job(2)
        self.assertEqual(run.left_count, 5 - run.lead_count)
        self.call_job(3)
        self.assertScores(leads, [10] * 5)

    def test_a_run_without_end_whose_connection_is_gone_was_interrupted(self):
        values = {"looks_at": "usual", "start_date": fields.Datetime.now()}
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

    def test_what_is_recent_is_found_once_for_rules_that_ask_for_the_same(self):
        """A rule that fails takes the table back, and the next makes its own."""
        [lead] = self.make_leads(1)
        values = {"rule_type": "event", "event_type": "page_visit", "page_url": "/a"}
        bad, *rules = (self.make_rule("[]", 1, **values) for _number in range(3))
        self.settle()
        self.make_tracks(self.make_visitor(lead), "/a")
        add, run_made = Finding._add, []

        def add_or_fail(finding, rule, looked_at):
            if rule == bad:
                raise ValueError
            return add(finding, rule, looked_at)

        def execute(finding, statement):
            run_made.append("CREATE TEMPORARY TABLE" in statement.code)
            return Worklist._execute(finding, statement)

        fixed = fields.Datetime.now() + timedelta(minutes=5)
        with (
            patch.object(Finding, "_add", add_or_fail),
            patch.object(Finding, "_execute", execute, create=True),
            patch.object(counting, "get_latest_date", lambda: fixed),
            mute_logger(RULE_LOGGER),
        ):
            self.run_rules()
        self.assertEqual(sum(run_made), 2)
        self.assertTrue(bad.error)
        self.assertEqual(lead.score, 2)
        self.assertEqual([rule.last_matched_count for rule in rules], [1, 1])

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
        lead.score_stale = False  # as if it had been looked at
        lead.action_unarchive()
        self.progress.owners_date = fields.Datetime.now() - timedelta(days=2)
        self.run_rules()
        self.assertScores(lead, [10])

    def test_a_lead_that_changed_since_it_was_looked_at_is_left_for_later(self):
        lead, other = self.make_leads(2)
        self.make_rule()
        write = Writing.write_part

        def write_later(writing, part, run):
            # A row written in a savepoint bears another transaction's number.
            with self.env.cr.savepoint():
                self.env.cr.execute(
                    "UPDATE crm_lead SET name = 'Changed' WHERE id = %s", (lead.id,)
                )
            write(writing, part, run)

        with patch.object(Writing, "write_part", write_later):
            self.run_rules()
        self.assertScores(lead + other, [0, 10])
        self.assertFalse(lead.score_date)
        self.run_rules()
        self.assertScores(lead + other, [10, 10])

    def test_a_part_that_others_always_disturb_is_left_for_later(self):
        leads = self.make_leads(4)
        self.make_rule()
        write = Writing.write_part

        def fail_once(writing, part, run):
            if part == 0:
                raise SerializationFailure("Somebody was faster")
            write(writing, part, run)

        with (
            patch(f"{WRITING_MODULE}.PART_SIZE", 2),
            patch.object(Writing, "write_part", fail_once),
        ):
            self.run_cron()
        self.assertEqual(sorted(leads.mapped("score")), [0, 0, 10, 10])
        self.assertEqual(self.last_run().left_count, 2)
        self.run_cron()
        self.assertScores(leads, [10] * 4)
