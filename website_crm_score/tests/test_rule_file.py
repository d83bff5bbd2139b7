import json
import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestRuleFile(ExchangeCase):
    """Rules get from one database to another as a file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.country = cls.env.ref("base.be")
        cls.tag = cls.env["crm.tag"].create({"name": "Adult"})
        cls.dice = random.Random(7)

    def pack(self, rule):
        return rule._pack()[0]

    def get_domain(self, rule):
        return self.pack(rule)["domain"]

    # WHAT IS IN THE FILE

    def test_a_rule_is_all_that_it_is(self):
        company = self.env["res.company"].create({"name": "Exchanged Ltd"})
        rule = self.make_rule(
            [("phone", "!=", False)],
            value=-2.5,
            name="Minus",
            sequence=3,
            company_id=company.id,
            event_based=True,
            take_back=True,
            category="engagement",
            apply_to="partner",
        )
        packed = self.pack(rule)
        self.assertEqual(
            {name: packed[name] for name in packed if name not in ("lang", "tz")},
            {
                "name": "Minus",
                "apply_to": "partner",
                "category": "engagement",
                "company_id": {"name": "Exchanged Ltd"},
                "domain": [["phone", "!=", False]],
                "event_based": True,
                "rule_type": "domain",
                "sequence": 3,
                "take_back": True,
                "value": -2.5,
            },
        )
        self.assertRoundTrip(rule)

    def test_a_rule_on_events_has_the_filters_of_its_source_alone(self):
        rule = self.make_event_rule("comeback", absence_days=9, max_count=3)
        packed = self.pack(rule)
        self.assertEqual((packed["absence_days"], packed["max_count"]), (9, 3))
        self.assertNotIn("page_url", packed)
        self.assertNotIn("stay_minutes", packed)
        self.assertRoundTrip(rule)

    def test_what_is_of_the_database_is_not_in_the_file(self):
        packed = self.pack(self.make_rule(is_draft=True))
        self.assertFalse({"active", "is_draft", "author_id", "id"} & packed.keys())

    def test_records_are_named_by_their_external_id(self):
        rule = self.make_rule([("country_id", "=", self.country.id)])
        self.assertEqual(
            self.get_domain(rule),
            [["country_id", "=", {"xml_id": "base.be", "name": "Belgium"}]],
        )
        self.assertEqual(
            self.assertRoundTrip(rule).domain,
            f"[('country_id', '=', {self.country.id})]",
        )

    def test_external_ids_of_exports_and_imports_are_none(self):
        for module in ("__export__", "__import__"):
            self.env["ir.model.data"].create(
                {
                    "module": module,
                    "name": "crm_tag_adult",
                    "model": "crm.tag",
                    "res_id": self.tag.id,
                }
            )
        rule = self.make_rule([("tag_ids", "in", self.tag.ids)])
        self.assertEqual(
            self.get_domain(rule), [["tag_ids", "in", [{"name": "Adult"}]]]
        )

    def test_records_of_one_name_are_told_apart_by_those_above_them(self):
        industries = self.env["res.partner"]
        women, men = industries.create([{"name": "Women X"}, {"name": "Men X"}])
        shoes = industries.create({"name": "Shoes X", "parent_id": women.id})
        industries.create({"name": "Shoes X", "parent_id": men.id})
        rule = self.make_rule([("partner_id", "=", shoes.id)])
        self.assertEqual(
            self.get_domain(rule)[0][2],
            {"name": "Shoes X", "parent_id": {"name": "Women X"}},
        )
        self.assertEqual(
            self.assertRoundTrip(rule).domain, f"[('partner_id', '=', {shoes.id})]"
        )

    def test_all_ids_of_a_domain_are_records(self):
        team = self.env["crm.team"].create({"name": "Exchange"})
        domain = [
            "|",
            ("country_id", "=", self.country.id),
            "&",
            ("tag_ids", "not in", [self.tag.id, False]),
            "!",
            ("team_id", "any", [("id", "in", (team.id,))]),
            ("partner_id.parent_id", "child_of", self.env.company.partner_id.id),
            ("color", "=", 3),
            ("expected_revenue", ">", 1.5),
            ("create_date", ">=", "today -3d"),
        ]
        rule = self.make_rule(domain)
        leaves = [leaf for leaf in self.get_domain(rule) if isinstance(leaf, list)]
        country, tag, team, parent, *others = (value for _path, _is, value in leaves)
        self.assertEqual(country, {"xml_id": "base.be", "name": "Belgium"})
        self.assertEqual(tag, [{"name": "Adult"}, False])
        self.assertEqual(team, [["id", "in", [{"name": "Exchange"}]]])
        self.assertEqual(parent["xml_id"], "base.main_partner")
        self.assertEqual(others, [3, 1.5, "today -3d"])
        self.assertRoundTrip(rule)

    def test_a_domain_on_everything_stays_one(self):
        self.assertEqual(self.assertRoundTrip(self.make_rule("[]")).domain, "[]")

    def test_an_id_that_is_no_record_any_more_points_at_none(self):
        tag = self.tag.copy({"name": "Short-lived"})
        rule = self.make_rule([("tag_ids", "in", tag.ids)])
        tag.unlink()
        self.assertEqual(self.get_domain(rule), [["tag_ids", "in", [0]]])

    def test_a_domain_that_cannot_be_read_is_left_as_it_is(self):
        rule = self.make_rule()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE website_crm_score SET domain = %s WHERE id = %s",
            ["[('x_gone', '=', 3)]", rule.id],
        )
        rule.invalidate_recordset()
        self.assertEqual(self.get_domain(rule), "[('x_gone', '=', 3)]")
        [line] = self.read_file(self.export(rule)).line_ids
        self.assertIn("x_gone", line.problems)

    def make_page(self):
        return self.env["website.page"].create(
            {
                "name": "Prices",
                "type": "qweb",
                "arch": "<div/>",
                "key": "website.exchange_prices",
                "url": "/exchange-prices",
            }
        )

    def test_a_page_is_known_by_its_address(self):
        page = self.make_page()
        rule = self.make_event_rule(page_match="page", page_id=page.id, page_url=False)
        self.assertEqual(self.pack(rule)["page_id"], {"url": "/exchange-prices"})
        text = self.export(rule)
        imported = self.assertRoundTrip(rule)
        self.assertEqual(imported.page_id, page)
        imported.unlink()
        page.unlink()
        [line] = self.read_file(text).line_ids
        self.assertIn("Visits of the address /exchange-prices count", line.problems)
        self.assertTrue(line.is_used)
        rule = self.import_all(text)
        self.assertEqual(rule.page_match, "is")
        self.assertEqual(rule.page_url, "/exchange-prices")

    def test_the_address_of_a_page_that_was_deleted_is_kept(self):
        page, copy = self.make_page(), self.make_page()
        rule = self.make_event_rule(page_match="page", page_id=page.id, page_url=False)
        page.unlink()
        self.assertEqual(self.pack(rule)["page_path"], "/exchange-prices")
        self.assertFalse(self.pack(rule)["page_id"])
        imported = self.assertRoundTrip(rule)
        self.assertEqual(imported.page_path, copy.url)
        self.assertEqual(imported.page_match, "page")

    def test_names_are_in_the_file_in_all_languages(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        rule = self.make_rule(name="Belgians", lang="fr_FR")
        rule.with_context(lang="fr_FR").name = "Les Belges"
        self.assertEqual(
            self.pack(rule)["name"], {"en_US": "Belgians", "fr_FR": "Les Belges"}
        )
        imported = self.assertRoundTrip(rule)
        self.assertEqual(imported.with_context(lang="fr_FR").name, "Les Belges")
        self.assertEqual(imported.lang, "fr_FR")

    def test_the_file_is_the_same_in_whatever_language_it_is_exported(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.country.with_context(lang="fr_FR").name = "Belgique"
        rule = self.make_rule([("country_id", "=", self.country.id)])
        text = self.export(rule)
        self.assertEqual(self.export(rule.with_context(lang="fr_FR")), text)

    def test_rules_keep_their_order(self):
        rules = self.make_rule(name="b", sequence=2)
        rules += self.make_rule(name="c", sequence=2)
        rules += self.make_rule(name="a", sequence=1)
        imported = self.assertRoundTrip(rules)
        self.assertEqual(imported.sorted().mapped("name"), ["a", "b", "c"])

    # ANY RULE

    def test_any_rule_comes_back_as_it_was(self):
        """Random rules on all sources that are installed."""
        sources = self.env["website.crm.score.source"]._get_all()
        made = {source._event_type: 0 for source in sources}
        rules = self.Rule
        for source in sources:
            for _attempt in range(40):
                rule = self.make_random_rule(source)
                made[source._event_type] += len(rule)
                rules += rule
                if made[source._event_type] == 4:
                    break
        self.assertTrue(all(made.values()), made)
        text = self.export(rules)
        rules.unlink()
        self.assertEqual(self.export(self.import_all(text)), text)

    def make_random_rule(self, source):
        """Return a rule of random filters, none if these make no rule."""
        limits = ("min_count", "max_count", "max_points", "valid_days", "is_fading")
        values = {
            name: self.draw(self.Rule._fields[name])
            for name in (*limits, *source._filters)
        }
        try:
            with self.env.cr.savepoint():
                return self.make_event_rule(
                    source._event_type,
                    self.dice.choice((-5, 0.25, 10)),
                    **values,
                    name=f"{source._event_type} {self.dice.random()}",
                    domain=str([("country_id", "=", self.country.id)]),
                )
        except ValidationError:
            return self.Rule

    def draw(self, field):
        if field.type == "boolean":
            return self.dice.random() < 0.5
        if field.type == "selection":
            return self.dice.choice(field.get_values(self.env))
        if field.type == "char":
            return self.dice.choice(("/a?b=1", "/ünï", '/"quoted"'))
        if field.type in ("integer", "float"):
            return self.dice.randrange(1, 50)
        records = self.env[field.comodel_name].search([], limit=5)
        if field.type == "many2many":
            return [(6, 0, self.dice.sample(records.ids, min(2, len(records))))]
        return self.dice.choice(records.ids) if records else False

    # WHAT IS MISSING

    def test_nothing_is_made_before_it_is_confirmed(self):
        text = self.export(self.make_rule())
        self.Rule.search([]).unlink()
        wizard = self.read_file(text)
        self.assertFalse(self.Rule.search([]))
        wizard.action_import()
        self.assertTrue(self.Rule.search([]))

    def test_imported_rules_are_drafts_of_who_imports_them(self):
        text = self.export(self.make_rule())
        manager = self.make_user("ws_importer", "sales_team.group_sale_manager")
        self.Import = self.Import.with_user(manager)
        self.env.invalidate_all()
        imported = self.import_all(text).sudo()
        self.assertTrue(imported.is_draft)
        self.assertFalse(imported.active)
        self.assertEqual(imported.author_id, manager)

    def test_what_is_missing_in_a_domain_is_told_and_kept_by_name(self):
        self.tag.name = "Gone"
        text = self.export(self.make_rule([("tag_ids", "in", self.tag.ids)]))
        self.tag.unlink()
        wizard = self.read_file(text)
        self.assertEqual((wizard.rule_count, wizard.problem_count), (1, 1))
        self.assertIn("“Gone” is not here", wizard.line_ids.problems)
        self.assertTrue(wizard.line_ids.is_used)
        rule = self.import_all(text)
        self.assertEqual(rule.domain, "[('tag_ids', 'in', ['Gone'])]")
        self.assertIn("“Gone”", rule.unknown_names)

    def test_what_is_there_more_than_once_is_told(self):
        text = self.export(self.make_rule([("partner_id", "=", self.make_partner())]))
        twin = self.env["res.partner"].search([("name", "=", "Twin")]).copy()
        twin.name = "Twin"
        [line] = self.read_file(text).line_ids
        self.assertIn("“Twin” is here more than once", line.problems)
        found = self.env["res.partner"].search([("name", "=", "Twin")])
        self.assertEqual(
            self.import_all(text).domain, f"[('partner_id', 'in', {found.ids})]"
        )

    def make_partner(self):
        return self.env["res.partner"].create({"name": "Twin"}).id

    def test_a_rule_of_which_a_filter_is_missing_is_not_chosen(self):
        company = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        text = self.export(self.make_rule(company_id=company.id))
        text = text.replace("Elsewhere Ltd", "Nowhere Ltd")
        wizard = self.read_file(text)
        self.assertIn(
            "Company: “Nowhere Ltd” is not here, and is left out.",
            wizard.line_ids.problems,
        )
        self.assertFalse(wizard.line_ids.is_used)
        with self.assertRaisesRegex(UserError, "Choose the rules"):
            wizard.action_import()

    def test_a_rule_that_is_there_already_is_not_chosen(self):
        text = self.export(self.make_rule())
        [line] = self.read_file(text).line_ids
        self.assertIn("exactly this rule already", line.problems)
        self.assertFalse(line.is_used)
        changed = text.replace('"value": 10.0', '"value": 11.0')
        self.assertTrue(self.read_file(changed).line_ids.is_used)

    def test_an_event_of_an_addon_that_is_not_installed_is_told_and_left_out(self):
        line, other = self.read_rules(
            {
                "name": "Met us",
                "rule_type": "event",
                "event_type": "meeting_held",
                "meeting_hours": 3,
            },
            {"name": "Anybody"},
        )
        self.assertIn("“meeting_held” is not known here", line.problems)
        self.assertFalse(line.is_used)
        self.assertFalse(other.is_wrong)
        line.is_used = True
        line.import_id.action_import()
        self.assertEqual(self.Rule.search([]).mapped("name"), ["Anybody"])

    def test_a_rule_that_is_wrong_is_told_and_the_others_are_imported(self):
        wrong, right = self.read_rules(
            {"name": "Wrong", "rule_type": "event", "event_type": "page_visit"},
            {"name": "Right", "domain": [["x_gone.id", "=", 1]]},
        )
        self.assertIn("cannot count events", wrong.problems)
        self.assertIn("“x_gone”", right.problems)

    # RIGHTS

    def test_salespeople_neither_import_nor_export(self):
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        rule = self.make_rule()
        with self.assertRaises(AccessError):
            rule.with_user(seller).action_export_to_file()
        with self.assertRaises(AccessError):
            self.Import.with_user(seller).create({})

    def test_records_that_the_user_may_not_read_are_not_named(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        company = self.env["res.company"].create({"name": "Foreign"})
        secret = self.env["res.partner"].create(
            {"name": "Secret", "company_id": company.id}
        )
        rule = self.make_rule([("partner_id", "=", secret.id)])
        packed = rule.with_user(manager)._pack()[0]
        self.assertEqual(packed["domain"], [["partner_id", "=", 0]])
        self.Import = self.Import.with_user(manager)
        [line] = self.read_file(self.export(rule)).line_ids
        self.assertIn("“Secret” is not here", line.problems)


@tagged("post_install", "-at_install")
class TestRuleFileDownload(ExchangeCase, HttpCase):
    """The file is downloaded by who may write rules."""

    def setUp(self):
        super(ExchangeCase, self).setUp()

    def test_managers_download_the_rules_that_they_choose(self):
        manager = self.make_user(
            "ws_exporter", "sales_team.group_sale_manager", password="ws_exporter"
        )
        one, two = self.make_rule(name="Ärger"), self.make_rule(name="Other")
        action = one.with_user(manager).action_export_to_file()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.authenticate(manager.login, manager.login)
        response = self.url_open(action["url"])
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertIn("application/json", response.headers["Content-Type"])
        self.assertEqual(response.content.decode(), self.export(one))
        self.assertEqual(json.loads(response.content)["rules"][0]["name"], "Ärger")
        both = (one + two).with_user(manager).action_export_to_file()
        self.assertEqual(len(self.url_open(both["url"]).json()["rules"]), 2)

    def test_what_is_no_list_of_rules_is_no_file(self):
        self.make_user("ws_ids", "sales_team.group_sale_manager", password="ws_ids")
        self.authenticate("ws_ids", "ws_ids")
        for ids in ("", "?ids=", "?ids=abc", "?ids=[1]", '?ids={"a":1}', "?ids=1,,2"):
            with self.subTest(ids), mute_logger("odoo.http"):
                response = self.url_open(f"/website_crm_score/rules{ids}")
                self.assertEqual(response.status_code, 400)

    def test_salespeople_download_nothing(self):
        self.make_user(
            "ws_seller", "sales_team.group_sale_salesman", password="ws_seller"
        )
        self.authenticate("ws_seller", "ws_seller")
        url = f"/website_crm_score/rules?ids={self.make_rule().id}"
        with mute_logger("odoo.http"):  # the refusal
            self.assertEqual(self.url_open(url).status_code, 403)
