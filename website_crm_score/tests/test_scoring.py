from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import LONG_AGO, ScoringCase

WRITING_MODULE = "odoo.addons.website_crm_score.scoring.writing"


@tagged("post_install", "-at_install")
class TestScoring(ScoringCase):
    # 1. A domain rule gives its value once; values add up

    def test_a_rule_gives_its_value_to_each_lead_that_matches(self):
        yes, no = self.make_lead("Yes"), self.make_lead("No")
        self.make_rule([("name", "=", "Yes")], value=15)
        self.run_rules()
        self.assertScores(yes + no, [15, 0])

    def test_values_add_up(self):
        lead = self.make_lead("Yes")
        for value in (15, -4.5, 0.25):
            self.make_rule([("name", "=", "Yes")], value=value)
        self.run_rules()
        self.assertScores(lead, [10.75])

    def test_a_rule_gives_its_value_once_however_often_it_runs(self):
        lead = self.make_lead()
        rule = self.make_rule(event_based=True)
        for _run in range(3):
            self.run_rules()
            rule.action_apply()
        self.assertScores(lead, [10])

    def test_a_lead_that_matches_by_several_records_gets_the_value_once(self):
        lead = self.make_lead()
        self.make_tracks(self.make_visitor(lead), "/a", "/b", "/c")
        self.make_rule([("score_pageview_ids.url", "ilike", "/")])
        self.run_rules()
        self.assertScores(lead, [10])

    def test_opportunities_are_scored_as_leads_are(self):
        opportunity = self.make_lead(type="opportunity")
        self.make_rule()
        self.run_rules()
        self.assertScores(opportunity, [10])

    def test_a_line_tells_the_reason_its_points_and_since_when(self):
        lead = self.make_lead()
        rule = self.make_rule(value=15)
        self.run_rules()
        line = lead.score_line_ids
        self.assertEqual(line.rule_id, rule)
        self.assertEqual((line.points, line.event_count), (15, 1))
        now = self.env.cr.now()
        self.assertEqual((line.first_date, line.last_date), (now, now))

    # 2. Ordinary rules look once, event-based ones again

    def test_an_ordinary_rule_does_not_look_at_leads_scored_before(self):
        lead = self.make_lead()
        self.run_rules()
        self.make_rule()
        self.run_rules()
        self.assertScores(lead, [0])

    def test_an_ordinary_rule_does_not_see_that_a_lead_changed(self):
        lead = self.make_lead("Before")
        self.make_rule([("name", "=", "After")])
        self.run_rules()
        lead.name = "After"
        self.run_rules()
        self.assertScores(lead, [0])

    def test_an_event_based_rule_looks_again_at_every_run(self):
        lead = self.make_lead("Before")
        self.make_rule([("name", "=", "After")], event_based=True)
        self.run_rules()
        self.assertScores(lead, [0])
        lead.name = "After"
        self.run_rules()
        self.assertScores(lead, [10])

    def test_an_event_based_rule_looks_at_new_leads_too(self):
        lead = self.make_lead()
        self.make_rule(event_based=True)
        self.run_rules()
        self.assertScores(lead, [10])

    def test_leads_that_are_not_open_are_not_scored(self):
        lost, archived, won, opened = self.make_leads(4, type="opportunity")
        lost.action_set_lost()
        archived.active = False
        won.action_set_won()
        self.make_rule()
        self.make_rule(event_based=True)
        self.run_rules()
        self.assertScores(lost + archived + won + opened, [0, 0, 0, 20])
        self.assertFalse((lost + archived + won).filtered("score_date"))

    def test_a_lead_that_was_closed_is_new_when_it_opens(self):
        lead = self.make_lead()
        lead.action_set_lost()
        self.make_rule()
        self.run_rules()
        lead.action_unarchive()
        self.run_rules()
        self.assertScores(lead, [10])

    def test_event_based_rules_leave_closed_leads_alone(self):
        lead = self.make_lead("Before")
        self.make_rule([("name", "=", "After")], event_based=True)
        self.run_rules()
        lead.name = "After"
        lead.action_set_lost()
        self.run_rules()
        self.assertScores(lead, [0])

    # 3. Points stay once earned, unless taken back

    def test_points_stay_when_a_lead_no_longer_matches(self):
        lead = self.make_lead("Yes")
        self.make_rule([("name", "=", "Yes")], event_based=True)
        self.run_rules()
        lead.name = "No"
        self.run_rules()
        self.assertScores(lead, [10])

    def test_points_stay_when_the_domain_of_the_rule_changes(self):
        lead = self.make_lead("Yes")
        rule = self.make_rule([("name", "=", "Yes")], event_based=True)
        self.run_rules()
        rule.domain = "[('name', '=', 'No')]"
        self.run_rules()
        self.assertScores(lead, [10])

    def test_a_rule_that_takes_back_takes_points_back(self):
        lead = self.make_lead("Yes")
        self.make_rule([("name", "=", "Yes")], event_based=True, take_back=True)
        self.make_rule(value=3)
        self.run_rules()
        self.assertScores(lead, [13])
        lead.name = "No"
        self.run_rules()
        self.assertScores(lead, [3])

    def test_points_taken_back_are_given_again(self):
        lead = self.make_lead("Yes")
        self.make_rule([("name", "=", "Yes")], event_based=True, take_back=True)
        for name, score in (("Yes", 10), ("No", 0), ("Yes", 10)):
            lead.name = name
            self.run_rules()
            self.assertScores(lead, [score])

    def test_points_are_not_taken_back_from_closed_leads(self):
        lead = self.make_lead("Yes")
        self.make_rule([("name", "=", "Yes")], event_based=True, take_back=True)
        self.run_rules()
        lead.name = "No"
        lead.action_set_lost()
        self.run_rules()
        self.assertScores(lead, [10])

    def test_an_ordinary_rule_takes_nothing_back(self):
        lead = self.make_lead("Yes")
        rule = self.make_rule([("name", "=", "Yes")], take_back=True)
        self.run_rules()
        lead.name = "No"
        self.run_rules()
        rule.action_apply()
        self.assertScores(lead, [10])

    def test_taking_back_from_one_lead_leaves_the_others(self):
        leads = self.make_leads(3, name="Yes")
        self.make_rule([("name", "=", "Yes")], event_based=True, take_back=True)
        self.run_rules()
        leads[1].name = "No"
        self.run_rules()
        self.assertScores(leads, [10, 0, 10])

    def test_points_given_and_taken_back_in_one_run(self):
        lead = self.make_lead("Yes")
        self.make_rule([("name", "=", "Yes")], event_based=True, take_back=True)
        self.make_rule([("name", "=", "No")], value=4, event_based=True)
        self.run_rules()
        lead.name = "No"
        self.run_rules()
        self.assertScores(lead, [4])

    # 5. Changes of a rule count at once

    def test_changing_the_value_changes_scores_at_once(self):
        leads = self.make_leads(2)
        rule = self.make_rule(value=10)
        self.make_rule(value=1)
        self.run_rules()
        rule.value = -2.5
        self.assertScores(leads, [-1.5, -1.5])

    def test_changing_the_value_counts_for_closed_leads_too(self):
        lead = self.make_lead()
        rule = self.make_rule(value=10)
        self.run_rules()
        lead.action_set_lost()
        rule.value = 20
        self.assertScores(lead, [20])

    def test_archiving_a_rule_takes_its_points_at_once(self):
        lead = self.make_lead()
        rule = self.make_rule(value=10)
        self.make_rule(value=1)
        self.run_rules()
        rule.active = False
        self.assertScores(lead, [1])

    def test_an_archived_rule_scores_nothing(self):
        rule = self.make_rule()
        rule.active = False
        lead = self.make_lead()
        self.run_rules()
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_line_ids)

    def test_restoring_a_rule_gives_its_points_back_at_once(self):
        lead = self.make_lead()
        rule = self.make_rule(value=10)
        self.run_rules()
        rule.action_archive()
        rule.value = 12
        self.assertScores(lead, [0])
        rule.action_unarchive()
        self.assertScores(lead, [12])

    def test_deleting_a_rule_takes_its_points_at_once(self):
        lead = self.make_lead()
        rule = self.make_rule(value=10)
        self.make_rule(value=1)
        self.run_rules()
        rule.unlink()
        self.assertScores(lead, [1])

    def test_deleting_the_rules_of_thousands_of_points(self):
        leads = self.make_leads(5)
        rules = self.Rule.union(*(self.make_rule(value=index) for index in range(20)))
        self.run_rules()
        self.assertScores(leads, [190] * 5)
        rules[5:].unlink()
        self.assertScores(leads, [10] * 5)

    def test_a_score_read_before_is_not_kept_in_the_cache(self):
        lead = self.make_lead()
        rule = self.make_rule(value=10)
        self.run_rules()
        for value in (10, 20, 5):
            rule.value = value
            self.assertEqual(lead.score, value)
            self.assertEqual(lead.score_line_ids.points, value)

    def test_a_pending_change_of_the_lead_is_not_lost(self):
        lead = self.make_lead()
        self.make_rule([("name", "=", "Pending")])
        lead.write({"name": "Pending", "description": "Mine"})
        self.run_rules()
        self.env.invalidate_all()
        self.assertEqual((lead.name, lead.score), ("Pending", 10))

    def test_the_button_applies_a_rule_to_leads_scored_before(self):
        yes, no = self.make_lead("Yes"), self.make_lead("No")
        self.run_rules()
        rule = self.make_rule([("name", "=", "Yes")])
        rule.action_apply()
        self.assertScores(yes + no, [10, 0])

    def test_the_button_applies_a_rule_to_open_leads_only(self):
        lost, won = self.make_leads(2, type="opportunity")
        lost.action_set_lost()
        won.action_set_won()
        self.make_rule().action_apply()
        self.assertScores(lost + won, [0, 0])

    def test_the_button_tells_how_many_leads_hold_points(self):
        self.make_leads(3)
        action = self.make_rule().action_apply()
        self.assertIn("rules: 3", action["params"]["message"])

    def test_the_button_leaves_new_leads_new_for_other_rules(self):
        lead = self.make_lead()
        other = self.make_rule(value=1)
        self.make_rule(value=10).action_apply()
        self.assertScores(lead, [10])
        self.run_rules()
        self.assertScores(lead, [11])
        self.assertIn(other, lead.score_ids)

    def test_the_button_does_nothing_for_an_archived_rule(self):
        lead = self.make_lead()
        rule = self.make_rule()
        rule.active = False
        rule.action_apply()
        self.assertScores(lead, [0])

    def test_the_button_on_several_rules_runs_all_of_them(self):
        lead = self.make_lead()
        (self.make_rule(value=1) + self.make_rule(value=2)).action_apply()
        self.assertScores(lead, [3])

    # 7. New leads

    def test_given_rules_run_alone(self):
        lead = self.make_lead()
        rule = self.make_rule(value=1)
        self.make_rule(value=2)
        self.Rule.assign_scores_to_leads(ids=rule.ids)
        self.assertScores(lead, [1])

    def test_leads_that_only_given_rules_looked_at_stay_new(self):
        lead = self.make_lead()
        rule = self.make_rule(value=1)
        self.make_rule(value=2)
        self.Rule.assign_scores_to_leads(ids=rule.ids)
        self.assertFalse(lead.score_date)
        self.run_rules()
        self.assertTrue(lead.score_date)
        self.assertScores(lead, [3])

    def test_given_no_rules_nothing_happens(self):
        lead = self.make_lead()
        self.make_rule()
        self.Rule.assign_scores_to_leads(ids=[])
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_date)

    def test_given_rules_that_are_archived_or_gone_nothing_happens(self):
        lead = self.make_lead()
        archived, gone = self.make_rule(), self.make_rule()
        ids = archived.ids + gone.ids
        archived.active = False
        gone.unlink()
        self.Rule.assign_scores_to_leads(ids=ids)
        self.assertScores(lead, [0])

    def test_an_event_based_rule_given_looks_at_leads_scored_before(self):
        lead = self.make_lead()
        self.run_rules()
        rule = self.make_rule(event_based=True)
        self.Rule.assign_scores_to_leads(ids=rule.ids)
        self.assertScores(lead, [10])

    def test_a_lead_made_in_the_same_transaction_is_scored(self):
        self.make_rule([("name", "=", "Now")])
        lead = self.Lead.create({"name": "Now"})  # not flushed
        self.run_rules()
        self.assertScores(lead, [10])

    # When the score last changed

    def test_a_new_lead_has_a_score_of_zero_and_no_date(self):
        lead = self.make_lead()
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_date)

    def test_the_first_scoring_sets_the_date_even_if_no_rule_matches(self):
        lead = self.make_lead()
        self.make_rule([("name", "=", "Nobody")])
        self.run_rules()
        self.assertEqual(lead.score_date, self.env.cr.now())
        self.assertScores(lead, [0])

    def test_the_date_follows_a_change_of_the_score(self):
        lead = self.make_lead("Before")
        rule = self.make_rule([("name", "=", "After")], event_based=True)
        self.run_rules()
        for change in (
            lambda: (lead.write({"name": "After"}), self.run_rules()),
            lambda: rule.write({"value": 11}),
            lambda: rule.write({"active": False}),
            lambda: rule.write({"active": True}),
            lambda: rule.unlink(),
        ):
            self.age_scores(lead)
            change()
            self.assertEqual(lead.score_date, self.env.cr.now())

    def test_the_date_stays_when_the_score_does(self):
        lead = self.make_lead()
        rule = self.make_rule(event_based=True)
        self.run_rules()
        self.age_scores(lead)
        self.run_rules()
        rule.write({"value": rule.value, "name": "Other"})
        rule.action_apply()
        self.assertEqual(lead.score_date, LONG_AGO)

    def test_the_date_stays_when_points_gained_cancel_out(self):
        lead = self.make_lead("Before")
        self.run_rules()
        self.age_scores(lead)
        for value in (5, -5, 0):
            self.make_rule([("name", "=", "After")], value=value, event_based=True)
        lead.name = "After"
        self.run_rules()
        self.assertEqual(len(lead.score_line_ids), 3)
        self.assertScores(lead, [0])
        self.assertEqual(lead.score_date, LONG_AGO)

    def test_leads_stay_new_until_there_is_a_rule(self):
        lead = self.make_lead()
        self.run_cron()
        self.assertFalse(lead.score_date)
        self.make_rule()
        self.run_cron()
        self.assertScores(lead, [10])

    # The number itself

    def test_the_score_is_never_null_in_the_database(self):
        lead = self.make_lead()
        self.env.cr.execute("SELECT score FROM crm_lead WHERE id = %s", (lead.id,))
        self.assertEqual(self.env.cr.fetchone(), (0,))
        self.env.cr.execute(
            "SELECT is_nullable FROM information_schema.columns"
            " WHERE table_name = 'crm_lead' AND column_name = 'score'"
        )
        self.assertEqual(self.env.cr.fetchone(), ("NO",))

    def test_a_search_of_a_range_of_scores(self):
        low, middle, high = (
            self.make_lead("0"),
            self.make_lead("1"),
            self.make_lead("2"),
        )
        self.make_rule([("name", "in", ["1", "2"])], value=50)
        self.make_rule([("name", "=", "2")], value=50)
        self.run_rules()
        search = self.Lead.search
        self.assertEqual(search([("score", ">=", 100)]), high)
        self.assertEqual(search([("score", ">=", 50), ("score", "<", 100)]), middle)
        self.assertEqual(search([("score", "<=", 0)]), low)
        self.assertEqual(search([("score", "=", 0)]), low)
        self.assertEqual(
            search([("name", "in", ["0", "1", "2"])], order="score desc"),
            high + middle + low,
        )

    def test_leads_are_grouped_by_rule(self):
        leads = self.make_leads(2)
        rule = self.make_rule()
        self.run_rules()
        groups = self.Lead._read_group(
            [("id", "in", leads.ids)], ["score_ids"], ["score:avg", "__count"]
        )
        self.assertEqual(groups, [(rule, 10, 2)])

    def test_one_line_per_lead_and_rule_is_held_by_the_database(self):
        lead = self.make_lead()
        rule = self.make_rule()
        self.run_rules()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.Line.create({"lead_id": lead.id, "rule_id": rule.id, "points": 1})

    # 6. The hourly job and the one of new leads

    def test_the_hourly_job_scores(self):
        lead = self.make_lead("Before")
        self.make_rule([("name", "=", "After")], event_based=True)
        self.run_cron()
        self.assertTrue(lead.score_date)
        lead.name = "After"
        self.run_cron()
        self.assertScores(lead, [10])

    def test_the_hourly_job_scores_in_many_batches(self):
        leads = self.make_leads(5, name="Before")
        self.make_rule(value=1)
        self.make_rule([("name", "=", "After")], event_based=True)
        with patch(f"{WRITING_MODULE}.PART_SIZE", 2):
            self.run_cron()
            leads.name = "After"
            self.run_cron()
        self.assertScores(leads, [11] * 5)

    def test_each_call_of_the_hourly_job_writes_a_part(self):
        leads = self.make_leads(5, name="Before")
        rule = self.make_rule([("name", "=", "After")], event_based=True)
        self.run_rules()
        leads.name = "After"
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores")
        done = []
        with (
            patch(f"{WRITING_MODULE}.PART_SIZE", 2),
            self.enter_registry_test_mode(),
        ):
            for _call in range(3):
                cron.method_direct_trigger()
                done.append(self.Line.search_count([("rule_id", "=", rule.id)]))
        self.assertEqual(done[-1], 5)
        self.assertTrue(all(1 <= more <= 2 for more in (done[0], done[1] - done[0])))
        self.assertScores(leads, [10] * 5)

    def test_the_job_of_new_leads_leaves_the_others_to_the_hourly_one(self):
        old = self.make_lead("Before")
        self.run_rules()
        self.make_rule(event_based=True)
        new = self.make_lead()
        self.run_cron("ir_cron_score_new_leads")
        self.assertScores(old + new, [0, 10])

    def test_the_hourly_job_mends_scores_that_are_not_those_of_the_rule(self):
        lead = self.make_lead()
        self.make_rule(value=10)
        self.run_rules()
        self.env.cr.execute("UPDATE website_crm_score_line SET points = 3")
        self.env.cr.execute("UPDATE crm_lead SET score = 3 WHERE id = %s", (lead.id,))
        self.env.invalidate_all()
        self.run_cron()
        self.assertScores(lead, [10])

    def test_both_jobs_are_on_after_installation(self):
        for name, interval in (
            ("ir_cron_assign_scores", (1, "hours")),
            ("ir_cron_score_new_leads", (5, "minutes")),
        ):
            cron = self.env.ref(f"website_crm_score.{name}")
            self.assertTrue(cron.active)
            self.assertEqual((cron.interval_number, cron.interval_type), interval)

    # Writing the score by hand

    def test_nobody_writes_the_score(self):
        lead = self.make_lead()
        for name, value in (
            ("score", 500),
            ("score_date", fields.Datetime.now()),
            ("score_ids", [(6, 0, [])]),
        ):
            with self.subTest(field=name):
                with self.assertRaisesRegex(AccessError, name):
                    lead.write({name: value})
                with self.assertRaisesRegex(AccessError, name):
                    self.Lead.create({"name": "Forged", name: value})

    def test_a_default_of_the_context_does_not_set_the_score(self):
        rule = self.make_rule()
        lead = self.Lead.with_context(
            default_score=500,
            default_score_date=fields.Datetime.now(),
            default_score_ids=[(6, 0, rule.ids)],
        ).create({"name": "Forged"})
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_date)
        self.assertFalse(lead.score_ids)

    def test_an_import_does_not_set_the_score(self):
        result = self.Lead.load(["name", "score"], [["Imported", "500"]])
        self.assertFalse(result["ids"])
        self.assertIn("score cannot be set", result["messages"][0]["message"])


@tagged("post_install", "-at_install")
class TestNewLeadTrigger(ScoringCase, CronMixinCase):
    def capture(self):
        return self.capture_triggers("website_crm_score.ir_cron_score_new_leads")

    def test_a_new_lead_triggers_the_job_at_once(self):
        with self.capture() as capture:
            self.Lead.create({"name": "New"})
        self.assertEqual(len(capture.records), 1)
        self.assertLessEqual(capture.records.call_at, fields.Datetime.now())

    def test_leads_created_together_trigger_the_job_once(self):
        with self.capture() as capture:
            self.Lead.create([{"name": f"New {index}"} for index in range(50)])
        self.assertEqual(len(capture.records), 1)

    def test_a_salesperson_s_new_lead_triggers_the_job(self):
        user = self.make_user("ws_trigger", "sales_team.group_sale_salesman")
        with self.capture() as capture:
            self.Lead.with_user(user).create({"name": "New"})
        self.assertEqual(len(capture.records), 1)

    def test_a_change_of_a_lead_triggers_nothing(self):
        lead = self.make_lead()
        with self.capture() as capture:
            lead.name = "Changed"
        self.assertFalse(capture.records)


@tagged("post_install", "-at_install")
class TestLeadLife(ScoringCase):
    """What happens to leads otherwise keeps score and ledger together."""

    def test_a_copy_starts_anew(self):
        lead = self.make_lead()
        self.make_rule()
        self.run_rules()
        copy = lead.copy()
        self.assertScores(copy, [0])
        self.assertFalse(copy.score_date)
        self.assertScores(lead, [10])
        self.run_rules()
        self.assertScores(copy, [10])

    def test_conversion_keeps_the_score(self):
        lead = self.make_lead()
        self.make_rule()
        self.run_rules()
        lead.convert_opportunity(False)
        self.assertEqual(lead.type, "opportunity")
        self.assertScores(lead, [10])

    def test_archiving_and_restoring_keep_the_score(self):
        lead = self.make_lead()
        self.make_rule()
        self.run_rules()
        lead.action_archive()
        self.assertScores(lead, [10])
        lead.action_unarchive()
        self.assertScores(lead, [10])

    def test_winning_and_losing_keep_the_score(self):
        won, lost = self.make_leads(2, type="opportunity")
        self.make_rule()
        self.run_rules()
        won.action_set_won()
        lost.action_set_lost()
        self.run_rules()
        self.assertScores(won + lost, [10, 10])

    def test_deleting_a_lead_deletes_its_lines_and_page_views(self):
        lead, other = self.make_leads(2)
        self.make_tracks(self.make_visitor(lead), "/a")
        self.make_rule()
        self.run_rules()
        lead_id = lead.id
        lead.unlink()
        self.assertFalse(self.Line.search([("lead_id", "=", lead_id)]))
        self.assertFalse(self.Pageview.search([("lead_id", "=", lead_id)]))
        self.assertScores(other, [10])

    def test_a_line_deleted_by_an_administrator_takes_its_points(self):
        lead = self.make_lead()
        self.make_rule()
        self.make_rule(value=1)
        self.run_rules()
        lead.score_line_ids.filtered(lambda line: line.points == 10).unlink()
        self.assertScores(lead, [1])

    def test_a_line_written_by_another_addon_counts(self):
        lead = self.make_lead()
        rule = self.make_rule()
        line = self.Line.create({"lead_id": lead.id, "rule_id": rule.id, "points": 4})
        lead.invalidate_recordset(["score_ids"])
        self.assertScores(lead, [4])
        line.points = 6
        self.assertScores(lead, [6])

    # 8. Merge

    def make_rivals(self):
        """Make two leads with a rule of their own each, and one of both."""
        head, tail = self.make_lead("Head"), self.make_lead("Tail")
        head.type = "opportunity"  # which wins
        self.rule_both = self.make_rule(value=1)
        self.rule_head = self.make_rule([("name", "=", "Head")], value=10)
        self.rule_tail = self.make_rule([("name", "=", "Tail")], value=100)
        self.run_rules()
        self.assertScores(head + tail, [11, 101])
        return head, tail

    def test_merged_leads_have_the_points_of_both_and_each_rule_once(self):
        head, tail = self.make_rivals()
        merged = (head + tail).merge_opportunity()
        self.assertEqual(merged, head)
        self.assertScores(head, [111])
        rules = self.rule_both + self.rule_head + self.rule_tail
        self.assertEqual(head.score_ids, rules)

    def test_merging_without_deleting_keeps_both_in_order(self):
        head, tail = self.make_rivals()
        (head + tail).merge_opportunity(auto_unlink=False)
        self.assertScores(head + tail, [111, 101])

    def test_merging_many_leads(self):
        leads = self.make_leads(5, name="Many")
        for index, lead in enumerate(leads):
            lead.name = f"Lead {index}"
            self.make_rule([("name", "=", lead.name)], value=10**index)
        self.run_rules()
        merged = leads.merge_opportunity()
        self.assertScores(merged, [11111])

    def test_merging_keeps_the_earliest_date_of_a_reason(self):
        head, tail = self.make_rivals()
        line = tail.score_line_ids.filtered(lambda line: line.points == 1)
        line.first_date = LONG_AGO
        (head + tail).merge_opportunity()
        line = head.score_line_ids.filtered(lambda line: line.points == 1)
        self.assertEqual(line.first_date, LONG_AGO)
        self.assertEqual(line.last_date, self.env.cr.now())

    def test_merging_keeps_points_of_archived_rules_at_nothing(self):
        head, tail = self.make_rivals()
        self.rule_tail.active = False
        (head + tail).merge_opportunity()
        self.assertScores(head, [11])
        self.rule_tail.active = True
        self.assertScores(head, [111])

    def test_merging_leads_that_were_never_scored(self):
        head, tail = self.make_leads(2)
        merged = (head + tail).merge_opportunity()
        self.assertScores(merged, [0])

    def test_a_new_lead_merged_into_a_scored_one(self):
        head = self.make_lead(type="opportunity")
        self.make_rule()
        self.run_rules()
        tail = self.make_lead()
        (head + tail).merge_opportunity()
        self.run_rules()
        self.assertScores(head, [10])

    def test_a_scored_lead_merged_into_a_new_one(self):
        tail = self.make_lead()
        self.make_rule()
        self.run_rules()
        head = self.make_lead(type="opportunity")
        merged = (head + tail).merge_opportunity()
        self.assertEqual(merged, head)
        self.run_rules()
        self.assertScores(head, [10])

    def test_running_after_a_merge_changes_nothing(self):
        head, tail = self.make_rivals()
        (head + tail).merge_opportunity()
        for _run in range(2):
            self.run_rules()
        self.assertScores(head, [111])
