from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import LONG_AGO
from .event_common import EventCase

RULE_LOGGER = "odoo.addons.website_crm_score.models.website_crm_score"


@tagged("post_install", "-at_install")
class TestEventRule(EventCase):
    """How often, how much, and for how long events count."""

    # Each time

    def test_an_event_rule_gives_its_value_each_time(self):
        lead = self.make_visited_lead(1, 2, 3)
        rule = self.make_event_rule(value=2.5)
        self.run_rules()
        self.assertCounted(lead, rule, 3, 7.5)

    def test_the_line_says_from_when_to_when_the_events_are(self):
        lead = self.make_visited_lead(1, 2, 3)
        rule = self.make_event_rule()
        self.run_rules()
        line = self.get_line(lead, rule)
        self.assertEqual(line.first_date, self.now - timedelta(days=3))
        self.assertEqual(line.last_date, self.now - timedelta(days=1))

    def test_events_and_what_a_lead_is_add_up(self):
        lead = self.make_visited_lead(1, 2)
        self.make_event_rule(value=10)
        self.make_rule(value=3)
        self.run_rules()
        self.assertScores(lead, [23])

    def test_a_rule_can_take_points_for_an_event(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule(value=-2)
        self.run_rules()
        self.assertCounted(lead, rule, 2, -4)

    def test_a_lead_without_events_has_no_line(self):
        lead = self.make_visited_lead()
        self.make_event_rule()
        self.run_rules()
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_line_ids)
        self.assertTrue(lead.score_date)

    def test_running_again_changes_nothing(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule()
        self.run_rules()
        line = self.get_line(lead, rule)
        for run in (self.run_rules, self.run_again, rule.action_apply, self.run_cron):
            run()
            self.assertEqual(self.get_line(lead, rule), line)
            self.assertCounted(lead, rule, 2, 20)

    def test_an_event_more_is_added_to_the_line(self):
        lead = self.make_visited_lead(5)
        rule = self.make_event_rule()
        self.run_rules()
        line = self.get_line(lead, rule)
        self.visit(lead)
        self.run_again()
        self.assertEqual(self.get_line(lead, rule), line)
        self.assertCounted(lead, rule, 2, 20)
        self.assertEqual(line.last_date, self.now)

    def test_a_value_that_changes_later_is_given_for_each_event(self):
        lead = self.make_visited_lead(5)
        rule = self.make_event_rule()
        self.run_rules()
        self.visit(lead)
        self.run_again()
        rule.value = 3
        self.assertCounted(lead, rule, 2, 6)

    def test_an_event_that_is_no_more_is_taken_back(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule()
        self.run_rules()
        lead.visitor_ids.website_track_ids[:1].unlink()
        rule.action_apply()
        self.assertCounted(lead, rule, 1, 10)
        lead.visitor_ids.website_track_ids.unlink()
        rule.action_apply()
        self.assertFalse(lead.score_line_ids)
        self.assertScores(lead, [0])

    def test_an_event_does_not_count_before_its_time(self):
        lead = self.make_visited_lead(-3)
        rule = self.make_event_rule()
        with self.after(days=2):
            self.run_again()
            self.assertFalse(lead.score_line_ids)
        with self.after(days=3, hours=1):
            self.run_again()
            self.assertCounted(lead, rule, 1, 10)

    # At most

    def test_so_many_times_at_most_the_most_recent_ones(self):
        lead = self.make_visited_lead(1, 2, 3, 4)
        rule = self.make_event_rule(max_count=2)
        self.run_rules()
        self.assertCounted(lead, rule, 2, 20)
        line = self.get_line(lead, rule)
        self.assertEqual(line.first_date, self.now - timedelta(days=2))

    def test_so_many_points_at_most(self):
        lead = self.make_visited_lead(1, 2, 3, 4)
        rule = self.make_event_rule(max_points=25)
        self.run_rules()
        self.assertCounted(lead, rule, 4, 25)

    def test_so_many_points_at_most_are_taken(self):
        lead = self.make_visited_lead(1, 2, 3, 4)
        rule = self.make_event_rule(value=-10, max_points=25)
        self.run_rules()
        self.assertCounted(lead, rule, 4, -25)

    def test_a_limit_of_points_that_changes_counts_at_once(self):
        lead = self.make_visited_lead(1, 2, 3, 4)
        rule = self.make_event_rule(max_points=25)
        self.run_rules()
        rule.max_points = 30
        self.assertCounted(lead, rule, 4, 30)
        rule.max_points = 0
        self.assertCounted(lead, rule, 4, 40)

    # For how long

    def test_an_event_counts_for_so_many_days(self):
        lead = self.make_visited_lead(1, 6, 8)
        rule = self.make_event_rule(valid_days=7)
        self.run_rules()
        self.assertCounted(lead, rule, 2, 20)

    def test_what_no_longer_counts_is_taken_back_in_time(self):
        lead = self.make_visited_lead(0, 6)
        rule = self.make_event_rule(valid_days=7)
        other = self.make_visited_lead(0)
        self.run_again()
        with self.after(hours=23):
            self.run_again()
            self.assertCounted(lead, rule, 2, 20)
        with self.after(hours=25):
            self.run_again()
            self.assertCounted(lead, rule, 1, 10)
            self.assertCounted(other, rule, 1, 10)
        with self.after(days=8):
            self.run_again()
            self.assertFalse((lead + other).score_line_ids)
            self.assertScores(lead + other, [0, 0])

    def test_what_no_longer_counts_makes_room_for_nothing_older(self):
        lead = self.make_visited_lead(1, 2, 20)
        rule = self.make_event_rule(valid_days=7, max_count=1)
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)
        with self.after(days=5, hours=1):
            self.run_again()
            self.assertCounted(lead, rule, 1, 10)
        with self.after(days=6, hours=1):
            self.run_again()
            self.assertFalse(lead.score_line_ids)

    def test_an_event_fades_in_equal_steps(self):
        lead = self.make_visited_lead(0)
        rule = self.make_event_rule(valid_days=4, is_fading=True)
        for days, points in ((0, 10), (1, 7.5), (2, 5), (3, 2.5)):
            with self.after(days=days):
                self.run_again()
                self.assertCounted(lead, rule, 1, points)
        with self.after(days=4):
            self.run_again()
            self.assertFalse(lead.score_line_ids)

    def test_each_event_fades_by_itself(self):
        lead = self.make_visited_lead(0, 1, 2, 3, 4)
        rule = self.make_event_rule(valid_days=4, is_fading=True)
        self.run_rules()
        self.assertCounted(lead, rule, 4, 25)

    def test_a_value_that_changes_counts_at_once_for_faded_points_too(self):
        lead = self.make_visited_lead(1)
        rule = self.make_event_rule(valid_days=4, is_fading=True)
        self.run_rules()
        rule.value = 100
        self.assertCounted(lead, rule, 1, 75)

    def test_days_are_those_of_the_author_of_the_rule(self):
        lead = self.make_visited_lead(0.45)  # at half past one in the morning, in UTC
        rule = self.make_event_rule(valid_days=4, is_fading=True)
        self.env.cr.execute("UPDATE website_crm_score SET tz = 'America/New_York'")
        self.env.invalidate_all()
        self.run_rules()
        self.assertCounted(lead, rule, 1, 7.5)

    # Who

    def test_leads_that_match_alone_earn(self):
        leads = self.make_visited_lead(1, name="Yes") + self.make_visited_lead(1)
        self.make_event_rule(domain=[("name", "=", "Yes")])
        self.run_rules()
        self.assertScores(leads, [10, 0])

    def test_a_lead_that_no_longer_matches_earns_no_more(self):
        lead = self.make_visited_lead(1, name="Yes")
        rule = self.make_event_rule(domain=[("name", "=", "Yes")])
        self.run_rules()
        lead.name = "No"
        rule.action_apply()
        self.assertFalse(lead.score_line_ids)
        self.assertScores(lead, [0])

    def test_leads_that_are_not_open_keep_what_they_have(self):
        lead = self.make_visited_lead(1)
        rule = self.make_event_rule()
        self.run_rules()
        lead.action_set_lost()
        self.visit(lead)
        self.run_rules()
        rule.action_apply()
        self.assertCounted(lead, rule, 1, 10)

    def test_a_new_lead_has_its_points_within_minutes(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule()
        self.run_cron("ir_cron_score_new_leads")
        self.assertCounted(lead, rule, 2, 20)

    def test_a_rule_is_for_leads_of_its_company(self):
        company = self.env["res.company"].create({"name": "Company B"})
        lead = self.make_visited_lead(1)
        foreign = self.make_visited_lead(1, company_id=company.id)
        self.make_event_rule(company_id=self.env.company.id)
        lead.company_id = self.env.company
        for run in (self.run_rules, self.run_again):
            run()
            self.assertScores(lead + foreign, [10, 0])

    # Changes

    def test_an_archived_rule_gives_nothing_and_a_restored_one_what_it_gave(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule()
        self.run_rules()
        rule.active = False
        self.assertScores(lead, [0])
        self.visit(lead)
        self.run_rules()
        rule.active = True
        self.assertCounted(lead, rule, 2, 20)
        self.run_rules()
        self.assertCounted(lead, rule, 3, 30)

    def test_a_deleted_rule_takes_its_points_along(self):
        lead = self.make_visited_lead(1, 2)
        self.make_event_rule().exists()
        self.run_rules()
        lead.score_ids.unlink()
        self.assertScores(lead, [0])

    def test_a_rule_that_changes_is_counted_anew_for_all(self):
        lead = self.make_visited_lead(1, 2, path="/a")
        rule = self.make_event_rule(page_url="/b")
        self.run_again()
        self.assertScores(lead, [0])
        rule.page_url = "/a"
        self.run_rules()
        self.assertCounted(lead, rule, 2, 20)

    def test_a_rule_of_another_type_keeps_no_points(self):
        lead = self.make_visited_lead(1, 2)
        rule = self.make_event_rule()
        self.run_rules()
        rule.rule_type = "domain"
        self.assertScores(lead, [0])
        rule.action_apply()
        self.assertCounted(lead, rule, 1, 10)
        rule.rule_type = "event"
        self.assertScores(lead, [0])
        self.run_rules()
        self.assertCounted(lead, rule, 2, 20)

    # Merging

    def test_events_of_merged_leads_are_counted_again(self):
        head = self.make_visited_lead(1, 2, type="opportunity")
        tail = self.make_visited_lead(3, 4, 5)
        rule = self.make_event_rule()
        self.run_again()
        merged = (head + tail).merge_opportunity()
        self.assertEqual(merged, head)
        self.assertLedger(head)
        self.run_cron("ir_cron_score_new_leads")
        self.assertCounted(head, rule, 5, 50)

    def test_a_visitor_of_both_merged_leads_counts_once(self):
        head = self.make_lead(type="opportunity")
        tail = self.make_lead()
        visitor = self.make_visitor(head + tail)
        self.visit(visitor, 1)
        rule = self.make_event_rule()
        self.run_again()
        self.assertScores(head + tail, [10, 10])
        (head + tail).merge_opportunity()
        self.run_again()
        self.assertCounted(head, rule, 1, 10)

    # What a run looks at

    def find_looked_at(self):
        """Return of how many leads a run counts the events."""
        self.run_again()
        run = self.env["website.crm.score.run"].search([], limit=1)
        return run.line_ids.matched_count

    def test_a_run_looks_at_leads_with_news_alone(self):
        leads = [self.make_visited_lead(50) for _index in range(3)]
        self.make_event_rule()
        self.assertEqual(self.find_looked_at(), 3)
        self.assertEqual(self.find_looked_at(), 0)
        self.visit(leads[0])
        self.assertEqual(self.find_looked_at(), 1)

    def test_an_event_that_is_committed_late_is_found(self):
        lead = self.make_visited_lead(50)
        rule = self.make_event_rule()
        self.run_again()
        before = self.progress.events_date
        track = self.visit(lead, 60)
        self.run_again()
        self.assertCounted(lead, rule, 2, 20)  # the page views have it
        self.env.cr.execute(
            "UPDATE website_track SET visit_datetime = %s WHERE id = %s",
            (before + timedelta(seconds=1), track.id),
        )
        self.run_again()
        self.assertEqual(self.get_line(lead, rule).last_date.date(), before.date())

    def test_all_leads_are_looked_at_once_a_day(self):
        lead = self.make_visited_lead(50)
        rule = self.make_event_rule()
        self.run_again()
        lead.visitor_ids.website_track_ids.unlink()
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)
        self.progress.owners_date = LONG_AGO
        self.run_rules()
        self.assertFalse(lead.score_line_ids)

    def test_a_run_of_many_leads_reads_all_events_at_once(self):
        leads = [self.make_visited_lead(1, 2) for _index in range(3)]
        self.make_event_rule(visit_unit="day", max_count=1)
        with patch("odoo.addons.website_crm_score.scoring.finding.MANY_OWNERS", 1):
            self.run_again()
        self.assertScores(self.Lead.concat(*leads), [10, 10, 10])

    def test_only_lines_that_change_are_written(self):
        leads = self.make_visited_lead(1) + self.make_visited_lead(1)
        rule = self.make_event_rule()
        self.run_rules()
        before = self.find_places(leads)
        self.visit(leads[0])
        rule.action_apply()
        after = self.find_places(leads)
        self.assertNotEqual(after[0], before[0])
        self.assertEqual(after[1], before[1])

    def find_places(self, leads):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT ctid::text FROM website_crm_score_line WHERE lead_id IN %s"
            " ORDER BY lead_id",
            [leads._ids],
        )
        return self.env.cr.fetchall()

    def test_a_run_in_parts_counts_events(self):
        leads = self.Lead.concat(*[self.make_visited_lead(1, 2) for _index in range(5)])
        self.make_event_rule()
        with (
            patch("odoo.addons.website_crm_score.scoring.writing.PART_SIZE", 2),
            patch("odoo.addons.website_crm_score.scoring.writing.BATCH_SIZE", 1),
        ):
            self.run_cron()
            self.assertScores(leads, [20] * 5)
            for lead in leads:
                self.visit(lead)
            self.run_cron()
        self.assertScores(leads, [30] * 5)
        run = self.env["website.crm.score.run"].search([], limit=1)
        self.assertEqual((run.lead_count, run.gained_count), (5, 0))

    def test_a_run_counts_new_reasons(self):
        self.make_visited_lead(1)
        self.make_event_rule()
        self.run_rules()
        run = self.env["website.crm.score.run"].search([], limit=1)
        self.assertEqual((run.gained_count, run.line_ids.gained_count), (1, 1))

    # Errors

    def test_a_source_that_fails_leaves_its_rule_out_alone(self):
        lead = self.make_visited_lead(1)
        broken = self.make_event_rule(value=1)
        self.make_event_rule(value=10)
        events = type(broken)._get_events

        def fail(rule):
            return SQL("SELECT nothing") if rule == broken else events(rule)

        with (
            patch.object(type(broken), "_get_events", fail),
            mute_logger(RULE_LOGGER, "odoo.sql_db"),
        ):
            self.run_rules()
        self.assertScores(lead, [10])
        self.assertIn("nothing", broken.error)
        self.age_rules()
        self.run_rules()
        self.assertFalse(broken.error)
        self.assertScores(lead, [11])

    def test_what_is_missing_or_wrong_is_refused(self):
        for values, message in (
            ({"event_type": False}, "choose the event"),
            ({"max_count": -1}, "limit cannot be less"),
            ({"max_points": -1}, "limit cannot be less"),
            ({"valid_days": -1}, "number of days"),
            ({"is_fading": True}, "within how many days"),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(
                    ValidationError, f"“Rule” cannot count events: .*{message}"
                ),
            ):
                self.make_event_rule(**values)

    def test_a_domain_that_is_wrong_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "depend on the score"):
            self.make_event_rule(domain=[("score", ">", 5)])
