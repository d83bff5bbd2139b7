from math import exp

from odoo.tests import BaseCase, tagged

from ..learning import bayes
from ..learning.chance import get_level, get_lift, get_probability, get_wilson
from ..learning.judging import get_auc, get_fifths
from ..learning.leaks import is_leak
from ..learning.patterns import Counts


@tagged("post_install", "-at_install")
class TestLearningJudging(BaseCase):
    def test_the_auc_is_the_share_of_pairs_in_the_right_order(self):
        # Won 3 and 1, lost 2 and 0: of four pairs three are in order.
        self.assertEqual(get_auc({0: (0, 1), 1: (1, 0), 2: (0, 1), 3: (1, 0)}), 0.75)

    def test_the_auc_of_perfect_reversed_and_absent_order(self):
        self.assertEqual(get_auc({0: (0, 5), 1: (5, 0)}), 1)
        self.assertEqual(get_auc({0: (5, 0), 1: (0, 5)}), 0)
        self.assertEqual(get_auc({7: (5, 9)}), 0.5)

    def test_there_is_no_auc_without_both(self):
        self.assertIsNone(get_auc({1: (5, 0)}))
        self.assertIsNone(get_auc({}))

    def test_the_fifths_are_the_win_rates_from_the_lowest_score_on(self):
        scores = {number: (number, 4 - number) for number in range(5)}
        self.assertEqual(get_fifths(scores), [0, 0.25, 0.5, 0.75, 1])

    def test_leads_of_the_same_score_are_spread_over_the_fifths(self):
        for rate in get_fifths({3: (30, 70)}):
            self.assertAlmostEqual(rate, 0.3)
        low, *_middle, high = get_fifths({0: (0, 50), 1: (25, 25)})
        self.assertEqual(low, 0)
        self.assertAlmostEqual(high, 0.5)

    def test_all_won_leads_are_in_some_fifth(self):
        scores = {0: (1, 6), 2: (3, 3), 5: (4, 0)}
        self.assertAlmostEqual(sum(get_fifths(scores)) * 17 / 5, 8)
        self.assertEqual(get_fifths({}), [])


@tagged("post_install", "-at_install")
class TestLearningChance(BaseCase):
    def test_the_intervals_are_those_that_newcombe_published(self):
        # Statistics in Medicine 17 (1998), table I, method 3.
        for won, leads, low, high in (
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ):
            found = get_wilson(won, leads)
            self.assertAlmostEqual(found[0], low, 4)
            self.assertAlmostEqual(found[1], high, 4)

    def test_no_lead_says_nothing(self):
        self.assertEqual(get_wilson(0, 0), (0, 1))

    def test_the_probability_of_a_chi_square_is_that_of_the_tables(self):
        for chi2, probability in ((3.841, 0.05), (6.635, 0.01), (10.828, 0.001)):
            self.assertAlmostEqual(get_probability(chi2), probability, 4)
        self.assertEqual(get_probability(0), 1)

    def test_the_lift_compares_with_all_leads(self):
        lift, low, high = get_lift(Counts(81, 182, 19, 118))
        self.assertAlmostEqual(lift, 81 / 263 / 0.25)
        self.assertAlmostEqual(low, 0.2553 / 0.25, 3)
        self.assertAlmostEqual(high, 0.3662 / 0.25, 3)
        self.assertEqual(get_lift(Counts(0, 5, 0, 5)), (0, 0, 0))

    def test_the_level_is_corrected_for_how_many_were_tried(self):
        self.assertEqual(get_level(6.7, 1), "likely")
        self.assertEqual(get_level(6.7, 80), "possible")
        self.assertEqual(get_level(12, 80), "likely")
        self.assertEqual(get_level(30, 80), "very_likely")


@tagged("post_install", "-at_install")
class TestLearningLeaks(BaseCase):
    def test_what_is_set_on_winning_is_a_leak(self):
        self.assertTrue(is_leak(Counts(90, 0, 110, 300), 0, 100))
        self.assertTrue(is_leak(Counts(180, 9, 20, 291), 2, 200))

    def test_what_winning_completes_is_a_leak(self):
        # A phone number that many gave, and that who wins asks for.
        self.assertTrue(is_leak(Counts(195, 120, 5, 180), 200, 500))

    def test_what_is_set_on_losing_is_a_leak(self):
        self.assertTrue(is_leak(Counts(0, 150, 200, 150), 0, 100))
        self.assertTrue(is_leak(Counts(4, 250, 196, 50), 3, 200))

    def test_what_open_leads_have_as_often_is_none(self):
        self.assertFalse(is_leak(Counts(180, 9, 20, 291), 76, 200))
        self.assertFalse(is_leak(Counts(90, 0, 110, 300), 18, 100))

    def test_open_leads_that_are_mostly_lost_at_last_are_no_reason(self):
        # As if one in five of them would be won, and two in five were before.
        self.assertFalse(is_leak(Counts(160, 60, 40, 240), 64, 200))

    def test_what_hardly_tells_anything_is_none_however_it_changed(self):
        self.assertFalse(is_leak(Counts(20, 24, 180, 276), 0, 200))

    def test_without_open_leads_one_exception_is_enough(self):
        self.assertTrue(is_leak(Counts(90, 0, 110, 300), 0, 0))
        self.assertFalse(is_leak(Counts(90, 1, 110, 299), 0, 0))
        self.assertFalse(is_leak(Counts(90, 0, 110, 300), 1, 29))

    def test_few_leads_without_exception_can_be_chance(self):
        self.assertFalse(is_leak(Counts(6, 0, 194, 300), 0, 100))

    def test_nothing_is_known_without_both_outcomes(self):
        self.assertFalse(is_leak(Counts(6, 0, 194, 0), 0, 100))


@tagged("post_install", "-at_install")
class TestLearningBayes(BaseCase):
    def learn(self, rows):
        """Return the weights of values, learnt from rows of values, won and lost."""
        counts = bayes.start()
        for values, *outcomes in rows:
            bayes.add(counts, [(*pair, *outcomes) for pair in [(None, None), *values]])
        return bayes.weigh(counts)

    def predict(self, model, values):
        base, weights = model
        odds = exp(base + sum(weights.get(x, {}).get(y, 0) for x, y in values))
        return odds / (1 + odds)

    def test_the_probability_is_that_of_the_product_of_frequencies(self):
        rows = [([("source_id", 1)], 3, 1), ([("source_id", 2)], 1, 3)]
        model = self.learn(rows)
        self.assertAlmostEqual(
            self.predict(model, [("source_id", 1)]), 3.1 / (3.1 + 1.1)
        )
        self.assertAlmostEqual(self.predict(model, []), 0.5)

    def test_values_that_were_never_seen_say_nothing(self):
        model = self.learn([([("source_id", 1)], 3, 1)])
        known = self.predict(model, [("source_id", 1)])
        unknown = [("source_id", 1), ("source_id", 9), ("country_id", 3)]
        self.assertEqual(self.predict(model, unknown), known)

    def test_rare_tags_are_left_out_as_core_does(self):
        rows = [([("tag_id", 1)], 30, 19), ([("tag_id", 2)], 30, 30), ([], 5, 40)]
        _base, weights = self.learn(rows)
        self.assertEqual(list(weights["tag_id"]), [2])
