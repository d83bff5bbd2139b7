from odoo.tests import tagged

from ..scoring.wording import describe
from ..tools.numbers import say_number
from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestNumbers(ScoringCase):
    """Numbers in words are written as the language of these words writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("de_DE", "fr_FR"):
            cls.env["res.lang"]._activate_lang(code)
        cls.german, cls.french = (
            cls.env(context=dict(cls.env.context, lang=code))
            for code in ("de_DE", "fr_FR")
        )

    def test_what_follows_the_point_is_said_only_if_there_is_something(self):
        for number, text in ((75.0, "75"), (2.5, "2.5"), (0.25, "0.25"), (0.0, "0")):
            self.assertEqual(say_number(self.env, number), text)
        self.assertEqual(say_number(self.env, 2.504), "2.5")
        self.assertEqual(say_number(self.env, -0.001), "0")
        self.assertEqual(say_number(self.env, 2.5, is_padded=True), "2.50")

    def test_each_language_has_its_own_point_and_thousands(self):
        self.assertEqual(say_number(self.german, 1234.5), "1.234,5")
        self.assertEqual(say_number(self.french, -2.5), "-2,5")
        self.assertEqual(say_number(self.env, 1234.5), "1,234.5")

    def test_a_language_that_is_known_takes_no_query(self):
        say_number(self.german, 2.5)
        with self.assertQueryCount(0):
            say_number(self.german, 3.5)

    def test_limits_and_conditions_of_rules_are_said_so(self):
        rule = self.make_rule(
            [("expected_revenue", ">=", 1234.125)],
            rule_type="event",
            event_type="contact_form",
            max_points=12.5,
        )
        rule = rule.with_env(self.german)
        words = describe(rule)[rule]
        self.assertIn("12,5", words)
        self.assertIn("1.234,125", words)

    def test_minimums_are_said_so(self):
        bands = self.env["website.crm.score.band"].with_env(self.french)
        self.assertIn("2,5", bands._name_minimum("Direct", 2.5))

    def test_messages_on_scores_say_them_so(self):
        lead = self.make_lead()
        alert = self.env["website.crm.score.alert"].new({"lead_id": lead.id})
        self.assertEqual(alert.with_env(self.french)._show(2.5), "2,5")
