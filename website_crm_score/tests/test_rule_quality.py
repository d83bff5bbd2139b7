from collections import defaultdict
from itertools import product
from math import exp

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from ..learning import bayes, months
from ..learning.judging import get_auc_interval, get_best_share
from .suggestion_common import SuggestionCase


class PlainBayes:
    """What leads teach, as products of frequencies.

    :param rows: of ``values``, pairs of a field and its value, won and lost
    """

    def __init__(self, rows):
        self.won = self.lost = bayes.PRIOR
        known = defaultdict(lambda: [bayes.PRIOR, bayes.PRIOR])
        for values, won, lost in rows:
            self.won += won
            self.lost += lost
            for pair in values:
                known[pair][0] += won
                known[pair][1] += lost
        self.known = {
            (field, value): counts
            for (field, value), counts in known.items()
            if field != "tag_id" or sum(counts) >= bayes.LEAST_TAGS
        }

    def predict(self, values):
        """Return the probability that a lead with these values is won."""
        odds = self.won / self.lost
        for field, value in values:
            if counts := self.known.get((field, value)):
                same = [row for pair, row in self.known.items() if pair[0] == field]
                won, lost = (sum(column) for column in zip(*same, strict=True))
                odds *= counts[0] / won / (counts[1] / lost)
        return odds / (1 + odds)


@tagged("post_install", "-at_install")
class TestMonths(BaseCase):
    def test_months_of_few_leads_are_put_together(self):
        outcomes = {1: (50, 50), 2: (30, 90), 3: (20, 0), 4: (60, 70), 5: (1, 2)}
        self.assertEqual(
            months.make_periods(outcomes),
            [(1, 1, 50, 50), (2, 3, 50, 90), (4, 5, 61, 72)],
        )

    def test_few_leads_in_all_are_no_period(self):
        self.assertEqual(months.make_periods({1: (49, 500), 2: (0, 1)}), [])
        self.assertEqual(months.make_periods({}), [])

    def test_few_leads_are_not_described(self):
        self.assertFalse(months.describe({1.0: (49, 60)}))
        self.assertTrue(months.describe({1.0: (50, 50)}))

    def test_the_best_fifth_has_a_fifth_of_the_wins_by_chance(self):
        self.assertAlmostEqual(get_best_share([0.3] * 5), 0.2)
        self.assertAlmostEqual(get_best_share([0, 0, 0, 0, 0.9]), 1)
        self.assertIsNone(get_best_share([0.0] * 5))

    def test_the_interval_is_that_of_hanley_and_mcneil(self):
        # Their table: 51 and 58 cases, 0.8930, a standard error of 0.032.
        low, high = get_auc_interval(0.893, 51, 58)
        self.assertAlmostEqual(low, 0.893 - 1.96 * 0.032, 2)
        self.assertAlmostEqual(high, 0.893 + 1.96 * 0.032, 2)

    def test_predictions_are_learnt_from_the_months_before_alone(self):
        rows = [
            (1, None, None, 70, 70),
            (1, "source_id", "1", 60, 10),
            (1, "source_id", "2", 10, 60),
            # What the next month says must not change what is said of it.
            (2, None, None, 100, 100),
            (2, "source_id", "1", 0, 100),
            (2, "source_id", "2", 100, 0),
        ]
        [(month, (base, weights))] = months.learn(rows).items()
        self.assertEqual(month, 2)
        odds = exp(base + weights["source_id"]["1"])
        self.assertAlmostEqual(odds / (1 + odds), 60.1 / 70.2, 2)

    def test_weights_say_what_the_model_says(self):
        rows = [
            ([("source_id", 1), ("tag_id", 7)], 55, 3),
            ([("source_id", 2), ("email_state", None)], 20, 80),
            ([("tag_id", 7)], 4, 9),
        ]
        counts = bayes.start()
        for values, *outcomes in rows:
            bayes.add(counts, [(*pair, *outcomes) for pair in [(None, None), *values]])
        base, weights = bayes.weigh(counts)
        model = PlainBayes(rows)
        for values, _won, _lost in [*rows, ([("source_id", 3)], 0, 0)]:
            odds = exp(base + sum(weights[x].get(y, 0) for x, y in values))
            self.assertAlmostEqual(model.predict(values), odds / (1 + odds))


@tagged("post_install", "-at_install", "is_query_count")
class TestRuleQuality(SuggestionCase):
    """What the page says of the rules is what counting the leads says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.tz = "Europe/Brussels"
        cls.Ranking = cls.env["website.crm.score.ranking"]
        cls.env["ir.config_parameter"].set_param("crm.pls_fields", "source_id")
        cls.make_rule([("source_id", "=", cls.source.id)], 30, name="Fair")
        cls.make_rule([("tag_ids", "in", cls.tag.ids)], 5, name="Adult")
        cls.leads = cls.make_month("2026-03-10 12:00:00", 70, 90)
        # In Brussels, this is April.
        cls.leads |= cls.make_month("2026-03-31 22:30:00", 60, 100)
        cls.leads |= cls.make_month("2026-06-01 12:00:00", 10, 20)
        cls.freeze("2026-06-15 12:00:00")

    @classmethod
    def make_month(cls, date, won, lost):
        """Have leads be closed then, of the winners more of a source."""
        leads = cls.make_leads(won + lost)
        winners, losers = leads[:won], leads[won:]
        (cls.pick(winners, 0.6) + cls.pick(losers, 0.2)).source_id = cls.source
        cls.pick(leads, 0.5).tag_ids = cls.tag
        cls.Rule.assign_scores_to_leads()
        winners.action_set_won()
        losers.action_set_lost()
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_lead SET date_closed = %s WHERE id = ANY(%s)",
            [date, leads.ids],
        )
        cls.env.invalidate_all()
        return leads

    def count_auc(self, leads):
        """Return how often the won lead of a pair has the higher score."""
        won = leads.filtered(lambda lead: lead.won_status == "won").mapped("score")
        lost = leads.filtered(lambda lead: lead.won_status == "lost").mapped("score")
        points = [(a > b) + (a == b) / 2 for a, b in product(won, lost)]
        return sum(points) / len(points)

    def count_fifths(self, leads):
        """Return the win rate of each fifth: of leads with the same score, each is won
        as often as all of them."""
        rates = {}
        for lead in leads:
            rates.setdefault(lead.score, []).append(lead.won_status == "won")
        # Five times, so that fifths are of whole leads.
        ranked = [
            sum(rates[score]) / len(rates[score])
            for score in sorted(leads.mapped("score"))
            for _time in range(5)
        ]
        size = len(leads)
        return [sum(ranked[n * size : (n + 1) * size]) / size for n in range(5)]

    def test_figures_are_those_of_a_plain_count(self):
        quality = self.Ranking.get_quality(4)
        total = quality["total"]
        self.assertEqual((quality["won"], quality["lost"]), (140, 210))
        self.assertAlmostEqual(total["auc"], self.count_auc(self.leads))
        fifths = self.count_fifths(self.leads)
        for one, other in zip(total["fifths"], fifths, strict=True):
            self.assertAlmostEqual(one, other)
        self.assertAlmostEqual(total["best_share"], fifths[-1] * 350 / 5 / 140)
        self.assertGreater(total["auc_low"], 0.5)

    def test_months_are_those_of_the_user(self):
        first, second = self.Ranking.get_quality(4)["periods"]
        self.assertEqual((first["first"], first["last"]), ("2026-03-01", "2026-03-01"))
        self.assertEqual((first["total"]["won"], first["total"]["lost"]), (70, 90))
        self.assertAlmostEqual(first["total"]["auc"], self.count_auc(self.leads[:160]))
        # June alone has too few.
        self.assertEqual(
            (second["first"], second["last"]), ("2026-04-01", "2026-06-01")
        )
        self.assertAlmostEqual(second["total"]["auc"], self.count_auc(self.leads[160:]))

    def test_leads_of_months_before_are_not_among_them(self):
        quality = self.Ranking.get_quality(3)
        self.assertEqual((quality["won"], quality["lost"]), (70, 120))
        self.assertEqual(quality["since"], "2026-04-01")

    def test_few_leads_are_said_to_be_few(self):
        quality = self.Ranking.get_quality(1)
        self.assertEqual((quality["won"], quality["lost"]), (10, 20))
        self.assertFalse(quality["total"])
        self.assertFalse(quality["periods"])
        predictive = self.Ranking.get_predictive_quality(1)
        self.assertFalse(predictive["total"])

    def test_leads_that_no_rule_looked_at_tell_nothing(self):
        self.env.cr.execute(
            "UPDATE crm_lead SET score_date = NULL WHERE id = ANY(%s)",
            [self.leads[:50].ids],
        )
        quality = self.Ranking.get_quality(4)
        self.assertEqual((quality["won"], quality["lost"]), (90, 210))

    def test_predictive_scoring_has_learnt_from_the_months_before(self):
        (self.leads - self.leads.filtered("source_id")).source_id = self.other_source
        with freeze_time("2026-04-20 12:00:00"):
            predictive = self.Ranking.get_predictive_quality(2)
        self.assertEqual(predictive["since"], "2026-04-01")
        total = predictive["total"]
        self.assertEqual((total["won"], total["lost"]), (60, 100))
        # It knows sources, and these alone: the leads are in two parts.
        leads = self.leads[160:320]
        won, lost = leads[:60], leads[60:]
        shares = [len(x.filtered(self.is_of_fair)) / len(x) for x in (won, lost)]
        self.assertAlmostEqual(total["auc"], 0.5 + (shares[0] - shares[1]) / 2)
        self.assertAlmostEqual(predictive["ours"]["auc"], self.count_auc(leads))
        first, second = predictive["periods"]
        self.assertFalse(first["total"])
        self.assertAlmostEqual(second["total"]["auc"], total["auc"])
        both = self.Ranking.get_predictive_quality(4)
        self.assertEqual((both["since"], both["total"]["won"]), ("2026-04-01", 70))

    def test_predictions_are_those_of_a_plain_count(self):
        """Also of tags, of which enough must be known, and where nothing is said."""
        names = "source_id,tag_ids,email_state,country_id"
        self.env["ir.config_parameter"].set_param("crm.pls_fields", names)
        tags = self.env["crm.tag"].create([{"name": "Rare"}, {"name": "Known"}])
        rare, known = tags
        for number, lead in enumerate(self.leads):
            lead.source_id = lead.source_id or self.other_source
            lead.country_id = number % 7 % 3 and number % 7 % 3 + 1
            if number % 9 < 5 + (lead.won_status == "won"):
                lead.tag_ids |= known
            lead.email_from = number % 2 and f"{number}@customer.example"
            if number % 11 == 0:
                lead.tag_ids |= rare
        self.env.flush_all()
        rows = [
            (self.list_values(lead), lead.won_status == "won", lead.won_status != "won")
            for lead in self.leads[:160]
        ]
        model = PlainBayes(rows)
        said = {
            lead: model.predict(self.list_values(lead)) for lead in self.leads[160:320]
        }
        won, lost = self.leads[160:220], self.leads[220:320]
        points = [
            0.5 if abs(said[a] - said[b]) < 1e-9 else said[a] > said[b]
            for a, b in product(won, lost)
        ]
        with freeze_time("2026-04-20 12:00:00"):
            total = self.Ranking.get_predictive_quality(2)["total"]
        # What is said almost the same is the same.
        self.assertAlmostEqual(total["auc"], sum(points) / len(points), 3)

    def list_values(self, lead):
        """Return what predictive scoring looks at, as core has it."""
        values = [("email_state", lead.email_state)]
        values += [("source_id", lead.source_id.id)] if lead.source_id else []
        values += [("country_id", lead.country_id.id)] if lead.country_id else []
        return values + [("tag_id", tag.id) for tag in lead.tag_ids]

    def is_of_fair(self, lead):
        return lead.source_id == self.source

    def test_a_changed_rule_is_judged_by_its_points_of_today(self):
        before = self.Ranking.get_quality(4)["total"]["auc"]
        self.Rule.search([("name", "=", "Fair")]).value = -30
        after = self.Ranking.get_quality(4)["total"]["auc"]
        self.assertGreater(before, 0.6)
        self.assertLess(after, 0.5)
        self.assertAlmostEqual(after, self.count_auc(self.leads))

    def test_other_companies_and_salespeople_are_not_told(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.leads[:160].company_id = company
        groups = "sales_team.group_sale_manager"
        manager = self.make_user("ws_quality", groups, tz="Europe/Brussels")
        ranking = self.Ranking.with_user(manager)
        self.assertEqual(ranking.get_quality(4)["won"], 70)
        self.assertFalse(ranking.get_predictive_quality(4)["total"])
        salesman = self.make_user("ws_nobody", "sales_team.group_sale_salesman")
        for name in ("get_quality", "get_predictive_quality"):
            with self.assertRaises(AccessError):
                getattr(self.Ranking.with_user(salesman), name)(4)

    def test_no_months_and_too_many_are_as_many_as_there_can_be(self):
        self.assertEqual(self.Ranking.get_quality(0)["since"], "2026-06-01")
        self.assertEqual(self.Ranking.get_quality(10_000)["since"], "2021-07-01")

    def test_as_many_queries_for_any_number_of_months_and_leads(self):
        def count(number):
            before = self.env.cr.sql_log_count
            self.Ranking.get_quality(number)
            self.Ranking.get_predictive_quality(number)
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(1), count(24))
        self.assertLessEqual(count(24), 10)
