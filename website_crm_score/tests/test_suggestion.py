from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users
from odoo.tools import SQL

from ..learning.selection import LEAST_LEADS
from ..models import website_crm_score_suggestion
from ..suggesting import cohort
from ..suggesting.candidates import find_candidates
from .suggestion_common import SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestion(SuggestionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.won, cls.lost = cls.make_closed()
        cls.pick(cls.won, 0.7).source_id = cls.source
        cls.pick(cls.lost, 0.15).source_id = cls.source
        cls.pick(cls.won, 0.5).tag_ids = cls.tag
        cls.pick(cls.lost, 0.15).tag_ids = cls.tag
        cls.pick(cls.won + cls.lost, 0.5).country_id = cls.country
        cls.open = cls.make_leads(60)
        cls.pick(cls.open, 0.35).source_id = cls.source
        cls.pick(cls.open, 0.3).tag_ids = cls.tag
        cls.env.flush_all()

    def find(self, suggestion, name):
        return suggestion.line_ids.filtered(lambda line: line.name == name)

    def test_what_tells_won_from_lost_leads_is_suggested(self):
        suggestion = self.suggest()
        self.assertEqual(suggestion.state, "done")
        self.assertEqual((suggestion.won_count, suggestion.lost_count), (80, 120))
        names = self.get_names(suggestion)
        self.assertIn("Found us by Fair", names)
        self.assertIn("Tagged Adult", names)
        self.assertNotIn("Comes from Belgium", names)

    def test_its_day_is_said_as_users_write_days(self):
        suggestion = self.env["website.crm.score.suggestion"].create({})
        suggestion.env.cr.execute(
            "UPDATE website_crm_score_suggestion SET create_date = '2026-11-07 23:00'"
        )
        suggestion.invalidate_recordset()
        here = suggestion.with_context(tz="Europe/Brussels")
        self.assertEqual(here.display_name, "Suggestion of 11/08/2026")

    def test_a_line_says_how_many_leads_it_rests_on(self):
        line = self.find(self.suggest(), "Found us by Fair")
        held = (self.won + self.lost).filtered("source_id")
        won = len(held & self.won)
        others = len(self.won) - won
        self.assertEqual(line.lead_count, len(held))
        self.assertAlmostEqual(line.rate_with, won / len(held))
        self.assertAlmostEqual(line.rate_without, others / (200 - len(held)))
        self.assertAlmostEqual(line.lift, won / len(held) / 0.4)
        self.assertLess(line.lift_low, line.lift)
        self.assertGreater(line.lift_high, line.lift)
        self.assertEqual(line.level, "very_likely")
        self.assertEqual(line.points % 5, 0)
        self.assertGreater(line.points, 0)

    def test_points_can_be_of_any_whole_number(self):
        fives, ones = self.suggest(), self.suggest(step="1")
        self.assertEqual(
            [line.points for line in fives.line_ids],
            [line.points * 5 for line in ones.line_ids],
        )

    def make_cohort(self):
        """Return all closed leads, and the open ones that are looked at."""
        leads = cohort.Cohort(self.env, self.now - timedelta(days=999))
        leads.fill()
        self.addCleanup(leads.drop)
        return leads

    def test_of_open_leads_the_newest_are_looked_at(self):
        self.patch(cohort, "MOST_OPEN", 3)
        self.make_cohort()
        query = "SELECT lead_id FROM %s WHERE is_won IS NULL ORDER BY 1"
        rows = self.env.execute_query(SQL(query, cohort.LEADS))
        self.assertEqual([id_ for (id_,) in rows], sorted(self.open.ids)[-3:])

    def test_values_that_enough_closed_leads_have_are_looked_at(self):
        closed = self.won + self.lost
        most, enough, few = LEAST_LEADS + 1, LEAST_LEADS, LEAST_LEADS - 1
        closed[:enough].city = "Rome"
        closed[enough : enough + few].city = "Oslo"
        closed[-most:].city = "Zagreb"
        self.open.city = "Paris"
        leads, city = self.make_cohort(), SQL("lead.city")
        self.assertEqual(leads.find_frequent(city, 9), ["Zagreb", "Rome"])
        self.assertEqual(leads.find_frequent(city, 1), ["Zagreb"])

    def test_not_more_rules_are_suggested_than_asked_for(self):
        self.assertEqual(len(self.suggest(max_rules=1).line_ids), 1)

    def test_numbers_that_make_no_sense_are_refused(self):
        for values in ({"years": 0}, {"years": 21}, {"max_rules": 0}):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.Suggestion.create(values)

    def test_drafts_are_made_with_one_click_and_score_nothing_yet(self):
        suggestion = self.suggest()
        action = suggestion.action_make_drafts()
        rules = self.Rule.with_context(active_test=False).search(action["domain"])
        self.assertEqual(rules, suggestion.line_ids.rule_id)
        self.assertEqual(set(rules.mapped("is_draft")), {True})
        self.assertEqual(rules.mapped("name"), self.get_names(suggestion))
        self.assertEqual(rules.mapped("value"), suggestion.line_ids.mapped("points"))
        self.run_rules()
        self.assertFalse(any(self.open.mapped("score")))
        with self.assertRaisesRegex(UserError, "Choose the rules"):
            suggestion.action_make_drafts()

    def test_drafts_that_are_switched_on_give_what_was_suggested(self):
        suggestion = self.suggest()
        suggestion.action_make_drafts()
        suggestion.line_ids.rule_id.action_unarchive()
        self.Rule.search([]).action_apply()
        points = {line.name: line.points for line in suggestion.line_ids}
        for lead in self.open:
            expected = 0
            if lead.source_id:
                expected += points["Found us by Fair"]
            if lead.tag_ids:
                expected += points["Tagged Adult"]
            self.assertEqual(lead.score, expected)
        self.assertEqual(len(suggestion.line_ids), 2)

    def test_lines_that_are_not_used_become_no_drafts(self):
        suggestion = self.suggest()
        line = self.find(suggestion, "Tagged Adult")
        line.is_used = False
        suggestion.action_make_drafts()
        self.assertFalse(line.rule_id)
        self.assertTrue(self.find(suggestion, "Found us by Fair").rule_id)

    def test_the_ranking_is_of_newer_leads_that_nothing_was_learnt_from(self):
        rule = self.make_rule([("source_id", "=", self.source.id)], event_based=True)
        self.open |= self.won | self.lost
        self.env.cr.execute("UPDATE crm_lead SET score = 0")
        self.env.cr.execute(
            "UPDATE crm_lead SET score = 10 WHERE id = ANY(%s)",
            [self.open.filtered("source_id").ids],
        )
        rankings = self.suggest().ranking_ids
        self.assertEqual(rankings.mapped("who"), ["suggested", "present", "core"])
        self.assertEqual(set(rankings.mapped("lead_count")), {60})
        suggested, present, _core = rankings
        self.assertGreater(suggested.auc, 0.7)
        self.assertGreater(present.auc, 0.65)
        self.assertGreater(suggested.fifth_5, suggested.fifth_1)
        rates = [suggested[f"fifth_{place}"] for place in range(1, 6)]
        newer = sorted(self.won + self.lost, key=lambda lead: lead.date_closed)[140:]
        won = sum(lead.won_status == "won" for lead in newer)
        self.assertAlmostEqual(sum(rates) / 5, won / 60)
        rule.unlink()

    def test_core_is_judged_by_what_it_would_have_predicted(self):
        self.env["ir.config_parameter"].set_param("crm.pls_fields", "source_id")
        leads = (self.won + self.lost).filtered(lambda lead: not lead.source_id)
        leads.source_id = self.other_source
        core = self.suggest().ranking_ids.filtered(lambda one: one.who == "core")
        # Not 1, which its probability of closed leads would come to.
        self.assertTrue(0.65 < core.auc < 0.95)

    def test_few_outcomes_teach_nothing(self):
        self.won[:31].unlink()
        suggestion = self.suggest()
        self.assertEqual(suggestion.state, "empty")
        self.assertIn("49 won and 120 lost", suggestion.reason)
        self.assertIn("At least 50", suggestion.reason)
        self.assertFalse(suggestion.line_ids)

    def test_leads_that_were_closed_long_ago_teach_nothing(self):
        self.close(self.won[:31], True, days=800)
        self.assertEqual(self.suggest().state, "empty")
        self.assertEqual(self.suggest(years=3).state, "done")

    def test_suggesting_again_begins_anew(self):
        suggestion = self.suggest()
        names = self.get_names(suggestion)
        suggestion.action_suggest()
        self.assertEqual(self.get_names(suggestion), names)
        self.assertEqual(len(suggestion.ranking_ids), 3)

    def test_what_any_source_proposes_can_be_a_rule(self):
        """Those of the addons, too, that are installed."""
        leads = cohort.Cohort(self.env, self.now - timedelta(days=365))
        leads.fill()
        candidates = find_candidates(leads)
        names = [candidate.name for candidate in candidates]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("Visited the website", names)
        self.assertIn("Visited the website 2 times or more", names)
        for name, values, _fields in candidates:
            with self.subTest(name):
                rule = self.Rule.create({"name": name, **values})
                self.assertFalse(rule._find_error())

    # Existing rules

    def test_a_rule_that_is_there_already_is_named_and_not_made_again(self):
        self.make_rule([("source_id", "=", self.source.id)], name="From the fair")
        line = self.find(self.suggest(), "Found us by Fair")
        self.assertEqual(line.comparison, "same")
        self.assertEqual(line.comparison_text, "Same as “From the fair”")
        self.assertFalse(line.is_used)

    def test_a_rule_that_says_the_opposite_is_named(self):
        self.make_rule([("source_id", "=", self.source.id)], value=-5, name="Fair")
        line = self.find(self.suggest(), "Found us by Fair")
        self.assertEqual(line.comparison_text, "Opposite of “Fair”")
        self.assertTrue(line.is_used)

    def test_a_rule_that_overlaps_is_named_a_draft_too(self):
        held = (self.won + self.lost).filtered("source_id")
        some = held[: len(held) * 3 // 4]
        self.make_rule([("id", "in", some.ids)], name="Draft", is_draft=True)
        line = self.find(self.suggest(), "Found us by Fair")
        self.assertEqual(line.comparison_text, "Overlaps “Draft”")
        self.assertTrue(line.is_used)

    def test_a_rule_that_has_little_to_do_with_it_is_not_named(self):
        held = (self.won + self.lost).filtered("source_id")
        self.make_rule([("id", "in", held[: len(held) // 3].ids)])
        line = self.find(self.suggest(), "Found us by Fair")
        self.assertFalse(line.comparison_text)

    def test_a_rule_that_is_broken_stops_nothing(self):
        rule = self.make_rule()
        self.env.cr.execute(
            "UPDATE website_crm_score SET domain = '[(''nothing'', ''='', 1)]'"
            " WHERE id = %s",
            [rule.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.suggest().state, "done")

    # In the background

    def test_many_leads_are_looked_at_in_the_background(self):
        with patch.object(website_crm_score_suggestion, "MOST_AT_ONCE", 199):
            suggestion = self.suggest()
        self.assertEqual(suggestion.state, "waiting")
        with self.assertRaisesRegex(UserError, "already"):
            suggestion.action_suggest()
        cron = self.env.ref("website_crm_score.ir_cron_suggest_rules")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertTrue(triggers)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(suggestion.state, "done")
        self.assertEqual(suggestion.progress, 100)

    def test_what_was_interrupted_says_so_and_is_not_tried_for_ever(self):
        suggestion = self.Suggestion.create({"state": "waiting", "progress": 40})
        self.Suggestion._cron_suggest()
        self.assertEqual(suggestion.state, "empty")
        self.assertIn("interrupted", suggestion.reason)

    # Rights

    @users("admin")
    def test_nothing_is_left_behind_in_the_session(self):
        self.suggest()
        self.env.cr.execute(
            "SELECT relname FROM pg_class"
            " WHERE relname LIKE 'website_crm_score_cohort%'"
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_a_manager_suggests_and_sees_only_what_is_his(self):
        manager, other = (
            self.make_user(login, "sales_team.group_sale_manager")
            for login in ("ws_first", "ws_second")
        )
        suggestion = self.Suggestion.with_user(manager).create({})
        suggestion.action_suggest()
        self.assertEqual(suggestion.state, "done")
        suggestion.action_make_drafts()
        self.assertEqual(suggestion.line_ids.rule_id.author_id, manager)
        self.assertFalse(self.Suggestion.with_user(other).search([]))
        with self.assertRaises(AccessError):
            suggestion.with_user(other).read(["state"])

    def test_leads_of_other_companies_teach_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.cr.execute(
            "UPDATE crm_lead SET company_id = %s WHERE id = ANY(%s)",
            [company.id, self.won.ids],
        )
        self.env.invalidate_all()
        manager = self.make_user("ws_first", "sales_team.group_sale_manager")
        suggestion = self.Suggestion.with_user(manager).create({})
        suggestion.action_suggest()
        self.assertEqual((suggestion.won_count, suggestion.lost_count), (0, 120))


@tagged("post_install", "-at_install")
class TestSuggestionLeaks(SuggestionCase):
    """Nothing is suggested that was not so before a lead was closed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.won, cls.lost = cls.make_closed()
        cls.pick(cls.won, 0.6).source_id = cls.source
        cls.pick(cls.lost, 0.2).source_id = cls.source
        cls.open = cls.make_leads(60)
        cls.pick(cls.open, 0.35).source_id = cls.source

    def test_a_tag_that_is_set_on_winning_is_never_suggested(self):
        self.pick(self.won, 0.9).tag_ids = self.late_tag
        suggestion = self.suggest()
        self.assertEqual(self.get_names(suggestion), ["Found us by Fair"])
        self.assertIn("Tagged Customer", suggestion.left_out)

    def test_a_tag_that_is_set_on_losing_is_never_suggested(self):
        self.pick(self.lost, 0.5).tag_ids = self.late_tag
        self.assertEqual(self.get_names(self.suggest()), ["Found us by Fair"])

    def test_neither_is_it_where_there_are_no_open_leads(self):
        self.open.unlink()
        self.pick(self.won, 0.9).tag_ids = self.late_tag
        self.assertEqual(self.get_names(self.suggest()), ["Found us by Fair"])

    def test_a_phone_number_that_is_asked_for_on_winning_is_never_suggested(self):
        self.won.phone = "+32 2 290 34 90"
        self.lost[:24].phone = "+32 2 290 34 90"
        self.make_leads(12, phone="+32 2 290 34 90")
        self.make_leads(48)
        self.assertEqual(self.get_names(self.suggest()), ["Found us by Fair"])

    def test_what_is_known_to_be_written_after_the_end_does_not_count(self):
        leads = self.pick(self.won, 0.7)
        self.env.flush_all()
        self.env.cr.precommit.run()
        leads = leads.with_context(tracking_disable=False, mail_notrack=False)
        leads.phone = "+32 2 290 34 90"
        self.pick(self.open, 0.3).phone = "+32 2 290 34 90"
        self.env.flush_all()
        self.env.cr.precommit.run()
        fields = self.env["mail.tracking.value"].search(
            [("mail_message_id.res_id", "in", leads.ids)]
        )
        self.assertIn("phone", fields.field_id.mapped("name"))
        self.assertEqual(self.get_names(self.suggest()), ["Found us by Fair"])

    def test_visits_after_the_end_are_never_suggested(self):
        for lead in self.pick(self.won, 0.8):
            self.visit(lead, 50, "/thank-you")
            self.visit(lead, 49, "/thank-you")
        self.run_rules()
        self.assertEqual(self.get_names(self.suggest()), ["Found us by Fair"])

    def test_visits_before_the_end_are_suggested(self):
        for lead in self.pick(self.won, 0.6) + self.pick(self.lost, 0.1):
            self.visit(lead, 110, "/pricing")
        self.Pageview._sync_recent()
        names = self.get_names(self.suggest())
        self.assertIn("Found us by Fair", names)
        self.assertTrue({"Saw /pricing", "Visited the website"} & set(names))

    def test_time_before_the_end_is_suggested_as_a_rule_that_counts_it(self):
        for lead in self.won + self.lost:
            self.visit(lead, 110)
        for lead in self.pick(self.won, 0.7) + self.pick(self.lost, 0.1):
            self.visit(lead, 110 - 12 / (24 * 60))
        suggestion = self.suggest(max_rules=1)
        [line] = suggestion.line_ids
        self.assertIn(
            line.name,
            [
                "Spent 2 minutes or more on the website",
                "A minute or more on the website",
                *(f"Spent {n} minutes or more on the website" for n in (5, 10)),
            ],
        )
        suggestion.action_make_drafts()
        self.assertEqual(line.rule_id.event_type, "time_spent")
        self.assertEqual(line.rule_id.max_count, 1)

    def test_what_selling_sets_is_no_candidate(self):
        team = self.env["crm.team"].create({"name": "Winners"})
        self.won.write(
            {
                "team_id": team.id,
                "user_id": self.env.uid,
                "expected_revenue": 1000,
                "priority": "3",
            }
        )
        self.assertEqual(self.get_names(self.suggest()), ["Found us by Fair"])
