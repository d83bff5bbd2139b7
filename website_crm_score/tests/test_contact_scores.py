from datetime import timedelta

from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import LONG_AGO
from .event_common import EventCase


class ContactCase(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Partner = cls.env["res.partner"]
        cls.env.cr.execute(
            "UPDATE res_partner SET score_stale = FALSE, score_date = %s", [LONG_AGO]
        )
        cls.env.invalidate_all()

    @classmethod
    def make_contact(cls, name="Ann", **values):
        contact = cls.Partner.create({"name": name, **values})
        cls.env.flush_all()
        return contact

    @classmethod
    def make_visited_contact(cls, *days, path="/page", **values):
        contact = cls.make_contact(**values)
        visitor = cls.make_visitor(partner=contact)
        cls.env.flush_all()
        for number in days:
            cls.visit(visitor, number, path)
        return contact

    @classmethod
    def make_contact_rule(cls, domain="[]", value=10, **values):
        return cls.make_rule(domain, value, apply_to="partner", **values)

    def assertContactScores(self, contacts, scores):
        """These are the scores of ``contacts``, the sums of their lines."""
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(contacts.mapped("score"), scores)
        for contact in contacts:
            self.assertEqual(
                sum(contact.score_line_ids.mapped("points")), contact.score
            )
            self.assertEqual(
                contact.score_line_ids.rule_id,
                contact.with_context(active_test=False).score_ids,
            )


@tagged("post_install", "-at_install")
class TestContactScreens(ContactCase):
    """The list and the form of contacts show scores where these are in use."""

    def get_columns(self):
        """Return the columns of scores in the list, and whether each is shown."""
        arch = etree.fromstring(self.Partner.get_view(view_type="list")["arch"])
        return {
            node.get("name"): node.get("optional")
            for node in arch.iter("field")
            if node.get("name", "").startswith("score")
            and node.get("column_invisible") != "True"
        }

    def test_the_score_is_a_column_as_long_as_contacts_are_scored(self):
        self.Rule.search([("apply_to", "=", "partner")]).active = False
        self.assertFalse(self.get_columns())
        rule = self.make_contact_rule()
        columns = self.get_columns()
        self.assertEqual(columns["score"], "show")
        self.assertEqual(columns["score_fit"], "hide")
        rule.active = False
        self.assertFalse(self.get_columns())

    def test_a_contact_opens_the_reasons_of_its_score(self):
        ann = self.make_contact(function="Boss")
        self.make_contact_rule('[("function", "=", "Boss")]')
        self.Rule.assign_scores_to_leads()
        action = self.env.ref("website_crm_score.website_crm_score_line_action")
        domain = safe_eval(action.domain, {"active_id": ann.id})
        self.assertEqual(self.Line.search(domain), ann.score_line_ids)
        self.assertTrue(ann.score_line_ids)
        arch = etree.fromstring(self.Partner.get_view(view_type="form")["arch"])
        (button,) = arch.xpath(f"//button[@type='action'][@name='{action.id}']")
        self.assertEqual(button.get("invisible"), "not score")


@tagged("post_install", "-at_install")
class TestContactScores(ContactCase):
    def test_a_rule_for_contacts_scores_contacts_with_or_without_a_lead(self):
        ann, bob = self.make_contact("Ann"), self.make_contact("Bob")
        lead = self.make_lead("Ann", partner_id=ann.id)
        self.make_contact_rule([("name", "=", "Ann")])
        self.run_rules()
        self.assertContactScores(ann + bob, [10, 0])
        self.assertTrue(bob.score_date)
        self.assertScores(lead, [0])

    def test_a_rule_for_leads_scores_no_contact(self):
        ann = self.make_contact("Ann")
        lead = self.make_lead("Ann", partner_id=ann.id)
        self.make_rule()
        self.make_contact_rule([("name", "=", "Nobody")])
        self.run_rules()
        self.assertScores(lead, [10])
        self.assertContactScores(ann, [0])

    def test_contacts_are_scored_by_their_own_job(self):
        ann = self.make_contact("Ann")
        self.make_contact_rule()
        self.run_cron()
        self.assertContactScores(ann, [0])
        self.run_cron("ir_cron_score_contacts")
        self.assertContactScores(ann, [10])
        run = self.env["website.crm.score.run"].search([], limit=1)
        self.assertEqual((run.apply_to, run.state), ("partner", "done"))

    def test_an_ordinary_rule_looks_once_and_an_event_based_one_again(self):
        ann = self.make_contact("Ann")
        self.make_contact_rule([("name", "=", "Eve")], 1)
        self.make_contact_rule([("name", "=", "Eve")], 10, event_based=True)
        self.run_rules()
        ann.name = "Eve"
        self.run_rules()
        self.assertContactScores(ann, [10])

    def test_points_are_taken_back(self):
        ann = self.make_contact("Ann")
        self.make_contact_rule([("name", "=", "Ann")], event_based=True, take_back=True)
        self.run_rules()
        ann.name = "Eve"
        self.run_rules()
        self.assertContactScores(ann, [0])

    def test_archived_contacts_are_not_scored(self):
        ann = self.make_contact("Ann", active=False)
        self.make_contact_rule()
        self.run_rules()
        self.assertContactScores(ann, [0])

    def test_changes_of_a_rule_count_at_once(self):
        ann = self.make_contact("Ann")
        rule = self.make_contact_rule()
        self.run_rules()
        rule.value = 7
        self.assertContactScores(ann, [7])
        rule.active = False
        self.assertContactScores(ann, [0])
        rule.active = True
        self.assertContactScores(ann, [7])
        rule.unlink()
        self.assertContactScores(ann, [0])
        self.assertFalse(self.Line.search([("partner_id", "=", ann.id)]))

    def test_a_rule_that_is_for_others_from_now_on_keeps_no_points(self):
        ann = self.make_contact("Ann")
        lead = self.make_lead("Ann")
        rule = self.make_contact_rule([("name", "=", "Ann")])
        self.run_rules()
        rule.apply_to = "lead"
        self.assertContactScores(ann, [0])
        rule.action_apply()
        self.assertScores(lead, [10])

    def test_the_button_applies_a_rule_to_contacts(self):
        ann = self.make_contact("Ann")
        rule = self.make_contact_rule([("name", "=", "Ann")])
        rule.action_apply()
        self.assertContactScores(ann, [10])
        self.assertEqual((rule.partner_count, rule.lead_count), (1, 0))
        action = rule.action_open_leads()
        self.assertEqual(action["res_model"], "res.partner")
        self.assertEqual(self.Partner.search(action["domain"]), ann)

    def test_a_rule_is_for_contacts_of_its_company(self):
        company = self.env["res.company"].create({"name": "Company B"})
        ann = self.make_contact("Ann", company_id=company.id)
        bob = self.make_contact("Bob")
        self.make_contact_rule(company_id=company.id)
        self.run_rules()
        self.assertContactScores(ann + bob, [10, 0])
        ann.company_id = self.env.company
        self.assertContactScores(ann, [0])

    def test_a_domain_on_contacts_is_checked_as_such(self):
        with self.assertRaisesRegex(ValidationError, "no field of “Contact”"):
            self.make_contact_rule([("won_status", "=", "won")])
        with self.assertRaisesRegex(ValidationError, "depend on the score"):
            self.make_contact_rule([("score", ">", 5)])
        rule = self.make_contact_rule([("is_company", "=", True)])
        with self.assertRaisesRegex(ValidationError, "no field of “Lead"):
            rule.apply_to = "lead"

    def test_scores_are_segments(self):
        ann, bob = self.make_contact("Ann"), self.make_contact("Bob")
        self.make_contact_rule([("name", "=", "Ann")], 60)
        self.run_rules()
        domain = Domain("id", "in", (ann + bob).ids)
        for condition, found in (
            (Domain("score", ">=", 50), ann),
            (Domain("score", "<", 50), bob),
            (Domain("score_ids.name", "=", "Rule"), ann),
        ):
            self.assertEqual(self.Partner.search(domain & condition), found)

    def test_a_contact_that_is_deleted_takes_its_lines_along(self):
        ann = self.make_contact("Ann")
        self.make_contact_rule([("name", "=", "Ann")])
        self.run_rules()
        lines = ann.score_line_ids
        ann.unlink()
        self.assertFalse(lines.exists())

    def test_a_score_cannot_be_set(self):
        ann = self.make_contact("Ann")
        for name, value in (("score", 5), ("score_date", False), ("score_ids", [])):
            with self.subTest(name), self.assertRaises(AccessError):
                ann.write({name: value})
        with self.assertRaises(AccessError):
            self.make_contact(score=5)

    def test_a_default_of_the_context_does_not_hide_a_contact_from_the_rules(self):
        self.make_contact_rule([("name", "=", "Ann")])
        salesman = self.make_user(
            "ws_seller", "sales_team.group_sale_salesman,base.group_partner_manager"
        )
        partners = self.Partner.with_user(salesman)
        ann = partners.with_context(default_score_date=LONG_AGO).create({"name": "Ann"})
        self.assertFalse(ann.score_date)
        self.run_rules()
        self.assertContactScores(ann.sudo(), [10])

    def test_a_default_value_of_a_user_does_not_hide_a_contact_from_the_rules(self):
        self.make_contact_rule([("name", "=", "Ann")])
        for name, value in (("score_date", "2020-01-01"), ("score_stale", False)):
            self.env["ir.default"].set("res.partner", name, value, user_id=True)
        ann = self.make_contact("Ann")
        self.assertEqual((ann.score_date, ann.score_stale), (False, True))
        self.run_rules()
        self.assertContactScores(ann, [10])

    def test_a_copy_has_no_score(self):
        ann = self.make_contact("Ann")
        self.make_contact_rule([("name", "=", "Ann")])
        self.run_rules()
        self.assertFalse(ann.copy().score)

    def test_who_reads_scores_and_reasons(self):
        ann = self.make_contact("Ann")
        self.make_contact_rule([("name", "=", "Ann")])
        self.run_rules()
        salesman = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        self.env.invalidate_all()
        seen = ann.with_user(salesman)
        self.assertEqual((seen.score, seen.score_line_ids.rule_name), (10, "Rule"))
        with self.assertRaises(AccessError):
            seen.score_line_ids.write({"points": 5})
        internal = self.make_user("ws_clerk", "base.group_user")
        self.assertNotIn("score", self.Partner.with_user(internal).fields_get())
        contact = self.Partner.with_user(
            self.make_user("ws_maker", "base.group_user,base.group_partner_manager")
        ).create({"name": "New"})
        contact.write({"name": "Changed", "company_id": False})
        contact.unlink()

    def test_reasons_of_contacts_of_other_companies_are_hidden(self):
        company = self.env["res.company"].create({"name": "Company B"})
        ann = self.make_contact("Ann", company_id=company.id)
        self.make_contact_rule([("name", "=", "Ann")])
        self.run_rules()
        salesman = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        domain = [("partner_id", "=", ann.id)]
        self.assertTrue(self.Line.search(domain))
        self.assertFalse(self.Line.with_user(salesman).search(domain))

    @mute_logger("odoo.sql_db")
    def test_a_line_is_of_a_lead_or_of_a_contact(self):
        rule, lead = self.make_rule(), self.make_lead()
        ann = self.make_contact()
        for owner in ({}, {"lead_id": lead.id, "partner_id": ann.id}):
            with (
                self.subTest(owner),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.Line.create({**owner, "rule_id": rule.id, "points": 1})


@tagged("post_install", "-at_install")
class TestContactEvents(ContactCase):
    def get_counts(self, contact):
        line = contact.score_line_ids
        return line.event_count, line.points

    def test_visits_of_a_customer_without_a_lead_count(self):
        ann = self.make_visited_contact(1, 2, 3)
        self.make_event_rule(value=2, apply_to="partner")
        self.run_rules()
        self.assertContactScores(ann, [6])
        self.assertEqual(self.get_counts(ann), (3, 6))

    def test_a_visit_counts_once_for_a_contact_of_several_leads(self):
        ann = self.make_visited_contact(1)
        visitor = self.env["website.visitor"].search([("partner_id", "=", ann.id)])
        visitor.lead_ids = self.make_leads(2)
        self.make_event_rule(apply_to="partner")
        self.make_event_rule(apply_to="lead")
        self.run_rules()
        self.assertContactScores(ann, [10])
        self.assertScores(visitor.lead_ids, [10, 10])

    def test_a_run_looks_at_contacts_with_news(self):
        ann, bob = self.make_visited_contact(50), self.make_visited_contact(50)
        self.make_event_rule(apply_to="partner")
        self.age_rules()
        self.progress_partner = self.env.ref("website_crm_score.progress_partner")
        self.run_rules()
        self.visit(self.env["website.visitor"].search([("partner_id", "=", ann.id)]))
        self.age_rules()
        self.progress_partner.owners_date = self.now
        self.run_rules()
        self.assertContactScores(ann + bob, [20, 10])
        run = self.env["website.crm.score.run"].search(
            [("apply_to", "=", "partner")], limit=1
        )
        self.assertEqual(run.line_ids.matched_count, 1)

    def test_what_a_visitor_did_before_it_logged_in_counts(self):
        ann = self.make_contact("Ann")
        self.make_event_rule(apply_to="partner")
        self.run_rules()
        visitor = self.make_visitor()
        self.visit(visitor, 30)
        self.age_rules()
        self.run_rules()
        self.assertContactScores(ann, [0])
        visitor.access_token = str(ann.id)
        self.env.flush_all()
        self.run_rules()
        self.assertContactScores(ann, [10])

    def test_a_visitor_that_is_merged_brings_its_visits(self):
        ann = self.make_visited_contact(30)
        self.make_event_rule(apply_to="partner")
        self.run_rules()
        known = self.env["website.visitor"].search([("partner_id", "=", ann.id)])
        other = self.make_visitor()
        self.visit(other, 40)
        self.age_rules()
        other._merge_visitor(known)
        self.run_rules()
        self.assertContactScores(ann, [20])

    def test_erased_visits_are_taken_back(self):
        ann = self.make_visited_contact(1)
        self.make_event_rule(apply_to="partner")
        self.run_rules()
        self.assertContactScores(ann, [10])
        self.age_rules()
        ann.action_erase_browsing_history()
        self.run_rules()
        self.assertContactScores(ann, [0])

    def test_the_privacy_lookup_finds_reasons_of_contacts(self):
        ann = self.make_contact(email="ann@a.example")
        self.make_contact_rule()
        self.run_rules()
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Ann", "email": "ann@a.example"}
        )
        wizard.action_lookup()
        found = wizard.line_ids.filtered(
            lambda line: line.res_model == "website.crm.score.line"
        )
        self.assertEqual(found.mapped("res_id"), ann.score_line_ids.ids)

    def test_points_of_contacts_expire(self):
        ann = self.make_visited_contact(1, 6)
        self.make_event_rule(apply_to="partner", valid_days=7)
        self.run_rules()
        self.assertContactScores(ann, [20])
        with self.after(days=2):
            self.age_rules()
            self.run_rules()
            self.assertContactScores(ann, [10])

    def send_form(self, contact):
        lead = self.make_lead(name="Sent", partner_id=contact.id)
        public = self.env.ref("base.public_user")
        self.env["website.crm.form"].with_user(public)._note(lead)

    def test_each_event_type_knows_contacts(self):
        ann = self.make_visited_contact(30, 30, 2)
        self.send_form(ann)
        self.make_event_rule(value=1, apply_to="partner", visit_unit="day")
        self.make_event_rule("comeback", 10, apply_to="partner")
        self.make_event_rule("contact_form", 100, apply_to="partner")
        self.run_rules()
        self.assertContactScores(ann, [112])

    def test_forms_of_merged_contacts_are_counted_again(self):
        values = {"email": "ann@a.example"}
        ann, bob = self.make_contact(**values), self.make_contact(**values)
        for partner in (ann, bob, bob):
            self.send_form(partner)
        self.make_event_rule("contact_form", apply_to="partner")
        self.run_rules()
        self.assertContactScores(ann + bob, [10, 20])
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (ann + bob).ids, ann
        )
        self.env["website.crm.form"].search([]).date = LONG_AGO
        self.age_rules()
        self.env.ref("website_crm_score.progress_partner").owners_date = self.now
        self.run_rules()
        self.assertContactScores(ann, [30])

    def test_who_says_that_contacts_are_merged_sets_no_score_either(self):
        ann = self.env["res.partner"].create({"name": "Ann"})
        context = {"is_partner_merge": True}
        with self.assertRaises(AccessError):
            call_kw(ann, "write", [ann.ids, {"score": 5}], {"context": context})

    def test_merged_contacts_have_the_points_of_both(self):
        ann = self.make_visited_contact(1, name="Ann", email="ann@a.example")
        bob = self.make_visited_contact(2, 3, name="Bob", email="ann@a.example")
        self.make_event_rule(apply_to="partner")
        self.make_contact_rule([("name", "=", "Bob")], 100)
        self.run_rules()
        self.assertContactScores(ann + bob, [10, 120])
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((ann + bob).ids, ann)
        self.assertFalse(bob.exists())
        self.assertContactScores(ann, [110])
        self.run_rules()
        self.assertContactScores(ann, [130])
        self.assertLess(
            self.now - timedelta(days=4), ann.score_line_ids[-1:].first_date
        )
