from contextlib import nullcontext
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.controllers.main import RunJobController
from odoo.addons.queue_job.job import (
    CANCELLED,
    DONE,
    ENQUEUED,
    FAILED,
    PENDING,
    STARTED,
    Job,
)
from odoo.addons.queue_job.jobrunner.runner import PG_ADVISORY_LOCK_ID
from odoo.addons.queue_job.tests.common import JobMixin
from odoo.addons.website_crm_score.scoring import writing
from odoo.addons.website_crm_score.scoring.worklist import drop_tables, has_tables
from odoo.addons.website_crm_score.tests.common import ScoringCase

from ..hooks import uninstall_hook

SIZE = 10  # leads a part, at most
LEADS = 3 * SIZE
HOURLY = "ir_cron_assign_scores"
NEW = "ir_cron_score_new_leads"


@tagged("post_install", "-at_install")
class TestScoringJobs(JobMixin, ScoringCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(writing, "PART_SIZE", SIZE))
        cls.Job = cls.env["queue.job"]
        cls.Run = cls.env["website.crm.score.run"]
        cls.Job.search([]).unlink()
        cls.Run.search([]).unlink()
        cls.rule = cls.make_rule([("name", "=", "Yes")], value=10)
        cls.make_rule([("name", "=", "No")], value=100)
        cls.leads = cls.make_leads(LEADS, name="Yes")

    def start_runner(self):
        """Hold the lock that a job runner holds as long as it serves the database."""
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(%s)", (PG_ADVISORY_LOCK_ID,)
        )
        self.assertTrue(self.env.cr.fetchone()[0])

    def call_cron(self, name=HOURLY):
        """Call a scheduled action once, whatever it left to do."""
        with self.enter_registry_test_mode():
            self.env.ref(f"website_crm_score.{name}").method_direct_trigger()

    def split(self, cron=HOURLY):
        """Have a scheduled action leave a run to jobs; return run and jobs."""
        self.start_runner()
        self.call_cron(cron)
        [run] = self.Run.search([])
        jobs = self.Job.search([], order="id")
        self.assertEqual(len(jobs), 3)
        return run, jobs

    def perform(self, jobs):
        for job in jobs:
            Job.load(self.env, job.uuid).perform()
            job.state = DONE
        self.env.invalidate_all()

    def finish(self, jobs):
        self.perform(jobs)
        self.call_cron()

    # What is left to jobs

    def test_a_run_is_left_to_a_job_for_each_part(self):
        self.start_runner()
        with self.trap_jobs() as trap:
            self.call_cron()
        [run] = self.Run.search([])
        self.assertEqual(run.part_count, 3)
        trap.assert_jobs_count(3)
        for part in range(3):
            trap.assert_enqueued_job(run._write_part_by_job, args=(part,))
        self.assertFalse(any(self.leads.mapped("score_date")))

    def test_the_jobs_score_all_leads(self):
        _run, jobs = self.split()
        self.perform(jobs)
        self.assertTrue(all(self.leads.mapped("score_date")))
        self.assertScores(self.leads, [10] * LEADS)

    def test_each_job_scores_leads_of_its_own(self):
        _run, jobs = self.split()
        for number, job in enumerate(jobs, start=1):
            self.perform(job)
            scored = self.leads.filtered("score_date")
            self.assertEqual(len(scored), number * SIZE)

    def test_the_job_of_new_leads_is_left_to_jobs_as_well(self):
        run, jobs = self.split(NEW)
        self.assertEqual(run.looks_at, "stale")
        self.perform(jobs)
        self.assertScores(self.leads, [10] * LEADS)

    # What is not

    def assertNoJobs(self, run):
        with self.trap_jobs() as trap:
            run()
        trap.assert_jobs_count(0)

    def test_what_is_written_at_once_needs_no_jobs(self):
        self.leads[SIZE:].active = False
        self.start_runner()
        self.assertNoJobs(self.call_cron)
        self.assertScores(self.leads[:SIZE], [10] * SIZE)

    def test_a_call_that_needs_the_scores_gets_them(self):
        self.start_runner()
        self.assertNoJobs(self.run_rules)
        self.assertScores(self.leads, [10] * LEADS)

    def test_another_scheduled_action_writes_them_itself(self):
        self.start_runner()
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores").copy()
        with self.enter_registry_test_mode():
            self.assertNoJobs(cron.method_direct_trigger)
        self.assertEqual(len(self.leads.filtered("score_date")), SIZE)

    def test_without_a_job_runner_the_scheduled_action_writes_them_itself(self):
        for number in (1, 2, 3):
            self.assertNoJobs(self.call_cron)
            scored = self.leads.filtered("score_date")
            self.assertEqual(len(scored), number * SIZE)
        self.assertScores(self.leads, [10] * LEADS)

    def test_another_lock_is_not_taken_for_a_job_runner(self):
        for lock_id in (PG_ADVISORY_LOCK_ID + 1, PG_ADVISORY_LOCK_ID % 2**32):
            self.env.cr.execute("SELECT pg_advisory_xact_lock(%s)", (lock_id,))
        self.assertFalse(self.Run._has_job_runner())

    # The jobs

    def test_a_part_that_waits_or_runs_is_not_enqueued_again(self):
        _run, jobs = self.split()
        for state in (PENDING, ENQUEUED, STARTED):
            jobs.state = state
            self.call_cron()
            self.assertEqual(self.Job.search([]), jobs)

    def test_a_part_that_is_written_is_not_enqueued_again(self):
        _run, jobs = self.split()
        self.perform(jobs[0])
        self.call_cron()
        self.assertEqual(self.Job.search([]), jobs)

    def test_a_part_that_failed_is_enqueued_again(self):
        _run, jobs = self.split()
        jobs[1].state = FAILED
        self.call_cron()
        again = self.Job.search([]) - jobs
        self.assertEqual(again.args, jobs[1].args)

    def test_jobs_have_a_channel_of_their_own(self):
        _run, jobs = self.split()
        self.assertEqual(set(jobs.mapped("channel")), {"root.lead_scoring"})

    def test_a_job_tells_what_it_does(self):
        run, jobs = self.split()
        self.assertEqual(jobs[2].name, f"Scoring run {run.id}, part 3 of 3")

    def test_a_job_takes_the_points_of_that_moment(self):
        _run, jobs = self.split()
        self.rule.value = 3
        self.finish(jobs)
        self.assertScores(self.leads, [3] * LEADS)

    def test_a_rule_deleted_meanwhile_gives_nothing(self):
        _run, jobs = self.split()
        self.rule.unlink()
        self.finish(jobs)
        self.assertScores(self.leads, [0] * LEADS)

    def test_a_job_that_runs_twice_changes_nothing(self):
        run, jobs = self.split()
        self.perform(jobs)
        self.finish(jobs)
        self.assertScores(self.leads, [10] * LEADS)
        self.assertEqual(run.lead_count, LEADS)

    def test_a_job_that_comes_too_late_does_nothing(self):
        run, jobs = self.split()
        run.start_date -= timedelta(hours=2)
        self.perform(jobs[0])
        run.unlink()
        self.perform(jobs[1])
        self.assertFalse(any(self.leads.mapped("score_date")))

    def test_a_job_whose_work_is_forgotten_does_nothing(self):
        run, jobs = self.split()
        drop_tables(run)
        self.finish(jobs)
        self.assertFalse(any(self.leads.mapped("score_date")))

    def test_a_job_that_another_transaction_disturbs_is_tried_again(self):
        _run, [job, *_others] = self.split()
        for error, code in (
            ("a lead was deleted", "23503"),
            ("the line is there already", "23505"),
            ("the lead was changed", "40001"),
            ("deadlock", "40P01"),
        ):
            with self.subTest(error):
                query = f"DO $$ BEGIN RAISE SQLSTATE '{code}'; END $$"
                self.run_disturbed(job, lambda query=query: self.env.cr.execute(query))

    def test_a_job_that_is_disturbed_when_it_flushes_is_tried_again(self):
        _run, [job, *_others] = self.split()
        gone = self.env["crm.lost.reason"].create({"name": "Gone"})
        gone.unlink()
        values = {"lost_reason_id": gone.id}
        self.run_disturbed(job, lambda: self.leads[0].write(values))

    def run_disturbed(self, job, disturb):
        """Run a job like the web server, and ``disturb`` where it writes."""
        job = Job.load(self.env, job.uuid)
        with (
            patch.object(writing.Writing, "write_part", lambda *_args: disturb()),
            # What is kept of a job that fails is written by a connection of its own.
            patch.object(Job, "in_temporary_env", nullcontext),
            patch.object(self.env.cr, "rollback"),
            mute_logger("odoo.sql_db"),
        ):
            RunJobController._runjob(self.env, job)
        self.assertEqual(job.state, PENDING)
        self.assertLess(job.eta, datetime.now() + timedelta(seconds=30))
        job.retry = 0

    # The run

    def test_each_job_has_the_scheduled_action_called(self):
        run, jobs = self.split()
        triggers = self.env["ir.cron.trigger"]
        for job in jobs:
            triggers.search([]).unlink()
            self.perform(job)
            self.assertEqual(triggers.search([]).cron_id, run.cron_id)

    def test_a_run_goes_on_until_all_jobs_are_done(self):
        run, jobs = self.split()
        self.finish(jobs[:2])
        run.backend = False  # the test's own connection is at work
        self.assertEqual(run.state, "partial")
        self.finish(jobs[2])
        self.assertEqual(run.state, "done")

    def test_a_run_ends_with_the_sums_of_its_jobs(self):
        run, jobs = self.split()
        self.leads[0].name = "No"  # changed since it was found: left for the next run
        self.env.flush_all()
        self.finish(jobs)
        self.assertEqual(self.Run.search([]), run)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.done_part_count, 3)
        self.assertEqual((run.lead_count, run.left_count), (LEADS - 1, 1))
        self.assertEqual((run.scored_count, run.gained_count), (LEADS - 1, LEADS - 1))
        self.assertEqual(run.line_ids.mapped("gained_count"), [LEADS - 1, 0])
        self.assertEqual(run.line_ids.mapped("matched_count"), [LEADS, 0])

    def test_points_taken_back_are_summed_up(self):
        self.rule.write({"event_based": True, "take_back": True})
        self.run_rules()
        self.leads.name = "Maybe"
        self.Run.search([]).unlink()
        run, jobs = self.split()
        self.finish(jobs)
        self.assertEqual(run.lost_count, LEADS)
        self.assertScores(self.leads, [0] * LEADS)

    def test_what_a_run_found_is_dropped_at_its_end(self):
        run, jobs = self.split()
        self.assertTrue(has_tables(run))
        self.finish(jobs)
        self.assertFalse(has_tables(run))

    def test_users_see_the_run_and_not_its_parts(self):
        manager = self.make_user("manager", "sales_team.group_sale_manager")
        run, jobs = self.split()
        self.perform(jobs[0])
        self.assertEqual(len(self.Run.search([])), 2)
        self.assertEqual(self.Run.with_user(manager).search([]), run)
        rule = self.rule.with_user(manager)
        self.assertEqual(rule.last_matched_count, LEADS)
        action = rule.action_open_runs()
        lines = self.env[action["res_model"]].with_user(manager)
        self.assertEqual(lines.search(action["domain"]).run_id, run)

    def test_a_run_of_new_leads_is_followed_by_another(self):
        run, jobs = self.split(NEW)
        self.perform(jobs)
        triggers = self.env["ir.cron.trigger"]
        triggers.search([]).unlink()
        self.call_cron(NEW)
        self.assertTrue(run.end_date)
        self.assertEqual(triggers.search([]).cron_id, run.cron_id)

    def test_a_scheduled_action_finishes_what_jobs_began(self):
        run, jobs = self.split()
        self.finish(jobs[1])
        with patch.object(type(self.Run), "_has_job_runner", return_value=False):
            for _call in range(3):
                self.call_cron()
        self.assertScores(self.leads, [10] * LEADS)
        self.assertEqual((run.lead_count, run.left_count), (LEADS, 0))

    def test_jobs_finish_what_a_scheduled_action_began(self):
        self.call_cron()
        self.start_runner()
        self.call_cron()
        jobs = self.Job.search([], order="id")
        self.assertEqual(jobs.mapped("args"), [[1], [2]])
        self.finish(jobs)
        [run] = self.Run.search([])
        self.assertEqual((run.state, run.lead_count), ("done", LEADS))
        self.assertScores(self.leads, [10] * LEADS)

    def test_uninstalling_cancels_the_jobs_that_wait(self):
        _run, jobs = self.split()
        jobs[0].state = DONE
        other = self.Job.with_delay()._test_job().db_record()
        uninstall_hook(self.env)
        self.assertEqual(jobs.mapped("state"), [DONE, CANCELLED, CANCELLED])
        self.assertEqual(other.state, PENDING)

    def test_uninstalling_forgets_the_parts_of_a_run(self):
        run, jobs = self.split()
        self.perform(jobs[0])
        uninstall_hook(self.env)
        self.assertEqual(self.Run.search([]), run)
