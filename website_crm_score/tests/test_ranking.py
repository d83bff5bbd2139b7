from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools import SQL, mute_logger

from ..learning.decline import find_best, get_variance, has_lost_lift, is_worse
from ..learning.patterns import Counts
from ..models.website_crm_lead_report import CLOSED_DATE, IS_CLOSED
from .suggestion_common import SuggestionCase

LONG_AGO = datetime(2000, 1, 1)


@tagged("post_install", "-at_install")
class TestDecline(BaseCase):
    def test_the_variance_is_that_of_hanley_and_mcneil(self):
        # Their table: 51 and 58 cases, 0.8930.
        self.assertAlmostEqual(get_variance(0.893, 51, 58) ** 0.5, 0.032, delta=0.001)
        self.assertEqual(get_variance(1.0, 50, 50), 0)

    def test_what_chance_can_do_is_not_worse(self):
        self.assertFalse(is_worse(0.75, 60, 60, 0.80, 60, 60))
        self.assertTrue(is_worse(0.75, 3000, 3000, 0.80, 3000, 3000))
        self.assertTrue(is_worse(0.5, 60, 60, 0.80, 60, 60))

    def test_better_and_next_to_nothing_are_not_worse(self):
        self.assertFalse(is_worse(0.9, 3000, 3000, 0.8, 3000, 3000))
        self.assertFalse(is_worse(0.785, 90_000, 90_000, 0.80, 90_000, 90_000))

    def test_the_best_of_many_has_to_be_missed_by_more(self):
        self.assertTrue(is_worse(0.75, 250, 250, 0.81, 250, 250))
        self.assertFalse(is_worse(0.75, 250, 250, 0.81, 250, 250, choice=12))
        self.assertTrue(is_worse(0.70, 250, 250, 0.81, 250, 250, choice=12))

    def test_the_best_is_not_a_high_figure_of_few_leads(self):
        figures = [(0.75, 500, 500), (0.80, 500, 500), (0.83, 20, 20)]
        self.assertEqual(find_best(figures), 1)

    def test_a_rule_has_lost_its_lift_when_it_surely_tells_less(self):
        good, none = Counts(60, 20, 40, 80), Counts(40, 40, 60, 60)
        self.assertTrue(has_lost_lift(none, good, 10))
        self.assertFalse(has_lost_lift(good, good, 10))
        self.assertFalse(has_lost_lift(none, none, 10))
        self.assertFalse(has_lost_lift(Counts(1, 1, 99, 99), good, 10))
        self.assertFalse(has_lost_lift(Counts(0, 0, 99, 99), good, 10))
        self.assertFalse(has_lost_lift(none, good, -10))

    def test_a_rule_that_takes_points_has_lost_its_lift_likewise(self):
        bad, none = Counts(20, 60, 80, 40), Counts(40, 40, 60, 60)
        self.assertTrue(has_lost_lift(none, bad, -10))
        self.assertFalse(has_lost_lift(bad, bad, -10))


@tagged("post_install", "-at_install")
class TestRanking(SuggestionCase):
    """The rules are judged every month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Rule.with_context(active_test=False).search([]).unlink()
        cls.Ranking = cls.env["website.crm.score.ranking"]
        cls.Ranking.search([]).unlink()
        cls.fair = cls.make_rule([("source_id", "=", cls.source.id)], name="<b>Fair")
        cls.steady = cls.make_rule([("tag_ids", "in", cls.tag.ids)], value=1, name="Ad")
        cls.manager = cls.make_user("ws_judge", "sales_team.group_sale_manager")

    def make_period(self, days, won_with, lost_with, won=80, lost=80):
        """Have so many leads be closed so many days ago, such parts of them with a
        source; what they are tagged stays worth as much."""
        leads = self.make_leads(won + lost)
        winners, losers = leads[:won], leads[won:]
        winners[: int(won * won_with)].source_id = self.source
        losers[: int(lost * lost_with)].source_id = self.source
        (winners[::2] + losers[::8]).tag_ids = self.tag
        self.run_rules()
        self.close(winners, True, days)
        self.close(losers, False, days)

    def judge(self):
        before = self.Ranking.search([])
        self.Ranking._cron_judge()
        return self.Ranking.search([]) - before

    def get_messages(self, user=None):
        partner = (user or self.manager).partner_id
        return self.env["mail.message"].search(
            [("partner_ids", "in", partner.ids), ("subject", "ilike", "rank leads")]
        )

    def judge_first(self):
        self.make_period(100, 0.75, 0.1)
        ranking = self.judge()
        ranking.end_date = self.now - timedelta(days=60)
        return ranking

    def test_the_first_ranking_is_what_later_ones_are_compared_with(self):
        ranking = self.judge_first()
        self.assertEqual((ranking.won_count, ranking.lost_count), (80, 80))
        self.assertTrue(0.8 < ranking.auc < 0.95)
        self.assertFalse(ranking.is_worse)
        self.assertFalse(self.get_messages())

    def test_managers_are_told_when_the_rules_rank_worse(self):
        first = self.judge_first()
        self.make_period(30, 0.3, 0.3)
        ranking = self.judge()
        self.assertEqual(ranking.start_date, first.end_date)
        self.assertEqual((ranking.won_count, ranking.lost_count), (80, 80))
        self.assertLess(ranking.auc, first.auc)
        self.assertTrue(ranking.is_worse)
        self.assertEqual(ranking.rule_ids, self.fair)
        message = self.get_messages()
        self.assertEqual(len(message), 1)
        self.assertEqual(message.author_id, self.env.ref("base.partner_root"))
        self.assertIn("&lt;b&gt;Fair", message.body)
        self.assertIn(f"/odoo/website.crm.score/{self.fair.id}", message.body)
        self.assertIn(f"<b>{round(100 * ranking.auc)} %</b>", message.body)

    def make_earlier(self, *aucs):
        """Note rankings of so many leads as these months had, the last one a month ago;
        return them, the newest first."""
        for place, auc in enumerate(reversed(aucs)):
            end = self.now - timedelta(days=30 * (place + 1))
            self.Ranking.create(
                {
                    "start_date": end - timedelta(days=30),
                    "end_date": end,
                    "won_count": 400,
                    "lost_count": 400,
                    "auc": auc,
                }
            )
        return self.Ranking.search([])

    def make_last(self, auc):
        """Note the ranking of the last month, and what it says of those before."""
        ranking = self.Ranking.create(
            {
                "start_date": self.now - timedelta(days=30),
                "end_date": self.now,
                "won_count": 400,
                "lost_count": 400,
                "auc": auc,
            }
        )
        ranking._compare(ranking._find_earlier())
        return ranking

    def test_a_slow_decline_is_told(self):
        self.make_earlier(0.86, 0.85, 0.83, 0.81, 0.79)
        ranking = self.make_last(0.77)
        self.assertTrue(ranking.is_worse)
        message = self.get_messages()
        self.assertEqual(len(message), 1)
        self.assertIn("<b>77 %</b>", message.body)
        self.assertIn("86 %", message.body)

    def test_a_slow_decline_is_told_once(self):
        self.make_earlier(0.86, 0.85, 0.83, 0.79)[0].is_worse = True
        self.assertFalse(self.make_last(0.78).is_worse)
        self.assertFalse(self.get_messages())

    def test_what_goes_on_after_it_was_told_is_told_again(self):
        self.make_earlier(0.86, 0.80, 0.78, 0.76)[2].is_worse = True
        self.assertTrue(self.make_last(0.71).is_worse)
        self.assertIn("80 %", self.get_messages().body)

    def test_what_was_reached_more_than_a_year_ago_is_no_measure(self):
        self.make_earlier(0.95, *[0.78] * 12)
        self.assertFalse(self.make_last(0.77).is_worse)
        self.assertTrue(self.make_last(0.70).is_worse)

    def test_the_one_before_is_a_measure_however_old_it_is(self):
        self.make_earlier(0.86).end_date = self.now - timedelta(days=900)
        self.assertTrue(self.make_last(0.75).is_worse)

    def test_the_best_of_some_months_was_good_by_chance_too(self):
        for others, expected in (([], True), ([0.79] * 5, False)):
            with self.subTest(len(others)):
                self.Ranking.search([]).unlink()
                self.make_earlier(0.80, *others)
                self.assertEqual(self.make_last(0.75).is_worse, expected)

    def test_reasons_that_give_no_points_any_more_tell_nothing(self):
        ranking = self.judge_first()
        won, lost, *others = ranking._count_rules()[self.fair.id]
        self.assertEqual((won, lost, *others), (60, 8, 20, 72))
        self.env.cr.execute(
            """
            UPDATE website_crm_score_line SET points = 0
             WHERE rule_id = %s AND lead_id IN (
                   SELECT id FROM crm_lead WHERE won_status = 'lost')
            """,
            [self.fair.id],
        )
        self.assertEqual(ranking._count_rules()[self.fair.id], (60, 0, 20, 80))

    @mute_logger("odoo.addons.website_crm_score.models.website_crm_score_ranking")
    def test_who_cannot_be_told_keeps_nobody_from_hearing_it(self):
        others = [self.make_user("ws_a", "sales_team.group_sale_manager"), self.manager]
        for failing, heard in (others, others[::-1]):
            with self.subTest(failing.login), self.messages_fail(failing):
                self.Ranking.search([]).unlink()
                (self.get_messages(heard) + self.get_messages(failing)).unlink()
                self.make_earlier(0.86)
                self.assertTrue(self.make_last(0.75).is_worse)
                self.assertTrue(self.get_messages(heard))
                self.assertFalse(self.get_messages(failing))

    def messages_fail(self, failing):
        """Have a message fail whenever it is to this user."""
        thread = self.registry["mail.thread"]
        notify = thread.message_notify

        def fail(records, *, partner_ids, **values):
            if partner_ids == failing.partner_id.ids:
                raise ConnectionError
            return notify(records, partner_ids=partner_ids, **values)

        return patch.object(thread, "message_notify", fail)

    def test_what_was_just_written_is_looked_at(self):
        self.make_period(100, 0.75, 0.1)
        won = self.Lead.search([("won_status", "=", "won")], limit=31)
        won.date_closed = self.now - timedelta(days=400)
        self.assertFalse(self.judge())

    def test_salespeople_are_not_told(self):
        salesman = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        self.judge_first()
        self.make_period(30, 0.3, 0.3)
        self.judge()
        self.assertTrue(self.get_messages())
        self.assertFalse(self.get_messages(salesman))

    def test_rules_that_a_manager_may_not_see_are_not_named_to_him(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        first = self.judge_first()
        self.make_period(30, 0.3, 0.3)
        ranking = self.judge()
        self.get_messages().unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE website_crm_score SET company_id = %s WHERE id = %s",
            [company.id, self.fair.id],
        )
        self.env.invalidate_all()
        ranking._tell(self.manager, first)
        self.assertNotIn("Fair", self.get_messages().body)

    def test_nobody_is_told_while_the_rules_rank_as_well(self):
        self.judge_first()
        self.make_period(30, 0.75, 0.1)
        ranking = self.judge()
        self.assertTrue(ranking)
        self.assertFalse(ranking.is_worse)
        self.assertFalse(self.get_messages())

    def test_few_outcomes_wait_for_those_of_the_next_months(self):
        first = self.judge_first()
        self.make_period(30, 0.3, 0.3, won=49)
        self.assertFalse(self.judge())
        self.make_period(20, 0.3, 0.3, won=1, lost=1)
        ranking = self.judge()
        self.assertEqual(ranking.start_date, first.end_date)
        self.assertEqual((ranking.won_count, ranking.lost_count), (50, 81))

    def test_the_first_ranking_is_of_a_year(self):
        self.make_period(400, 0.75, 0.1)
        self.assertFalse(self.judge())
        self.make_period(300, 0.75, 0.1)
        ranking = self.judge()
        self.assertEqual((ranking.won_count, ranking.lost_count), (80, 80))

    def test_a_lead_that_was_closed_at_the_end_of_a_period_counts_once(self):
        self.make_period(100, 0.75, 0.1)
        query = "SELECT %s FROM crm_lead lead WHERE %s ORDER BY 1"
        dates = self.env.execute_query(SQL(query, CLOSED_DATE, IS_CLOSED))
        [middle] = dates[5]
        counts = []
        for start, end in ((LONG_AGO, middle), (middle, self.now)):
            scores = self.Ranking._get_scores(start, end)
            counts.append(sum(map(sum, scores.values())))
        self.assertEqual(sum(counts), 160)
        self.assertGreater(counts[0], 5)

    def test_a_rule_that_is_new_has_lost_nothing(self):
        self.judge_first()
        self.make_rule([("name", "=", "Lead")], name="New", event_based=True)
        self.make_period(30, 0.3, 0.3)
        self.assertEqual(self.judge().rule_ids, self.fair)

    def test_a_manager_is_told_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.manager.lang = "fr_FR"
        other = self.make_user("ws_judge_gone", "sales_team.group_sale_manager")
        other.active = False
        self.judge_first()
        self.make_period(30, 0.3, 0.3)
        languages = []
        tell = type(self.Ranking)._tell
        self.patch(
            type(self.Ranking),
            "_tell",
            lambda ranking, user, before: languages.append((user, ranking.env.lang))
            or tell(ranking, user, before),
        )
        self.judge()
        self.assertIn((self.manager, "fr_FR"), languages)
        self.assertNotIn(other, [user for user, _language in languages])

    def test_leads_that_were_never_scored_tell_nothing(self):
        leads = self.make_leads(160)
        self.close(leads[:80], True)
        self.close(leads[80:], False)
        self.assertFalse(self.judge())

    def test_nothing_is_judged_if_it_is_switched_off(self):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_judge_rules": False}).execute()
        self.make_period(100, 0.75, 0.1)
        self.assertFalse(self.judge())

    def test_the_job_runs_each_month(self):
        self.make_period(100, 0.75, 0.1)
        cron = self.env.ref("website_crm_score.ir_cron_judge_rules")
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "months"))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(len(self.Ranking.search([])), 1)
