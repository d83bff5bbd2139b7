from odoo.exceptions import UserError
from odoo.tests import tagged

from ..exchange import rule_file
from .exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestRuleFileErrors(ExchangeCase):
    """A file can be anything: what cannot be read is told, and nothing is made."""

    def assertRefused(self, content, message):
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            self.read_file(content)

    def assertRuleRefused(self, message="cannot be read", **values):
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            self.read_rules({"name": "Some", **values})

    def test_what_is_no_file_of_rules_is_refused(self):
        for content in (
            b"\x89PNG\r\n",
            b"",
            "",
            "no json",
            "[]",
            "3",
            "{}",
            '{"format": "other", "version": 1, "rules": []}',
            "[" * 100_000,
            "9" * 10_000,
        ):
            with self.subTest(content[:20]):
                self.assertRefused(content, "no file of scoring rules")

    def test_a_file_of_another_version_is_refused(self):
        for version in (2, "1", None, [1]):
            content = {"format": rule_file.FORMAT, "version": version, "rules": []}
            self.assertRefused(content, "version")

    def test_what_a_file_has_besides_is_refused(self):
        content = {"format": rule_file.FORMAT, "version": 1, "rules": [], "run": "x"}
        self.assertRefused(content, "not known: run")

    def test_rules_that_are_none_are_refused(self):
        for rules in (None, {}, "x", [1], [[]], [None]):
            content = {"format": rule_file.FORMAT, "version": 1, "rules": rules}
            self.assertRefused(content, "cannot be read")

    def test_a_file_that_is_too_large_is_refused(self):
        self.assertRefused(b" " * (rule_file.MAX_BYTES + 1), "larger than 2 MB")
        rules = [{"name": "x"}] * (rule_file.MAX_RULES + 1)
        content = {"format": rule_file.FORMAT, "version": 1, "rules": rules}
        self.assertRefused(content, "more than 500 rules")

    def test_what_a_rule_has_besides_is_refused(self):
        for name in ("x_unknown", "active", "author_id", "is_draft", "id", "error"):
            self.assertRuleRefused(f"“{name}” of the rule “Some”", **{name: 1})
        # It is one of another event.
        self.assertRuleRefused("“page_url” of the rule", page_url="/")

    def test_values_of_the_wrong_type_are_refused(self):
        for values in (
            {"name": None},
            {"name": 3},
            {"name": {"fr_FR": "x"}},
            {"name": {"en_US": "x", "fr_FR": 3}},
            {"name": "a\0b"},
            {"value": "5"},
            {"value": None},
            {"value": True},
            {"value": 1e300},
            {"sequence": 1.5},
            {"sequence": 2**31},
            {"event_based": 1},
            {"take_back": "yes"},
            {"category": "other"},
            {"category": ["fit"]},
            {"apply_to": "user"},
            {"apply_to": ["lead"]},
            {"rule_type": "other"},
            {"rule_type": ["event"]},
            {"company_id": 1},
            {"company_id": "Ltd"},
            {"company_id": []},
            {"company_id": {}},
            {"company_id": {"email": "x"}},
            {"company_id": {"name": ["x"]}},
            {"company_id": {"xml_id": "nodot"}},
            {"company_id": {"xml_id": 3}},
            {"tz": 3},
            {"lang": []},
        ):
            with self.subTest(**values):
                self.assertRuleRefused(**values)

    def test_domains_that_are_none_are_refused(self):
        for domain in (
            None,
            3,
            {},
            [3],
            ["x"],
            [["phone", "="]],
            [["phone", "=", 1, 2]],
            [[3, "=", 3]],
            [["phone", 3, 3]],
            [["phone", "=", {"name": "x"}]],
            [["country_id", "=", {"phone": "x"}]],
            [["country_id", "=", {"name": {"name": "x"}}]],
            [["country_id", "=", [["x"]]]],
            [["country_id", "any", [3]]],
            "[a\0]",
        ):
            with self.subTest(domain=domain):
                self.assertRuleRefused(domain=domain)

    def test_domains_are_checked_as_those_that_are_written_by_hand(self):
        for domain, message in (
            ([["x_gone", "=", 1]], "x_gone"),
            ("[('country_id', '=', uid)]", "without code"),
            ("__import__('os')", "without code"),
            ([["phone", "resembles", "x"]], "Invalid operator"),
            ([["score", ">", 5]], "score"),
            ([[".".join(["partner_id"] + ["parent_id"] * 9), "=", 1]], "more than 8"),
            ([["phone", "=", "x" * 40_000]], "longer than"),
            (["&"], "malformed"),
        ):
            with self.subTest(domain=str(domain)[:50]):
                [line] = self.read_rules({"name": "Some", "domain": domain})
                self.assertTrue(line.is_wrong)
                self.assertRegex(line.problems, message)
                self.assertFalse(line.is_used)

    def test_a_reference_that_is_very_deep_is_refused(self):
        reference = {"name": "x"}
        for _level in range(50):
            reference = {"name": "x", "parent_id": reference}
        self.assertRuleRefused(domain=[["partner_id", "=", reference]])

    def test_a_deep_domain_is_refused(self):
        domain = [["id", "=", 1]]
        for _level in range(400):
            domain = [["partner_id.opportunity_ids", "any", domain]]
        with self.assertRaises(UserError), self.env.cr.savepoint():
            [line] = self.read_rules({"name": "Some", "domain": domain})
            raise UserError(line.problems)

    def test_an_external_id_of_another_model_is_no_record(self):
        reference = {"xml_id": "base.user_admin"}
        [line] = self.read_rules({"name": "x", "company_id": reference})
        self.assertIn("“base.user_admin” is not here", line.problems)

    def test_an_unknown_language_and_zone_are_those_of_the_user(self):
        [line] = self.read_rules({"name": "x", "lang": "xx_XX", "tz": "Mars/North"})
        line.import_id.action_import()
        rule = self.Rule.search([])
        self.assertEqual((rule.lang, rule.tz), ("en_US", self.env.tz.zone))

    def test_texts_are_shown_as_texts(self):
        [line] = self.read_rules({"name": "<script>alert(1)</script>"})
        self.assertEqual(line.name, "<script>alert(1)</script>")
