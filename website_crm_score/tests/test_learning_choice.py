import math
import random
import time

from odoo.tests import BaseCase, tagged

from ..learning import fitting
from ..learning.patterns import Pattern, group, merge, to_bits
from ..learning.points import STEPS, add_up, make_points
from ..learning.selection import choose

# Of candidate 0: 40 leads have it, of which 30 are won, and 40 have it not.
SINGLE = [Pattern(1, 30, 10), Pattern(0, 10, 30)]


def draw(leads, shares, effects, seed=1, base=-1.0):
    """Return patterns of leads that have candidates by chance, and are won by them.

    :param list shares: how often each candidate is had
    :param dict effects: true coefficients, by number
    """
    dice, rows = random.Random(seed), []
    for _lead in range(leads):
        held = {number for number, share in enumerate(shares) if dice.random() < share}
        odds = base + sum(effects.get(number, 0) for number in held)
        won = dice.random() < fitting.get_chance(odds)
        rows.append(Pattern(to_bits(held), int(won), int(not won)))
    return merge(rows)


@tagged("post_install", "-at_install")
class TestLearningPatterns(BaseCase):
    def test_patterns_are_merged_and_counted(self):
        patterns = merge([(0b101, 1, 0), (0b101, 0, 1), (0b001, 2, 0), (0, 0, 3)])
        self.assertEqual(sorted(patterns), [(0, 0, 3), (0b001, 2, 0), (0b101, 1, 1)])
        self.assertEqual(group(patterns, []), {(): [3, 4]})
        self.assertEqual(group(patterns, [2]), {(1,): [1, 1], (0,): [2, 3]})
        self.assertEqual(group(patterns, [1]), {(0,): [3, 4]})


@tagged("post_install", "-at_install")
class TestLearningFit(BaseCase):
    def test_one_column_has_the_logarithm_of_the_ratio_of_its_odds(self):
        intercept, weight = fitting.fit(group(SINGLE, [0]), ridge=0)
        self.assertAlmostEqual(intercept, math.log(10 / 30), 6)
        self.assertAlmostEqual(weight, math.log(9), 6)

    def test_without_a_column_the_intercept_has_the_odds_of_all(self):
        self.assertAlmostEqual(fitting.fit({(): [30, 10]})[0], math.log(3), 6)

    def test_planted_coefficients_are_found_again(self):
        planted = {0: 1.5, 1: -1.0, 2: 0.5}
        patterns = draw(40_000, [0.3, 0.2, 0.5], planted)
        found = fitting.fit(group(patterns, [0, 1, 2]))
        for weight, true in zip(found, [-1.0, 1.5, -1.0, 0.5], strict=True):
            self.assertAlmostEqual(weight, true, delta=0.1)

    def test_a_column_that_tells_all_stays_finite(self):
        groups = {(1,): [50, 0], (0,): [0, 50]}
        intercept, weight = fitting.fit(groups, ridge=1)
        # Where its slope, 50 leads of either kind, is what the ridge takes.
        self.assertAlmostEqual(weight, 50 / (1 + math.exp(weight / 2)), 3)
        self.assertAlmostEqual(intercept, -weight / 2, 4)

    def test_columns_that_are_the_same_share_their_coefficient(self):
        _intercept, one, other = fitting.fit({(1, 1): [30, 10], (0, 0): [10, 30]})
        self.assertAlmostEqual(one, other, 6)
        self.assertAlmostEqual(one + other, math.log(9), delta=0.05)

    def test_leads_that_were_all_won_are_no_trouble(self):
        weights = fitting.fit({(1,): [5, 0], (0,): [9, 0]})
        self.assertTrue(all(math.isfinite(weight) for weight in weights))

    def test_equations_are_solved_those_without_one_solution_too(self):
        x, y = fitting.solve([[2, 1], [1, 3]], [3, 5])
        self.assertAlmostEqual(x, 0.8)
        self.assertAlmostEqual(y, 1.4)
        x, y = fitting.solve([[1, 1], [1, 1]], [2, 2])
        self.assertAlmostEqual(x + y, 2)


@tagged("post_install", "-at_install")
class TestLearningChoice(BaseCase):
    def test_the_first_test_is_the_chi_square_of_four_fields(self):
        # 80 (30·30 − 10·10)² / 40⁴
        choice = choose(SINGLE, 1, 1, ridge=0)
        self.assertEqual(choice.numbers, [0])
        self.assertAlmostEqual(choice.tests[0], 20.0, 6)

    def test_nothing_is_chosen_below_the_threshold(self):
        self.assertFalse(choose(SINGLE, 1, 1, threshold=20.01).numbers)

    def test_planted_candidates_are_chosen_and_no_others(self):
        planted = {3: 1.5, 7: -1.2, 11: 0.9}
        patterns = draw(5000, [0.25] * 20, planted)
        choice = choose(patterns, 20, 12, threshold=15)
        self.assertEqual(set(choice.numbers), set(planted))
        for number, weight in zip(choice.numbers, choice.weights[1:], strict=True):
            self.assertAlmostEqual(weight, planted[number], delta=0.3)

    def test_not_more_are_chosen_than_asked_for(self):
        patterns = draw(5000, [0.25] * 8, dict.fromkeys(range(8), 1.0))
        self.assertEqual(len(choose(patterns, 8, 3).numbers), 3)

    def test_of_candidates_that_are_the_same_one_is_chosen(self):
        rows = draw(3000, [0.3, 0.3], {0: 1.5})
        twins = [Pattern(row.bits | (row.bits & 1) << 2, *row[1:]) for row in rows]
        numbers = choose(twins, 3, 3).numbers
        self.assertEqual(len({0, 2} & set(numbers)), 1)

    def test_what_all_leads_have_or_none_is_never_chosen(self):
        rows = draw(1000, [0.3], {0: 1.5})
        constant = [Pattern(row.bits | 0b100, *row[1:]) for row in rows]
        self.assertEqual(choose(constant, 3, 3).numbers, [0])

    def test_what_few_leads_have_is_never_chosen(self):
        few = [Pattern(1, 9, 0), Pattern(0, 100, 100)]
        self.assertFalse(choose(few, 1, 1).numbers)
        few[0] = Pattern(1, 10, 0)
        self.assertEqual(choose(few, 1, 1).numbers, [0])

    def test_what_only_goes_with_a_cause_is_left_out_beside_it(self):
        dice, rows = random.Random(3), []
        for bits, won, lost in draw(6000, [0.4], {0: 2.0}):
            for is_won, leads in ((1, won), (0, lost)):
                for _lead in range(leads):
                    echo = dice.random() < (0.7 if bits else 0.2)
                    rows.append(Pattern(bits | echo << 1, is_won, 1 - is_won))
        alone = choose(rows, 2, 1).numbers
        self.assertEqual(alone, [0])
        self.assertEqual(choose(rows, 2, 2, threshold=7).numbers, [0])

    def test_perfect_separation_comes_to_an_end(self):
        choice = choose([Pattern(1, 50, 0), Pattern(0, 0, 50)], 1, 12)
        self.assertEqual(choice.numbers, [0])

    def test_nothing_to_learn_from_teaches_nothing(self):
        self.assertFalse(choose([], 5, 12).numbers)
        self.assertFalse(choose([Pattern(1, 50, 0), Pattern(0, 50, 0)], 1, 1).numbers)

    def test_the_order_of_the_patterns_does_not_matter(self):
        patterns = draw(2000, [0.3] * 10, {0: 1.0, 1: -1.0})
        numbers = choose(patterns, 10, 5).numbers
        self.assertEqual(choose(patterns[::-1], 10, 5).numbers, numbers)

    def test_six_thousand_leads_take_a_second(self):
        shares = [0.02, 0.05, 0.1, 0.2, 0.3, 0.4] * 13 + [0.2]
        effects = {number: (number % 7 - 3) * 0.3 for number in range(20)}
        patterns = draw(6500, shares, effects)
        start = time.process_time()
        choose(patterns, len(shares), 12)
        # Twice the bar: machines that run tests do other things, too.
        self.assertLess(time.process_time() - start, 2)


@tagged("post_install", "-at_install")
class TestLearningPoints(BaseCase):
    def make(self, patterns, limit=12, step=5):
        choice = choose(patterns, 6, limit)
        groups = group(patterns, choice.numbers)
        return make_points(groups, choice.numbers, choice.weights, step)

    def test_points_are_whole_and_in_the_ratio_of_the_effects(self):
        patterns = draw(40_000, [0.3] * 6, {0: 1.6, 1: 0.8, 2: -0.8})
        points = self.make(patterns, limit=3)
        self.assertEqual(points.keys(), {0, 1, 2})
        for value in points.values():
            self.assertEqual(value % 5, 0)
            self.assertLessEqual(abs(value), 5 * STEPS[-1])
        self.assertAlmostEqual(points[0] / points[1], 2, delta=0.5)
        self.assertAlmostEqual(points[2] / points[1], -1, delta=0.35)

    def test_the_step_only_says_how_large_they_are(self):
        patterns = draw(5000, [0.3] * 6, {0: 1.6, 1: 0.8})
        ones, fives = self.make(patterns, step=1), self.make(patterns, step=5)
        self.assertEqual({key: value * 5 for key, value in ones.items()}, fives)

    def test_nothing_chosen_gives_no_points(self):
        self.assertEqual(make_points(group(SINGLE, []), [], [0.5], 5), {})
        self.assertEqual(make_points(group(SINGLE, [0]), [0], [0.5, 0.0], 5), {})

    def test_scores_are_the_sums_of_points(self):
        patterns = [Pattern(0b11, 5, 1), Pattern(0b01, 2, 2), Pattern(0b100, 0, 4)]
        scores = add_up(group(patterns, [0, 1]), [10, -5])
        self.assertEqual(scores, {5: [5, 1], 10: [2, 2], 0: [0, 4]})
