from datetime import datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestPageVisited(EventCase):
    def count(self, lead, **values):
        """Return how many events of a rule count for a lead."""
        rule = self.make_event_rule(**values)
        self.run_rules()
        self.assertLedger(lead)
        return self.get_line(lead, rule).event_count

    def test_a_page_is_chosen_by_a_part_of_its_address(self):
        lead = self.make_visited_lead(1, 2, path="/shop/pricing")
        self.visit(lead, path="/about")
        for part, count in (("/pricing", 2), ("PRICING", 2), ("/", 3), ("%", 0)):
            with self.subTest(part):
                self.assertEqual(self.count(lead, page_url=part), count)

    def test_a_page_is_chosen_by_its_address(self):
        lead = self.make_visited_lead(1, 2, path="/pricing")
        self.visit(lead, path="/pricing/more")
        for url, count in (
            ("/pricing", 2),
            ("/Pricing/", 2),
            (self.host + "/pricing", 2),
            ("pricing", 2),
            ("http://elsewhere.example/pricing", 0),
        ):
            with self.subTest(url):
                self.assertEqual(self.count(lead, page_match="is", page_url=url), count)

    def test_the_home_page_is_an_address_too(self):
        lead = self.make_visited_lead(1, path="/")
        self.visit(lead, path="/more")
        self.assertEqual(self.count(lead, page_match="is", page_url="/"), 1)

    def test_what_follows_the_address_does_not_matter(self):
        lead = self.make_visited_lead(1, path="/pricing?from=here#there")
        self.assertEqual(self.count(lead, page_match="is", page_url="/pricing"), 1)
        self.assertEqual(self.count(lead, page_url="here"), 0)

    def test_a_page_is_chosen_itself(self):
        page = self.env["website.page"].search([], limit=1)
        lead = self.make_visited_lead(1, path="/fr/whatever")
        lead.visitor_ids.website_track_ids.page_id = page
        self.visit(lead, path="/other")
        self.assertEqual(self.count(lead, page_match="page", page_id=page.id), 1)

    def test_a_rule_whose_page_was_deleted_says_so(self):
        page = self.env["website.page"].create(
            {"name": "P", "type": "qweb", "url": "/p", "arch": "<p/>", "key": "ws.p"}
        )
        rule = self.make_event_rule(page_match="page", page_id=page.id)
        page.unlink()
        with mute_logger("odoo.addons.website_crm_score.models.website_crm_score"):
            self.run_rules()
        self.assertEqual(rule.error, "choose the page.")

    def test_each_different_day_counts_once(self):
        lead = self.make_visited_lead(1, 1, 1, 2)
        self.assertEqual(self.count(lead, visit_unit="day"), 2)

    def test_days_are_those_of_the_author_of_the_rule(self):
        lead = self.make_visited_lead(1.45, 1.55)  # around midnight, in UTC
        self.assertEqual(self.count(lead, visit_unit="day"), 2)
        self.env.cr.execute("UPDATE website_crm_score SET tz = 'Asia/Tokyo'")
        self.env.invalidate_all()
        self.Rule.search([]).action_apply()
        self.assertEqual(lead.score_line_ids.event_count, 1)

    def test_days_without_and_with_an_hour_more_are_days(self):
        """As they are where the author lives: the 29th of March begins at 23:00, has 23
        hours; the 25th of October begins at 22:00, has 25."""
        lead = self.make_lead()
        visitor = self.make_visitor(lead)
        for date in (
            datetime(2026, 3, 28, 23, 30),
            datetime(2026, 3, 29, 21, 30),
            datetime(2026, 10, 24, 22, 30),
            datetime(2026, 10, 25, 22, 30),
        ):
            self.make_tracks(visitor, "/page", date=date)
        brussels = self.Rule.with_context(tz="Europe/Brussels")
        self.patch(type(self), "Rule", brussels)
        self.assertEqual(self.count(lead, visit_unit="day"), 2)

    def test_visits_of_all_visitors_of_a_lead_count(self):
        lead = self.make_visited_lead(1)
        self.visit(self.make_visitor(lead), 2)
        self.assertEqual(self.count(lead), 2)

    def test_a_visit_of_a_visitor_counts_for_all_its_leads(self):
        leads = self.make_leads(2)
        self.visit(self.make_visitor(leads), 1)
        self.make_event_rule()
        self.run_rules()
        self.assertScores(leads, [10, 10])

    def test_visits_of_the_staff_do_not_count(self):
        user = new_test_user(self.env, "ws_staff", "base.group_user")
        lead = self.make_lead()
        visitor = self.make_visitor(
            lead, user.partner_id, partner_id=user.partner_id.id
        )
        self.visit(visitor)
        for event in ("page_visit", "comeback"):
            with self.subTest(event):
                self.assertEqual(self.count(lead, event_type=event), 0)

    def test_visits_without_consent_do_not_count(self):
        lead = self.make_visited_lead(1)
        lead.visitor_ids._set_consent_withdrawn(True)
        self.assertEqual(self.count(lead), 0)

    def test_a_visitor_who_turns_out_to_be_a_lead_brings_its_visits(self):
        lead = self.make_lead()
        visitor = self.make_visitor()
        self.visit(visitor, 100)
        rule = self.make_event_rule()
        self.run_again()
        visitor.lead_ids = lead
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)

    def test_visits_that_were_removed_count_as_of_the_first(self):
        lead = self.make_visited_lead(1, 300, 310, 320)
        rule = self.make_event_rule()
        self.run_rules()
        self.env["res.config.settings"].create({}).execute()
        self.env["website.track"]._remove(
            lead.visitor_ids.website_track_ids.sorted("visit_datetime")[:3].ids
        )
        self.assertEqual(len(lead.visitor_ids.website_track_ids), 1)
        rule.action_apply()
        self.assertCounted(lead, rule, 4, 40)
        line = self.get_line(lead, rule)
        self.assertEqual(line.first_date, self.now - timedelta(days=320))
        rule.visit_unit = "day"
        rule.action_apply()
        self.assertCounted(lead, rule, 2, 20)

    def test_erased_visits_are_taken_back(self):
        lead = self.make_visited_lead(1)
        self.make_event_rule()
        self.run_rules()
        self.assertScores(lead, [10])
        lead.action_erase_browsing_history()
        self.run_again()
        self.assertScores(lead, [0])

    def test_visits_are_not_handed_over_to_a_stranger_s_lead(self):
        head = self.make_lead(email_from="vera@visitor.example")
        tail = self.make_visited_lead(1, email_from="vera@visitor.example")
        rule = self.make_event_rule()
        self.run_again()
        self.assertCounted(tail, rule, 1, 10)
        [merged] = self.Lead._merge_automatically([head + tail])
        self.assertScores(merged, [0])
        self.run_again()
        self.assertScores(merged, [0])

    def test_what_is_missing_or_wrong_is_refused(self):
        for values, message in (
            ({"page_url": False}, "say which page"),
            ({"page_url": "  "}, "say which page"),
            ({"page_match": False}, "say which page"),
            ({"page_url": "/a?b=1"}, "without what follows"),
            ({"page_url": "/" * 2001}, "too long"),
            ({"page_match": "page"}, "choose the page"),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(ValidationError, message),
            ):
                self.make_event_rule(**values)

    def test_a_change_is_checked_too(self):
        rule = self.make_event_rule()
        with self.assertRaisesRegex(ValidationError, "without what follows"):
            rule.page_url = "/a#b"


@tagged("post_install", "-at_install")
class TestComeback(EventCase):
    def test_a_visit_long_after_the_one_before_counts(self):
        lead = self.make_visited_lead(30, 29, 20, 2)
        rule = self.make_event_rule("comeback", absence_days=9)
        self.run_rules()
        self.assertCounted(lead, rule, 2, 20)
        line = self.get_line(lead, rule)
        self.assertEqual(line.first_date, self.now - timedelta(days=20))
        self.assertEqual(line.last_date, self.now - timedelta(days=2))

    def test_the_first_visit_is_no_return(self):
        lead = self.make_visited_lead(30)
        self.make_event_rule("comeback", absence_days=1)
        self.run_rules()
        self.assertScores(lead, [0])

    def test_whoever_comes_back_has_the_points_by_the_next_run(self):
        lead = self.make_visited_lead(30)
        rule = self.make_event_rule("comeback", absence_days=7)
        self.run_again()
        self.assertScores(lead, [0])
        self.visit(lead)
        self.run_again()
        self.assertCounted(lead, rule, 1, 10)

    def test_any_page_is_a_visit(self):
        lead = self.make_visited_lead(30, path="/a")
        self.visit(lead, path="/b")
        rule = self.make_event_rule("comeback", absence_days=7)
        self.run_rules()
        self.assertCounted(lead, rule, 1, 10)

    def test_days_of_absence_are_needed(self):
        with self.assertRaisesRegex(ValidationError, "at least one"):
            self.make_event_rule("comeback", absence_days=0)
