from odoo.tests import Form, tagged

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestRuleWords(EventCase):
    def test_a_filter_in_words(self):
        country = self.env.ref("base.be")
        for domain, words in (
            ([], "All leads"),
            ([("country_id", "=", country.id)], "Country is Belgium"),
            (
                [("partner_id.country_id", "=", country.id)],
                "Contact › Country is Belgium",
            ),
            (
                [("type", "=", "lead"), ("phone", "!=", False)],
                "Type is Lead and Phone is set",
            ),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.make_rule(domain).condition, words)

    def test_of_contacts(self):
        self.assertEqual(self.make_rule(apply_to="partner").condition, "All contacts")

    def test_a_broken_filter_is_shown_as_it_is(self):
        rule = self.make_rule()
        for domain in ("[(nope", "[('x', 1, 2)]", "[('nope', '=', 1)]", "1"):
            with self.subTest(domain=domain):
                self.env.cr.execute(
                    "UPDATE website_crm_score SET domain = %s", [domain]
                )
                rule.invalidate_recordset()
                self.assertEqual(rule.condition, domain)

    def test_events_in_words(self):
        for values, words in (
            (
                {"page_url": "/pricing"},
                "Visited a page with “/pricing” in its address",
            ),
            (
                {"page_match": "is", "page_url": "/pricing", "visit_unit": "day"},
                "Visited the page /pricing, each day once",
            ),
            (
                {"event_type": "comeback", "absence_days": 9, "max_count": 1},
                "Came back to the website after 9 days or more, once",
            ),
            (
                {
                    "event_type": "contact_form",
                    "max_count": 3,
                    "max_points": 20,
                    "valid_days": 30,
                    "domain": "[('phone', '!=', False)]",
                },
                "Contact form sent, at most 3 times, at most 20 points, for 30 days, "
                "only if Phone is set",
            ),
            (
                {"event_type": "contact_form", "valid_days": 30, "is_fading": True},
                "Contact form sent, fading within 30 days",
            ),
            (
                {"event_type": "contact_form", "min_count": 2},
                "Contact form sent, at least 2 times",
            ),
        ):
            with self.subTest(words):
                self.assertEqual(self.make_event_rule(**values).condition, words)

    def test_one_of_something_is_no_plural(self):
        for values, words in (
            (
                {"event_type": "comeback", "absence_days": 1, "max_points": 1},
                "Came back to the website after a day or more, at most one point",
            ),
            (
                {"event_type": "time_spent", "stay_unit": "visit", "stay_minutes": 1},
                "A visit of a minute or more",
            ),
            (
                {"event_type": "time_spent", "stay_unit": "total", "stay_minutes": 1},
                "A minute or more on the website",
            ),
            (
                {"event_type": "contact_form", "valid_days": 1},
                "Contact form sent, for a day",
            ),
            (
                {"event_type": "contact_form", "valid_days": 1, "is_fading": True},
                "Contact form sent, fading within a day",
            ),
        ):
            with self.subTest(words):
                self.assertEqual(self.make_event_rule(**values).condition, words)

    def test_a_record_that_the_user_may_not_see_has_no_name(self):
        company = self.env["res.company"].create({"name": "Secret"})
        rule = self.make_rule([("company_id", "=", company.id)])
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        self.assertEqual(rule.condition, "Company is Secret")
        condition = rule.with_user(seller).condition
        self.assertEqual(condition, "Company is a record that you cannot see")

    def test_a_list_of_many_rules_takes_no_more_queries(self):
        countries = self.env["res.country"].search([], limit=12)
        rules = self.Rule.union(
            *(self.make_rule([("country_id", "=", one.id)]) for one in countries)
        )
        self.env.flush_all()

        def count(some):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            some.mapped("condition")
            return self.env.cr.sql_log_count - start

        count(rules)
        self.assertEqual(count(rules), count(rules[:2]))

    def test_a_new_rule_starts_with_five_points(self):
        self.assertEqual(Form(self.Rule).value, 5)

    def test_whom_a_rule_is_for_is_asked_where_contacts_have_scores(self):
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        rules = self.Rule.with_user(manager)
        rules.search([("apply_to", "=", "partner")]).sudo().unlink()
        archived = rules.with_context(active_test=False)
        archived.search([("apply_to", "=", "partner")]).sudo().unlink()
        self.assertFalse(Form(rules).shows_apply_to)
        self.make_rule(apply_to="partner")
        self.assertTrue(Form(rules).shows_apply_to)

    def test_a_filter_on_pages_that_nobody_tracks_is_warned_of(self):
        domain = [("score_pageview_ids.url", "ilike", "/nowhere")]
        rule = self.make_rule(domain)
        self.assertIn("“/nowhere”", rule.event_warning)
        self.make_tracks(self.make_visitor(), "/nowhere/else")
        rule.invalidate_recordset()
        self.assertFalse(rule.event_warning)
        self.assertFalse(self.make_rule([("name", "ilike", "a")]).event_warning)
