import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import SQL, file_path, mute_logger

from odoo.addons.website_crm_score.tools import rule_domain

from .common import ScoringCase

RULE_LOGGER = "odoo.addons.website_crm_score.models.website_crm_score"


class RuleCase(ScoringCase):
    def match(self, domain, **values):
        """Return which active leads get the points of a rule with ``domain``."""
        return self.apply(self.make_rule(domain, **values))

    def apply(self, rule):
        rule.action_apply()
        self.assertFalse(rule.error)
        return self.Lead.search([("score_ids", "in", rule.ids)])


@tagged("post_install", "-at_install")
class TestRuleRefused(RuleCase):
    def assertRefused(self, domain, message):
        with self.assertRaisesRegex(ValidationError, message):
            self.make_rule(domain, name="Odd one")

    def test_a_refusal_names_the_rule(self):
        self.assertRefused("1", "Odd one")

    def test_what_is_not_a_list_is_refused(self):
        for domain in ("1", "{}", "None", "('name', '=', 'a')", "'text'"):
            with self.subTest(domain=domain):
                self.assertRefused(domain, "it is not a list of conditions")

    def test_a_path_of_too_many_fields_is_refused(self):
        path = "partner_id" + ".parent_id" * 8 + ".name"
        self.assertRefused(f"[('{path}', '=', 'a')]", "more than 8 fields")

    def test_nested_domains_of_too_many_fields_are_refused_at_once(self):
        for operator in ("any", "not any"):
            domain = "('name', '=', 'a')"
            for _level in range(40):
                domain = f"('parent_id', '{operator}', [{domain}])"
            with self.subTest(operator=operator):
                started = time.monotonic()
                self.assertRefused(
                    f"[('partner_id', 'any', [{domain}])]", "more than 8 fields"
                )
                self.assertLess(time.monotonic() - started, 1)

    def test_a_path_counts_together_with_what_is_nested_below_it(self):
        inner = [("parent_id.parent_id.parent_id.name", "=", "a")]
        for path, is_fine in (
            ("partner_id.parent_id.parent_id.parent_id", True),
            ("partner_id.parent_id.parent_id.parent_id.parent_id", False),
        ):
            with self.subTest(path=path):
                domain = [(path, "any", inner)]
                if is_fine:
                    self.assertFalse(self.make_rule(domain).error)
                else:
                    self.assertRefused(domain, "more than 8 fields")

    def test_what_takes_too_long_to_plan_is_refused(self):
        path = "partner_id.child_ids.name"
        domain = [(path, "=", f"n{index}") for index in range(300)]
        with patch.object(rule_domain, "MAX_PLANNING_SECONDS", 1):
            self.assertRefused(domain, "more than 1 seconds to plan")

    def test_it_is_tried_without_being_compiled(self):
        """Which takes longer than the limit at a hundred thousand newsletters."""

        def compile_query():
            return SQL("SELECT 1 / (current_setting('jit') = 'off')::integer")

        self.env.cr.execute("SET LOCAL jit = on")
        error = rule_domain.find_query_error(self.env, compile_query, on_data=True)
        self.assertIsNone(error)
        self.env.cr.execute("SHOW jit")
        self.assertEqual(self.env.cr.fetchone(), ("on",))

    def test_the_time_limit_is_that_of_the_check_alone(self):
        self.make_rule()
        self.env.cr.execute("SHOW statement_timeout")
        self.assertEqual(self.env.cr.fetchone(), ("0",))

    def test_code_is_refused(self):
        for domain in (
            "[('name', '=', uid)]",
            "[('name', '=', __import__('os').getcwd())]",
            "[x for x in ()]",
            "[('id', '=', 2 ** 30)]",
            "[('name', '=', user.name)]",
            "print(1)",
        ):
            with self.subTest(domain=domain):
                self.assertRefused(domain, "plain values, without code")

    def test_what_cannot_be_read_is_refused(self):
        for domain in ("[", "[('name', '=', 'a']", "[" * 5000, "-" * 30_000 + "1"):
            with self.subTest(domain=domain[:20]):
                self.assertRefused(domain, "plain values, without code")

    def test_conditions_that_do_not_fit_together_are_refused(self):
        for domain in ("['&']", "['|', ('name', '=', 'a')]", "[1]", "[[]]", "[True]"):
            with self.subTest(domain=domain):
                self.assertRefused(domain, "it is malformed")

    def test_an_unknown_operator_is_refused(self):
        self.assertRefused("[('name', 'resembles', 'a')]", "it is malformed")

    def test_an_operator_that_bypasses_access_is_refused(self):
        self.assertRefused("[('country_id', 'any!', [('id', '=', 1)])]", "malformed")

    def test_an_unknown_field_is_refused_by_name(self):
        self.assertRefused("[('nope', '=', 1)]", "“nope” is no field of “Lead”")

    def test_an_unknown_field_at_the_end_of_a_path_is_refused(self):
        self.assertRefused(
            "[('country_id.nope', '=', 1)]", "“nope” is no field of “Country”"
        )

    def test_an_unknown_field_in_a_nested_domain_is_refused(self):
        for operator in ("any", "not any"):
            with self.subTest(operator=operator):
                self.assertRefused(
                    [("country_id", operator, [("nope", "=", 1)])],
                    "“nope” is no field of “Country”",
                )

    def test_a_field_that_cannot_be_searched_is_refused(self):
        self.assertRefused("[('visitor_page_count', '>', 1)]", "can be searched")

    def test_a_path_to_a_field_that_cannot_be_searched_is_refused(self):
        self.assertRefused("[('visitor_ids.email', '=', 'a')]", "can be searched")

    def test_a_value_that_does_not_fit_the_field_is_refused(self):
        for domain in (
            "[('expected_revenue', '>', 'much')]",
            "[('create_date', '>', 'today -1x')]",
            "[('create_date', '>', '2024-02-30')]",
            "[('id', 'in', [1, 'a'])]",
            "[('country_id', 'any', 'Belgium')]",
            "[('country_id', '=', True)]",
            "[('name', '=', {'a': 1})]",
            "[('name', 'any', [('a', '=', 1)])]",
            r"[('name', '=', '\x00')]",
        ):
            with self.subTest(domain=domain), mute_logger("odoo.sql_db"):
                self.assertRefused(domain, "cannot be used: .+")

    def test_a_rule_on_the_score_is_refused(self):
        for domain in (
            "[('score', '>', 50)]",
            "['!', ('score', '>', 50)]",
            "[('score_date', '=', False)]",
            "[('score_ids', '!=', False)]",
            "[('score_line_ids.points', '>', 5)]",
            "[('partner_id.opportunity_ids.score', '>', 5)]",
            "[('partner_id', 'any', [('opportunity_ids.score', '>', 5)])]",
            "[('partner_id.score', '>', 5)]",
            "[('user_id.score', '>', 5)]",
            "[('user_id.score_ids.name', '=', 'a')]",
            "[('score_stale', '=', False)]",
        ):
            with self.subTest(domain=domain):
                self.assertRefused(domain, "cannot depend on the score")

    def test_a_domain_of_100_kilobytes_is_refused(self):
        domain = "[('name', '=', '%s')]" % ("a" * 100_000)
        self.assertRefused(domain, "longer than 32000 characters")

    def test_the_longest_domain_allowed_is_taken(self):
        domain = "[('name', '=', '%s')]" % ("a" * 31_900)
        self.assertFalse(self.make_rule(domain).error)

    def test_a_domain_of_a_thousand_conditions_works(self):
        lead = self.make_lead(name="n500")
        domain = ["|"] * 999 + [("name", "=", f"n{index}") for index in range(1000)]
        self.assertEqual(self.match(domain), lead)

    def test_a_refused_change_leaves_the_rule_as_it_was(self):
        rule = self.make_rule("[('name', '=', 'a')]")
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            rule.domain = "[('nope', '=', 1)]"
        rule.invalidate_recordset()
        self.assertEqual(rule.domain, "[('name', '=', 'a')]")

    def test_a_form_with_a_bad_domain_stays_usable_until_it_is_saved(self):
        for domain in ("1", "[('country_id', 'any', 5)]", "[('name', 'any', [1])]"):
            with self.subTest(domain=domain):
                form = Form(self.Rule)
                form.name = "Draft"
                form.domain = domain
                self.assertFalse(form.unknown_names)


@tagged("post_install", "-at_install")
class TestRuleNames(RuleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.belgium = cls.env.ref("base.be")
        cls.austria = cls.env.ref("base.at")
        cls.australia = cls.env.ref("base.au")
        for country, name in (
            (cls.belgium, "Belgique"),
            (cls.austria, "Autriche"),
            (cls.australia, "Australie"),
        ):
            country.with_context(lang="fr_FR").name = name
        cls.lead_be = cls.make_lead(country_id=cls.belgium.id)
        cls.lead_at = cls.make_lead(country_id=cls.austria.id)
        cls.lead_au = cls.make_lead(country_id=cls.australia.id)
        cls.lead_none = cls.make_lead(country_id=False)
        cls.French = cls.Rule.with_context(lang="fr_FR")

    def test_a_name_finds_its_record(self):
        self.assertEqual(self.match([("country_id", "=", "Belgium")]), self.lead_be)

    def test_another_case_is_another_name(self):
        self.assertFalse(self.match([("country_id", "=", "AUSTRIA")]))

    def test_a_code_finds_its_record(self):
        self.assertEqual(self.match([("country_id", "=", "AT")]), self.lead_at)

    def test_part_of_a_name_is_not_the_name(self):
        self.assertFalse(self.match([("country_id", "=", "Belg")]))

    def test_several_names_find_all_their_records(self):
        leads = self.match([("country_id", "in", ["Belgium", "Austria", "Nowhere"])])
        self.assertEqual(leads, self.lead_be + self.lead_at)

    def test_a_name_beside_an_id_and_nothing(self):
        domain = [("country_id", "in", ["Belgium", self.austria.id, False])]
        self.assertEqual(
            self.match(domain), self.lead_be + self.lead_at + self.lead_none
        )

    def test_all_but_a_name_includes_leads_without_any(self):
        leads = self.match([("country_id", "!=", "Belgium")])
        self.assertEqual(leads, self.lead_at + self.lead_au + self.lead_none)

    def test_none_of_several_names(self):
        leads = self.match([("country_id", "not in", ["Belgium", "Austria"])])
        self.assertEqual(leads, self.lead_au + self.lead_none)

    def test_names_under_not_and_or(self):
        domain = ["!", "|", ("country_id", "=", "Belgium"), ("country_id", "=", "AT")]
        self.assertEqual(self.match(domain), self.lead_au + self.lead_none)

    def test_a_name_in_a_nested_domain(self):
        partner = self.env["res.partner"].create(
            {"name": "Somebody", "country_id": self.belgium.id}
        )
        self.lead_au.partner_id = partner
        for domain in (
            [("partner_id.country_id", "=", "Belgium")],
            [("partner_id", "any", [("country_id", "=", "Belgium")])],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.match(domain), self.lead_au)

    def test_names_of_many_records(self):
        tag, other = self.env["crm.tag"].create([{"name": "Warm"}, {"name": "Cold"}])
        self.lead_be.tag_ids = tag + other
        self.lead_at.tag_ids = other
        self.assertEqual(self.match([("tag_ids", "=", "Warm")]), self.lead_be)
        self.assertEqual(
            self.match([("tag_ids", "!=", "Warm")]),
            self.lead_at + self.lead_au + self.lead_none,
        )

    def test_the_name_of_a_user(self):
        user = self.make_user(
            "ws_seller", "sales_team.group_sale_salesman", name="Sally Seller"
        )
        self.lead_be.user_id = user
        self.assertEqual(self.match([("user_id", "=", "Sally Seller")]), self.lead_be)

    def test_the_name_that_is_displayed(self):
        state = self.env["res.country.state"].create(
            {"name": "Flat", "code": "FLT", "country_id": self.belgium.id}
        )
        self.lead_be.state_id = state
        self.assertEqual(state.display_name, "Flat (BE)")
        self.assertEqual(self.match([("state_id", "=", "Flat (BE)")]), self.lead_be)

    def test_the_name_of_an_archived_record(self):
        source = self.env["utm.source"].create({"name": "Old campaign"})
        campaign = self.env["utm.campaign"].create(
            {"title": "Gone", "name": "Gone", "active": False}
        )
        self.lead_be.write({"source_id": source.id, "campaign_id": campaign.id})
        self.assertEqual(self.match([("campaign_id", "=", "Gone")]), self.lead_be)

    def test_a_name_of_two_records_stands_for_both(self):
        teams = self.env["crm.team"].create([{"name": "Twins"}, {"name": "Twins"}])
        self.lead_be.team_id, self.lead_at.team_id = teams
        self.assertEqual(
            self.match([("team_id", "=", "Twins")]), self.lead_be + self.lead_at
        )

    def test_names_are_those_of_the_language_in_which_the_rule_was_saved(self):
        rule = self.French.create(
            {"name": "Fr", "domain": "[('country_id', '=', 'Belgique')]", "value": 1}
        ).with_context(lang="en_US")
        self.assertEqual(self.apply(rule), self.lead_be)

    def test_whoever_runs_it_an_english_rule_means_english_names(self):
        rule = self.make_rule("[('country_id', '=', 'Belgium')]")
        self.assertEqual(self.apply(rule.with_context(lang="fr_FR")), self.lead_be)

    def test_a_name_of_another_language_names_nothing(self):
        rule = self.French.create(
            {"name": "Fr", "domain": "[('country_id', '=', 'Belgium')]", "value": 1}
        )
        self.assertFalse(self.apply(rule))
        self.assertIn("Belgium", rule.unknown_names)

    def test_saving_the_name_of_a_rule_does_not_change_its_language(self):
        rule = self.make_rule("[('country_id', '=', 'Belgium')]")
        rule.with_context(lang="fr_FR").write({"name": "Règle", "value": 5})
        self.assertEqual(self.apply(rule), self.lead_be)

    def test_saving_the_domain_takes_the_language_of_its_author(self):
        rule = self.make_rule("[('country_id', '=', 'Belgium')]")
        rule.with_context(lang="fr_FR").domain = "[('country_id', '=', 'Autriche')]"
        self.assertEqual(self.apply(rule), self.lead_at)

    def test_a_copy_means_what_the_original_means(self):
        rule = self.French.create(
            {"name": "Fr", "domain": "[('country_id', '=', 'Belgique')]", "value": 1}
        )
        copy = rule.with_context(lang="en_US").copy()
        self.assertEqual(self.apply(copy), self.lead_be)

    def test_a_translated_field_is_compared_in_the_language_of_the_rule(self):
        rule = self.French.create(
            {
                "name": "Fr",
                "domain": "[('country_id.name', '=', 'Belgique')]",
                "value": 1,
            }
        ).with_context(lang="en_US")
        self.assertEqual(self.apply(rule), self.lead_be)

    def switch_off_french(self):
        self.env["res.lang"].search([("code", "=", "fr_FR")]).active = False

    def test_a_rule_goes_on_in_a_language_that_is_switched_off_later(self):
        rule = self.French.create(
            {"name": "Fr", "domain": "[('country_id', '=', 'Belgique')]", "value": 1}
        )
        self.switch_off_french()
        self.assertEqual(self.apply(rule.with_env(self.env)), self.lead_be)

    def test_texts_in_a_language_that_is_switched_off_later_are_flagged(self):
        for domain in (
            [("country_id.name", "=", "Belgique")],
            [("country_id", "ilike", "belg")],
            [("partner_id", "any", [("country_id", "=", "Nulle part")])],
        ):
            rule = self.French.create(
                {"name": "Fr", "domain": str(domain)}
            ).with_context(lang="en_US")
            self.switch_off_french()
            with self.subTest(domain=domain), mute_logger(RULE_LOGGER):
                self.make_lead()
                self.run_rules()
                self.assertIn("fr_FR", rule.error)
            self.env["res.lang"]._activate_lang("fr_FR")

    def assertSaved(self, domain, saved, rules=None):
        rules = self.Rule if rules is None else rules
        rule = rules.create({"name": "Names", "domain": str(domain)})
        self.assertEqual(rule.domain, str(saved))
        rule.domain = "[]"
        rule.domain = str(domain)
        self.assertEqual(rule.domain, str(saved))

    def test_a_name_becomes_its_record_when_the_rule_is_saved(self):
        be, at = self.belgium.id, self.austria.id
        for domain, saved in (
            ([["country_id", "=", "Belgium"]], [("country_id", "=", be)]),
            ([("country_id", "!=", "Belgium")], [("country_id", "!=", be)]),
            (
                [("country_id", "in", ["Belgium", "AT", False])],
                [("country_id", "in", [False, *sorted([be, at])])],
            ),
            (
                ["|", ("name", "=", "A"), ("partner_id.country_id", "=", "Belgium")],
                ["|", ("name", "=", "A"), ("partner_id.country_id", "=", be)],
            ),
            (
                [("partner_id", "not any", [("country_id", "=", "Belgium")])],
                [("partner_id", "not any", [("country_id", "=", be)])],
            ),
        ):
            with self.subTest(domain=domain):
                self.assertSaved(domain, saved)

    def test_a_name_is_that_of_the_language_of_who_saves_the_rule(self):
        domain, saved = [("country_id", "=", "Belgique")], self.belgium.id
        self.assertSaved(domain, [("country_id", "=", saved)], self.French)

    def test_a_name_of_several_records_becomes_all_of_them(self):
        teams = self.env["crm.team"].create([{"name": "Twins"}, {"name": "Twins"}])
        domain = [("team_id", "=", "Twins")]
        self.assertSaved(domain, [("team_id", "in", teams.ids)])

    def test_a_name_that_nothing_bears_is_kept(self):
        domain = [("tag_ids", "=", "Nope")]
        self.assertSaved(domain, domain)
        self.assertSaved(
            [("country_id", "in", ["Nowhere", "Belgium"])],
            [("country_id", "in", [self.belgium.id, "Nowhere"])],
        )

    def test_a_name_that_is_kept_is_found_once_something_bears_it(self):
        rule = self.make_rule([("tag_ids", "=", "Later")])
        self.assertFalse(self.apply(rule))
        tag = self.env["crm.tag"].create({"name": "Later"})
        self.lead_be.tag_ids = tag
        self.assertEqual(self.apply(rule), self.lead_be)

    def test_a_record_that_is_renamed_stays_the_one_that_was_named(self):
        rule = self.make_rule([("country_id", "=", "Belgium")])
        self.belgium.name = "Kingdom of Belgium"
        self.assertEqual(self.apply(rule), self.lead_be)

    def test_a_domain_without_names_is_kept_as_it_was_written(self):
        domain = "[ [\"country_id.code\",'=', 'BE'] , ['tag_ids', '=', False] ]"
        self.assertSaved(domain, domain)

    def test_names_of_imported_rules_become_records(self):
        result = self.French.load(
            ["name", "domain", "value"],
            [["Imported", "[('country_id', '=', 'Belgique')]", "5"]],
        )
        rule = self.Rule.browse(result["ids"])
        self.assertEqual(rule.domain, str([("country_id", "=", self.belgium.id)]))

    def test_leads_and_contacts_have_records_of_their_own_by_one_name(self):
        rules = self.make_rule() + self.make_rule(apply_to="partner")
        rules.domain = "[('country_id', '=', 'Belgium')]"
        saved = str([("country_id", "=", self.belgium.id)])
        self.assertEqual(rules.mapped("domain"), [saved, saved])

    def test_thousands_of_names_are_looked_up_at_once(self):
        names = [f"Nobody {number}" for number in range(1000)]
        few = self.count_queries([("country_id", "in", names[:2])])
        self.assertLessEqual(self.count_queries([("country_id", "in", names)]), few)

    def count_queries(self, domain):
        rule = self.make_rule(domain)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertTrue(rule.unknown_names)
        return self.env.cr.sql_log_count - before

    def test_an_upgrade_signs_rules_and_resolves_their_names(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        rule = self.make_rule()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE website_crm_score SET author_id = 1, write_uid = 1,"
            " create_uid = %s, lang = 'fr_FR', domain = %s WHERE id = %s",
            (manager.id, "[('country_id', '=', 'Belgique')]", rule.id),
        )
        self.env.invalidate_all()
        path = "website_crm_score/migrations/19.0.1.4.0/post-sign_rules.py"
        script = load_script(file_path(path), "post-sign_rules")
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual(rule.author_id, manager)
        self.assertEqual(rule.domain, str([("country_id", "=", self.belgium.id)]))

    def test_the_form_warns_of_names_that_nothing_bears(self):
        rule = self.make_rule(
            [("country_id", "in", ["Belgium", "AUSTRIA"]), ("tag_ids", "=", "Nope")]
        )
        self.assertIn("AUSTRIA", rule.unknown_names)
        self.assertIn("Nope", rule.unknown_names)
        self.assertNotIn("Belgium", rule.unknown_names)

    def test_a_new_form_knows_the_names_of_its_author(self):
        form = Form(self.French)
        form.name = "Fr"
        form.domain = "[('country_id', '=', 'Belgique')]"
        self.assertFalse(form.unknown_names)

    def test_the_reason_is_shown_in_the_language_of_the_reader(self):
        rule = self.make_rule(name="Saw prices")
        rule.with_context(lang="fr_FR").name = "A vu les prix"
        self.run_rules()
        line = self.lead_be.score_line_ids
        self.assertEqual(line.rule_name, "Saw prices")
        self.assertEqual(line.with_context(lang="fr_FR").rule_name, "A vu les prix")


@tagged("post_install", "-at_install")
class TestRuleMatching(RuleCase):
    def test_an_empty_domain_matches_all_leads(self):
        leads = self.make_leads(3)
        for domain in ("[]", " [] \n"):
            with self.subTest(domain=domain):
                self.assertEqual(self.match(domain), leads)

    def test_conditions_may_be_lists_or_tuples(self):
        lead, _other = self.make_lead(name="Yes"), self.make_lead(name="No")
        for domain in ("[['name', '=', 'Yes']]", "[('name', '=', 'Yes')]"):
            with self.subTest(domain=domain):
                self.assertEqual(self.match(domain), lead)

    def test_a_path_looks_at_the_urls_seen(self):
        lead, other = self.make_leads(2)
        self.make_tracks(self.make_visitor(lead), "/pricing?plan=big")
        self.make_tracks(self.make_visitor(other), "/jobs")
        domain = [("score_pageview_ids.url", "ilike", "/pricing")]
        self.assertEqual(self.match(domain), lead)

    def test_the_button_sees_pages_visited_a_moment_ago(self):
        lead = self.make_lead()
        self.run_rules()
        rule = self.make_rule([("score_pageview_ids.url", "like", "/late")])
        self.make_tracks(self.make_visitor(lead), "/late")
        self.assertEqual(self.apply(rule), lead)

    def test_not_on_a_path_means_never_seen(self):
        seen, other, none = self.make_leads(3)
        self.make_tracks(self.make_visitor(seen), "/pricing", "/jobs")
        self.make_tracks(self.make_visitor(other), "/jobs")
        for domain in (
            ["!", ("score_pageview_ids.url", "ilike", "/pricing")],
            [("score_pageview_ids", "not any", [("url", "ilike", "/pricing")])],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.match(domain), other + none)

    def test_two_conditions_on_one_page_view(self):
        often, both = self.make_leads(2)
        self.make_tracks(self.make_visitor(often), "/pricing", "/pricing")
        self.make_tracks(self.make_visitor(both), "/pricing", "/jobs", "/jobs")
        conditions = [("url", "ilike", "/pricing"), ("view_count", ">", 1)]
        self.assertEqual(self.match([("score_pageview_ids", "any", conditions)]), often)

    def test_the_page_of_a_page_view_is_known_by_name(self):
        page = self.env["website.page"].search([], limit=1)
        lead, _other = self.make_leads(2)
        self.make_tracks(self.make_visitor(lead), "/x", page_id=page.id)
        domain = [("score_pageview_ids.page_id", "=", page.name)]
        self.assertEqual(self.match(domain), lead)

    def test_relative_dates_are_those_of_the_run(self):
        young, old = self.make_leads(2)
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = %s",
            (fields.Datetime.now() - timedelta(days=8), old.id),
        )
        self.env.invalidate_all()
        self.assertEqual(self.match([("create_date", ">=", "-7d")]), young)
        self.assertEqual(self.match([("create_date", "<", "today -7d")]), old)

    def test_a_day_is_one_in_the_time_zone_of_the_author(self):
        lead = self.make_lead()
        self.env.cr.execute(
            "UPDATE crm_lead SET date_open = '2026-03-01 23:30' WHERE id = %s",
            (lead.id,),
        )
        self.env.invalidate_all()
        domain = [("date_open.day_of_month", "=", 2)]
        brussels = self.Rule.with_context(tz="Europe/Brussels").create(
            {"name": "Brussels", "domain": str(domain), "value": 1}
        )
        utc = self.Rule.with_context(tz="UTC").create(
            {"name": "UTC", "domain": str(domain), "value": 1}
        )
        self.assertEqual(self.apply(brussels.with_context(tz="UTC")), lead)
        self.assertFalse(self.apply(utc.with_context(tz="Europe/Brussels")))

    def test_an_author_without_time_zone_is_in_utc(self):
        manager = self.make_user("ws_no_tz", "sales_team.group_sale_manager")
        manager.tz = False
        rule = (
            self.Rule.with_user(manager)
            .with_context(tz=None)
            .create({"name": "No tz", "domain": "[('create_date', '>', '-1d')]"})
        )
        lead = self.make_lead()
        self.assertEqual(self.apply(rule), lead)

    def test_a_property_can_be_looked_at(self):
        team = self.env["crm.team"].create({"name": "Properties"})
        team.lead_properties_definition = [
            {"name": "size", "string": "Size", "type": "char"}
        ]
        lead, _other = self.make_leads(2, team_id=team.id)
        lead.lead_properties = {"size": "big"}
        self.assertEqual(self.match([("lead_properties.size", "=", "big")]), lead)

    def test_several_levels_of_any_and_not_any(self):
        group = self.env["res.country.group"].create(
            {"name": "Club", "country_ids": [(6, 0, self.env.ref("base.be").ids)]}
        )
        member = self.make_lead(country_id=self.env.ref("base.be").id)
        outsider = self.make_lead(country_id=self.env.ref("base.at").id)
        inner = [("country_group_ids", "any", [("id", "=", group.id)])]
        self.assertEqual(self.match([("country_id", "any", inner)]), member)
        self.assertEqual(self.match([("country_id", "not any", inner)]), outsider)

    def test_lost_leads_never_match_even_if_the_domain_asks_for_them(self):
        lead = self.make_lead()
        lead.action_set_lost()
        rule = self.make_rule("[('active', '=', False)]")
        rule.action_apply()
        self.assertFalse(lead.score_ids)

    def test_the_button_tells_how_many_leads_and_contacts_have_points(self):
        self.make_leads(3)
        self.env["res.partner"].create({"name": "Ann of the rules"})
        rules = self.make_rule() + self.make_rule(value=5)
        rules += self.make_rule(
            [("name", "=", "Ann of the rules")], apply_to="partner", value=2
        )
        message = rules.action_apply()["params"]["message"]
        self.assertTrue(message.endswith(": 4"), message)

    def test_values_may_be_negative(self):
        lead = self.make_lead()
        self.make_rule(value=-7.5)
        self.run_rules()
        self.assertScores(lead, [-7.5])

    def test_values_have_two_decimals(self):
        lead = self.make_lead()
        self.make_rule(value=0.1)
        self.make_rule(value=0.2)
        self.make_rule(value=0.125)
        self.run_rules()
        self.assertScores(lead, [0.43])

    def test_a_rule_of_no_points_still_marks_its_leads(self):
        lead = self.make_lead()
        rule = self.make_rule(value=0)
        self.run_rules()
        self.assertEqual(lead.score_ids, rule)
        self.assertScores(lead, [0])

    def test_the_button_of_matched_leads_opens_them(self):
        yes, lost, _no = self.make_lead("Yes"), self.make_lead("Yes"), self.make_lead()
        rule = self.make_rule([("name", "=", "Yes")])
        self.run_rules()
        lost.action_set_lost()
        action = rule.action_open_leads()
        leads = self.Lead.with_context(active_test=False).search(action["domain"])
        self.assertEqual(leads, yes + lost)
        self.assertEqual(rule.lead_count, 2)


@tagged("post_install", "-at_install")
class TestBrokenRule(RuleCase):
    def setUp(self):
        super().setUp()
        self.muted = mute_logger(RULE_LOGGER, "odoo.sql_db")
        self.muted.__enter__()
        self.addCleanup(self.muted.__exit__, None, None, None)

    def break_rule(self, rule, domain="[('field_removed', '=', 1)]"):
        """Store a domain that saving would refuse, as an uninstallation leaves it."""
        rule.flush_recordset()
        self.env.cr.execute(
            "UPDATE website_crm_score SET domain = %s WHERE id = %s", (domain, rule.id)
        )
        rule.invalidate_recordset()

    def test_a_rule_on_a_removed_field_is_skipped_and_the_rest_runs(self):
        broken, fine = self.make_rule(value=1), self.make_rule(value=2)
        lead = self.make_lead()
        self.break_rule(broken)
        self.run_rules()
        self.assertEqual(lead.score_ids, fine)
        self.assertScores(lead, [2])

    def test_a_broken_rule_shows_its_error(self):
        broken, fine = self.make_rule(), self.make_rule()
        self.break_rule(broken)
        self.run_rules()
        self.assertIn("field_removed", broken.error)
        self.assertFalse(fine.error)

    def test_each_way_of_being_broken_stops_one_rule_only(self):
        fine = self.make_rule(value=2)
        broken = self.make_rule()
        for domain in (
            "[",
            "{}",
            "[('score', '>', 1)]",
            "[('name', '=', __import__('os'))]",
            "[('country_id', 'any', 5)]",
            "[('expected_revenue', '>', 'much')]",
            "x" * 40_000,
        ):
            with self.subTest(domain=domain[:40]):
                lead = self.make_lead()
                self.break_rule(broken, domain)
                self.run_rules()
                self.assertEqual(lead.score_ids, fine)
                self.assertTrue(broken.error)

    def test_the_error_goes_when_the_domain_is_mended(self):
        rule = self.make_rule()
        self.break_rule(rule)
        self.run_rules()
        rule.domain = "[]"
        self.assertFalse(rule.error)

    def test_the_error_goes_when_what_was_missing_is_back(self):
        rule = self.make_rule()
        self.break_rule(rule)
        self.run_rules()
        self.break_rule(rule, "[('name', '!=', False)]")
        self.run_rules()
        self.assertFalse(rule.error)

    def test_points_of_a_rule_stay_when_it_breaks(self):
        rule = self.make_rule(event_based=True, take_back=True)
        lead = self.make_lead()
        self.run_rules()
        self.break_rule(rule)
        self.run_rules()
        self.assertScores(lead, [10])

    def test_a_broken_rule_can_be_renamed_archived_and_deleted(self):
        rule = self.make_rule()
        lead = self.make_lead()
        self.run_rules()
        self.break_rule(rule)
        rule.name = "Broken"
        rule.active = False
        self.assertScores(lead, [0])
        rule.unlink()
        self.assertLedger(lead)

    def test_a_broken_rule_can_be_opened(self):
        rule = self.make_rule()
        for domain in ("[", "[('country_id', 'any', 5)]", "[('gone', '=', 1)]"):
            self.break_rule(rule, domain)
            with self.subTest(domain=domain), Form(rule) as form:
                self.assertEqual(form.domain, domain)
                form.domain = "[]"

    def test_a_rule_that_fails_on_the_data_alone_is_left_out(self):
        bad = self.make_rule(r"[('name', 'not =like', '\\')]", value=1)
        fine = self.make_rule(value=2)
        lead = self.make_lead()
        self.run_rules()
        self.assertIn("LIKE pattern", bad.error)
        self.assertScores(lead, [2])
        self.assertEqual(lead.score_ids, fine)

    def test_a_rule_that_fails_on_the_data_stays_flagged_while_it_does(self):
        bad = self.make_rule(r"[('name', 'not =like', '\\')]")
        self.make_lead()
        self.run_rules()
        self.run_rules()
        self.assertIn("LIKE pattern", bad.error)

    def test_the_button_of_a_broken_rule_flags_it(self):
        rule = self.make_rule()
        self.make_lead()
        self.break_rule(rule)
        rule.action_apply()
        self.assertIn("field_removed", rule.error)

    def test_code_that_searches_a_field_may_raise_anything(self):
        rule = self.make_rule("[('activity_state', '=', 'today')]", value=1)
        fine = self.make_rule(value=2)
        for error in (UserError("Not today"), ZeroDivisionError("Zero")):

            def fail(*_args, error=error):
                raise error

            lead = self.make_lead()
            with patch.object(type(self.Lead), "_search_activity_state", fail):
                self.run_rules()
            self.assertEqual(rule.error, str(error))
            self.assertEqual(lead.score_ids, fine)

    def test_an_error_with_a_nul_stops_one_rule_only(self):
        rule = self.make_rule("[('activity_state', '=', 'today')]", value=1)
        fine = self.make_rule(value=2)
        lead = self.make_lead()

        def fail(*_args):
            raise ValueError("No\0thing")

        with patch.object(type(self.Lead), "_search_activity_state", fail):
            self.run_rules()
        self.assertEqual(rule.error, "Nothing")
        self.assertEqual(lead.score_ids, fine)

    def test_a_change_that_is_refused_takes_no_points(self):
        rule, lead = self.make_rule(), self.make_lead()
        self.run_rules()
        self.refuse(
            lambda: rule.write({"rule_type": "event", "event_type": False}),
            ValidationError,
        )
        self.assertScores(lead, [10])

    def refuse(self, change, exception):
        """Have code catch the refusal: the transaction then goes on."""
        try:
            change()
        except exception:
            return
        self.fail("It was not refused")

    def test_a_deletion_that_is_refused_takes_no_points(self):
        rule, lead = self.make_rule(), self.make_lead()
        self.run_rules()

        def refuse(_rules):
            raise ValueError("In use")

        refuse._ondelete = False
        with patch.object(type(rule), "_ondelete_methods", [refuse]):
            self.refuse(rule.unlink, ValueError)
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        self.refuse(rule.with_user(seller).unlink, AccessError)
        self.assertScores(lead, [10])
