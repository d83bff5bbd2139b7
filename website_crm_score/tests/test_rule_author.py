from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ScoringCase

RULE_LOGGER = "odoo.addons.website_crm_score.models.website_crm_score"
BIG_DEALS = [("partner_id.opportunity_ids.expected_revenue", ">", 1000)]


@tagged("post_install", "-at_install")
class TestRuleAuthor(ScoringCase):
    """A rule looks at what its author may read: models, fields and records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a = cls.env.ref("base.main_company")
        cls.company_b = cls.env["res.company"].create({"name": "Company B"})
        cls.manager_b = cls.make_manager("ws_manager_b", cls.company_b)
        cls.manager_both = cls.make_manager(
            "ws_manager_both", cls.company_a + cls.company_b
        )
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        values = {"partner_id": cls.customer.id, "type": "opportunity"}
        cls.lead_a = cls.make_lead(
            "A", company_id=cls.company_a.id, expected_revenue=5000, **values
        )
        cls.lead_b = cls.make_lead("B", company_id=cls.company_b.id, **values)

    @classmethod
    def make_manager(cls, login, companies):
        return cls.make_user(
            login,
            "sales_team.group_sale_manager",
            company_id=companies[:1].id,
            company_ids=[Command.set(companies.ids)],
        )

    def write_rule(self, author, domain, **values):
        values = {"name": "Rule", "value": 10, "domain": str(domain), **values}
        companies = author.company_ids.ids
        rules = self.Rule.with_user(author).with_context(allowed_company_ids=companies)
        return rules.create(values)

    def find(self, author, domain, **values):
        """Return the leads that get points of a rule that ``author`` writes."""
        rule = self.write_rule(author, domain, event_based=True, **values)
        self.run_rules()
        self.assertFalse(rule.error)
        return self.Lead.search([("score_ids", "in", rule.ids)], order="id")

    # RECORDS

    def test_a_path_does_not_look_at_records_of_a_foreign_company(self):
        for domain in (
            BIG_DEALS,
            [("partner_id.opportunity_ids", "any", [("expected_revenue", ">", 1000)])],
            [("partner_id", "any", [("opportunity_ids.expected_revenue", ">", 1000)])],
        ):
            for company in (False, self.company_b.id):
                with self.subTest(domain=domain, company=company):
                    self.assertFalse(
                        self.find(self.manager_b, domain, company_id=company)
                    )

    def test_a_path_looks_at_records_that_its_author_may_read(self):
        leads = self.find(self.manager_both, BIG_DEALS)
        self.assertEqual(leads, self.lead_a + self.lead_b)

    def test_what_nobody_of_the_company_may_read_does_not_count_as_missing(self):
        leads = self.find(self.manager_b, ["!", *BIG_DEALS])
        self.assertEqual(leads, self.lead_b)

    def test_a_rule_of_a_company_looks_at_records_of_that_company_alone(self):
        company_b = self.company_b.id
        self.assertFalse(self.find(self.manager_both, BIG_DEALS, company_id=company_b))

    def test_a_rule_is_for_leads_of_the_companies_of_its_author(self):
        domain = [("name", "in", ["A", "B"])]
        self.assertEqual(self.find(self.manager_b, domain), self.lead_b)
        self.assertEqual(
            self.find(self.manager_both, domain), self.lead_a + self.lead_b
        )

    def test_the_count_of_a_run_tells_nothing_of_foreign_leads(self):
        rule = self.write_rule(self.manager_b, [("expected_revenue", ">", 1000)])
        rule.action_apply()
        self.assertEqual(rule.last_matched_count, 0)

    def test_a_rule_for_contacts_is_for_those_of_the_companies_of_its_author(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "Ours", "company_id": self.company_b.id, "ref": "x"},
                {"name": "Theirs", "company_id": self.company_a.id, "ref": "x"},
            ]
        )
        self.write_rule(self.manager_b, [("ref", "=", "x")], apply_to="partner")
        self.run_rules()
        self.assertEqual(partners.mapped("score"), [10, 0])

    def test_keys_of_others_are_not_looked_at(self):
        owner = self.make_user("ws_owner", "sales_team.group_sale_salesman")
        keys = self.env["res.users.apikeys"].with_user(owner)
        keys._generate(None, "Secret", fields.Datetime.now() + timedelta(days=1))
        self.lead_b.user_id = owner
        try:
            found = self.find(
                self.manager_b, [("user_id.api_key_ids.name", "=", "Secret")]
            )
        except ValidationError as error:
            self.assertIn("may not read", str(error))
        else:
            self.assertFalse(found)

    # NAMES

    def test_a_name_of_a_foreign_record_is_none(self):
        team = self.env["crm.team"].create(
            {"name": "Secret", "company_id": self.company_a.id}
        )
        domain = [("team_id", "=", "Secret")]
        rule = self.write_rule(self.manager_b, domain)
        self.assertEqual(rule.domain, str(domain))
        self.assertIn("Secret", rule.unknown_names)
        rule = self.write_rule(self.manager_both, domain)
        self.assertEqual(rule.domain, str([("team_id", "=", team.id)]))

    def test_the_form_of_another_s_rule_tells_no_foreign_names(self):
        self.env["crm.team"].create({"name": "Secret", "company_id": self.company_a.id})
        rules = self.Rule.with_user(self.manager_b).with_context(default_author_id=1)
        for record in (rules, rules.browse(self.make_rule().id)):
            form = Form(record)
            form.domain = "[('team_id', '=', 'Secret')]"
            with self.subTest(record=record):
                self.assertIn("Secret", form.unknown_names)

    # WHO THE AUTHOR IS

    def test_the_author_is_who_writes_the_domain(self):
        rule = self.make_rule()
        self.assertEqual(rule.author_id, self.env.user)
        rule.with_user(self.manager_both).value = 5
        self.assertEqual(rule.author_id, self.env.user)
        rule.with_user(self.manager_both).domain = str(BIG_DEALS)
        self.assertEqual(rule.author_id, self.manager_both)

    def test_nobody_writes_in_the_name_of_another(self):
        root = self.env.ref("base.user_root").id
        rules = self.Rule.with_user(self.manager_b)
        values = {"name": "Forged", "author_id": root}
        for rule in (
            rules.create(values),
            rules.with_context(default_author_id=root).create({"name": "Forged"}),
        ):
            self.assertEqual(rule.author_id, self.manager_b)
            rule.write({"author_id": root})
            self.assertEqual(rule.author_id, self.manager_b)
            rule.write({"author_id": root, "domain": str(BIG_DEALS)})
            self.assertEqual(rule.author_id, self.manager_b)

    def test_a_copy_is_by_who_copies(self):
        rule = self.make_rule(BIG_DEALS).with_user(self.manager_b)
        self.assertEqual(rule.copy().author_id, self.manager_b)

    def test_a_rule_goes_on_when_its_author_has_left(self):
        rule = self.write_rule(self.manager_both, BIG_DEALS)
        self.manager_both.active = False
        self.run_rules()
        self.assertFalse(rule.error)
        self.assertScores(self.lead_a + self.lead_b, [10, 10])

    @mute_logger(RULE_LOGGER)
    def test_a_rule_whose_author_lost_his_rights_says_so(self):
        rule = self.write_rule(self.manager_both, BIG_DEALS).with_env(self.env)
        self.manager_both.group_ids = self.env.ref("base.group_user")
        self.run_rules()
        self.assertIn(f"{self.manager_both.name}, who wrote it", rule.error)
        self.assertScores(self.lead_a + self.lead_b, [0, 0])
        rule.event_based = True
        rule.with_user(self.make_manager("ws_next", self.company_a)).domain = str(
            BIG_DEALS
        )
        self.run_rules()
        self.assertFalse(rule.error)
        self.assertScores(self.lead_a, [10])

    def test_page_views_are_those_of_the_lead(self):
        self.make_tracks(self.make_visitor(self.lead_b), "/pricing")
        domain = [("score_pageview_ids.url", "=like", "%/pricing")]
        self.assertEqual(self.find(self.manager_b, domain), self.lead_b)
