from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import BaseCase, HttpCase, tagged

from ..learning.patterns import group, join_outcomes
from ..learning.proposal import judge, refit
from ..suggesting.cohort import Cohort
from ..suggesting.matches import Matches
from ..suggesting.tally import get_groups
from .event_common import EventCase
from .suggestion_common import SuggestionCase
from .test_learning_choice import draw


@tagged("post_install", "-at_install")
class TestRefitting(BaseCase):
    def test_points_of_all_rules_are_in_the_ratio_of_their_effects(self):
        patterns = draw(40_000, [0.3] * 4, {0: 1.6, 1: 0.8, 2: -0.8})
        proposal = refit(group(patterns, range(4)), [4, 5, 6, 7], 5)
        self.assertEqual(list(proposal.points), [4, 5, 6, 7])
        self.assertAlmostEqual(proposal.points[4] / proposal.points[5], 2, delta=0.5)
        self.assertLess(proposal.points[6], 0)
        self.assertEqual(proposal.points[7], 0)
        self.assertGreater(proposal.tests[4], 100)
        self.assertLess(proposal.tests[7], 10)

    def test_the_test_of_one_rule_is_its_square_over_its_variance(self):
        # ln 9, the variance of which is 1/30 + 1/10 + 1/10 + 1/30.
        proposal = refit({(1,): [30000, 10000], (0,): [10000, 30000]}, [0], 1)
        self.assertAlmostEqual(proposal.tests[0], 18103, delta=20)

    def test_what_counts_often_is_worth_its_points_each_time(self):
        groups = {(0,): [100, 900], (1,): [200, 800], (2,): [360, 640]}
        groups |= {(5,): [860, 140]}
        points = refit(groups, [3], 1).points
        self.assertGreater(points[3], 0)
        ranking = judge(groups, [points[3]])
        self.assertEqual(ranking.leads, 4000)
        self.assertGreater(ranking.auc, 0.7)

    def test_groups_are_joined(self):
        parts = {(1, 0): [1, 2]}, {(1, 0): [3, 4], (0, 0): [5, 6]}
        self.assertEqual(join_outcomes(parts), {(1, 0): [4, 6], (0, 0): [5, 6]})


class NewPointsCase(SuggestionCase):
    """Rules whose points say the contrary of what was won."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule.with_context(active_test=False).search([]).unlink()
        cls.won, cls.lost = cls.make_closed()
        cls.pick(cls.won, 0.7).source_id = cls.source
        cls.pick(cls.lost, 0.15).source_id = cls.source
        cls.pick(cls.won, 0.5).tag_ids = cls.tag
        cls.pick(cls.lost, 0.15).tag_ids = cls.tag
        cls.open = cls.make_leads(60)
        cls.pick(cls.open, 0.35).source_id = cls.source
        cls.pick(cls.open, 0.3).tag_ids = cls.tag
        cls.fair = cls.make_rule(
            [("source_id", "=", cls.source.id)],
            value=-20,
            name="From the fair",
            event_based=True,
        )
        cls.adult = cls.make_rule(
            [("tag_ids", "in", cls.tag.ids)], value=3, name="Adult", event_based=True
        )


@tagged("post_install", "-at_install")
class TestNewPoints(NewPointsCase):
    def suggest(self, mode="points", **values):
        return super().suggest(mode=mode, **values)

    def get_points(self, suggestion):
        return {line.rule_id: line.points for line in suggestion.line_ids}

    def test_present_rules_get_new_points_beside_the_old_ones(self):
        suggestion = self.suggest()
        self.assertEqual(suggestion.state, "done")
        points = self.get_points(suggestion)
        self.assertEqual(points.keys(), {self.fair, self.adult})
        self.assertGreater(points[self.fair], 0)
        self.assertGreater(points[self.adult], 0)
        self.assertEqual(suggestion.line_ids.mapped("present_points"), [-20, 3])
        self.assertEqual((self.fair.value, self.adult.value), (-20, 3))
        line = suggestion.line_ids[0]
        held = (self.won + self.lost).filtered("source_id")
        self.assertEqual(line.lead_count, len(held))
        self.assertEqual(line.level, "very_likely")

    def test_new_points_rank_newer_leads_better_than_the_present_ones(self):
        new, present, core = self.suggest().ranking_ids
        self.assertEqual(
            [new.who, present.who, core.who], ["new_points", "present_points", "core"]
        )
        self.assertGreater(new.auc, 0.7)
        self.assertLess(present.auc, 0.5)
        self.assertEqual(new.lead_count, 60)

    def test_replaced_points_change_the_scores_at_once(self):
        self.run_rules()
        suggestion = self.suggest()
        points = self.get_points(suggestion)
        action = suggestion.action_replace_points()
        self.assertEqual(self.Rule.search(action["domain"]), self.fair + self.adult)
        self.assertEqual(self.fair.value, points[self.fair])
        for lead in self.open:
            expected = points[self.fair] if lead.source_id else 0
            expected += points[self.adult] if lead.tag_ids else 0
            self.assertEqual(lead.score, expected)
            self.assertLedger(lead)

    def test_rules_that_are_not_chosen_keep_their_points(self):
        suggestion = self.suggest()
        suggestion.line_ids[0].is_used = False
        suggestion.action_replace_points()
        self.assertEqual(self.fair.value, -20)
        self.assertNotEqual(self.adult.value, 3)
        suggestion.line_ids.is_used = False
        with self.assertRaisesRegex(UserError, "Choose the rules"):
            suggestion.action_replace_points()

    def test_new_points_are_no_drafts_and_new_rules_are_no_points(self):
        suggestion = self.suggest()
        suggestion.line_ids.rule_id = False
        with self.assertRaises(UserError):
            suggestion.action_make_drafts()
        rules = self.suggest(mode="rules")
        with self.assertRaises(UserError):
            rules.action_replace_points()

    def test_archived_rules_and_drafts_get_no_points(self):
        self.adult.active = False
        self.make_rule(is_draft=True)
        self.assertEqual(self.suggest().line_ids.rule_id, self.fair)

    def test_what_closing_sets_keeps_its_points(self):
        self.pick(self.won, 0.9).tag_ids |= self.late_tag
        rule = self.make_rule([("tag_ids", "in", self.late_tag.ids)], name="Customer")
        suggestion = self.suggest()
        self.assertNotIn(rule, suggestion.line_ids.rule_id)
        self.assertIn("Customer: closing a lead seems", suggestion.left_out)

    def test_a_filter_on_pages_keeps_its_points(self):
        rule = self.make_rule([("score_pageview_ids.url", "ilike", "/a")], name="Page")
        suggestion = self.suggest()
        self.assertNotIn(rule, suggestion.line_ids.rule_id)
        self.assertIn("Page: a filter on pages", suggestion.left_out)

    def test_what_hardly_any_lead_has_keeps_its_points(self):
        self.make_rule([("id", "in", self.won[:9].ids)], name="Few")
        self.make_rule(name="All")
        left_out = self.suggest().left_out
        self.assertIn("Few: too few", left_out)
        self.assertIn("All: too few", left_out)

    def test_without_a_rule_it_says_so(self):
        (self.fair + self.adult).unlink()
        suggestion = self.suggest()
        self.assertEqual(suggestion.state, "empty")
        self.assertIn("No rule of leads", suggestion.reason)

    def count(self, days, **values):
        """Return how many times a rule gave points to one lead that was here at such
        days before now; it was closed 100 days ago."""
        lead = self.won[0]
        for number in days:
            self.visit(lead, number, "/pricing")
        self.env.flush_all()
        rule = self.make_event_rule(page_url="/pricing", name="Visit", **values)
        cohort = Cohort(self.env, self.now - timedelta(days=365))
        cohort.fill()
        matches = Matches(cohort)
        matches.clear()
        self.assertTrue(matches.add_times(0, rule))
        older, newer = get_groups(cohort, [0])
        times = [key for [key] in {**older, **newer} if key]
        return times[0] if times else 0

    def test_visits_count_as_often_as_the_rule_counts_them(self):
        days = (110, 120, 130, 140)
        self.assertEqual(self.count(days), 4)
        self.assertEqual(self.count((), max_count=2), 2)
        self.assertEqual(self.count((), max_points=30), 3)
        self.assertEqual(self.count((), min_count=5), 0)
        self.assertEqual(self.count((), valid_days=25), 2)
        # A share of 9/10, 8/10, 7/10 and 6/10.
        self.assertEqual(self.count((), valid_days=100, is_fading=True), 3)

    def test_visits_after_the_end_count_nothing(self):
        self.assertEqual(self.count((99, 50)), 0)
        self.assertEqual(self.count((110,)), 1)


@tagged("post_install", "-at_install")
class TestNewPointsTour(NewPointsCase, HttpCase):
    def setUp(self):
        super(EventCase, self).setUp()  # in the time that the browser has

    def test_a_manager_replaces_points(self):
        manager = self.make_user(
            "score_suggester", "sales_team.group_sale_manager,crm.group_use_lead"
        )
        self.start_tour(
            "/odoo", "website_crm_score.manager_replaces_points", login=manager.login
        )
        self.env.invalidate_all()
        self.assertGreater(self.fair.value, 0)
        self.assertEqual(self.adult.value, 3)
