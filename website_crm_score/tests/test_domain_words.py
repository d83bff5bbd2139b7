from odoo.fields import Domain
from odoo.tests import BaseCase, tagged

from odoo.addons.website_crm_score.tools.domain_words import FieldWords, put_in_words

FIELDS = {
    "name": FieldWords("Name"),
    "country_id": FieldWords("Country", "many2one", {1: "Belgium", 2: "France"}),
    "type": FieldWords("Type", "selection", {"lead": "Lead"}),
    "active": FieldWords("Active", "boolean"),
    "create_date": FieldWords("Created on", "datetime"),
    "amount": FieldWords("Revenue", "float"),
    "page_ids": FieldWords("Pages", "one2many", nested=lambda _path: FieldWords("URL")),
}


class English:
    @staticmethod
    def _(text, *args, **kwargs):
        return text % (args or kwargs) if args or kwargs else text


@tagged("post_install", "-at_install")
class TestDomainWords(BaseCase):
    def assertSays(self, domain, words):
        said = put_in_words(Domain(domain), English, FIELDS.__getitem__)
        self.assertEqual(said, words)

    def test_nothing_says_nothing(self):
        self.assertSays([], "")
        self.assertSays([(0, "=", 1)], "never")

    def test_conditions(self):
        for condition, words in (
            (("name", "=", "Ann"), "Name is “Ann”"),
            (("name", "!=", "Ann"), "Name is not “Ann”"),
            (("name", "ilike", "ann"), "Name contains “ann”"),
            (("name", "not ilike", "ann"), "Name does not contain “ann”"),
            (("name", "=ilike", "ann%"), "Name starts with “ann”"),
            (("name", "=ilike", "%ann"), "Name ends with “ann”"),
            (("name", "=ilike", "%ann%"), "Name contains “ann”"),
            (("name", "=ilike", "ann"), "Name is “ann”"),
            (("name", "=", False), "Name is not set"),
            (("name", "!=", False), "Name is set"),
            (("country_id", "=", 1), "Country is Belgium"),
            (("country_id", "in", [1, 2]), "Country is Belgium or France"),
            (("country_id", "not in", [1]), "Country is not Belgium"),
            (("country_id", "in", [1, False]), "Country is Belgium or nothing"),
            (("country_id", "child_of", 1), "Country is, or is under, Belgium"),
            (("type", "=", "lead"), "Type is Lead"),
            (("active", "=", False), "Active is no"),
            (("active", "!=", True), "Active is not yes"),
            (("create_date", ">", "-7d"), "Created on is after “-7d”"),
            (("amount", ">=", 1000.0), "Revenue is at least 1000"),
            (("amount", ">", 10), "Revenue is more than 10"),
            (
                ("page_ids", "any", [("url", "ilike", "/a")]),
                "Pages (URL contains “/a”)",
            ),
        ):
            with self.subTest(condition=condition):
                self.assertSays([condition], words)

    def test_long_lists_are_cut(self):
        self.assertSays(
            [("name", "in", list("abcdef"))], "Name is “a”, “b”, “c” or 3 more"
        )

    def test_groups(self):
        one, other, third = (("name", "=", letter) for letter in "abc")
        for domain, words in (
            ([one, other], "Name is “a” and Name is “b”"),
            (["|", one, other], "Name is “a” or Name is “b”"),
            ([third, "|", one, other], "Name is “c” and (Name is “a” or Name is “b”)"),
            (["!", one], "Name is not “a”"),
            (["!", ("name", "=ilike", "%a")], "Name does not end with “a”"),
            (["!", "|", one, other], "Name is not “a” and Name is not “b”"),
        ):
            with self.subTest(domain=domain):
                self.assertSays(domain, words)
