from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.website_crm_score.scoring.grading import Grading

from .common import ScoringCase


class GradeCase(ScoringCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]
        numbers = {"grade_a": 50, "grade_b": 20, "grade_1": 50, "grade_2": 20}
        cls.set_numbers(fit_max=0, engagement_max=0, **numbers)
        key = Grading.load(cls.env).key
        progress = cls.progress + cls.env.ref("website_crm_score.progress_partner")
        progress.graded_by = key

    @classmethod
    def set_numbers(cls, **numbers):
        for name, number in numbers.items():
            cls.parameters.set_param(f"website_crm_score.{name}", number)

    def make_rules(self, fit, engagement):
        """Make a rule on who they are, and one on what they do."""
        return self.make_rule(value=fit), self.make_rule(
            value=engagement, category="engagement"
        )


@tagged("post_install", "-at_install")
class TestCategories(GradeCase):
    """A rule belongs to what it looks at, unless somebody says otherwise."""

    def test_a_rule_on_who_they_are_is_of_the_fit(self):
        self.assertEqual(self.make_rule([("name", "=", "A")]).category, "fit")

    def test_a_rule_on_events_is_of_the_engagement(self):
        rule = self.make_rule(rule_type="event", event_type="contact_form")
        self.assertEqual(rule.category, "engagement")

    def test_a_rule_on_pages_is_of_the_engagement(self):
        rule = self.make_rule([("score_pageview_ids.url", "ilike", "/pricing")])
        self.assertEqual(rule.category, "engagement")

    def test_a_choice_is_kept_when_the_rule_is_made(self):
        rule = self.make_rule([("name", "=", "A")], category="engagement")
        self.assertEqual(rule.category, "engagement")

    def test_a_choice_is_kept_when_the_domain_changes(self):
        rule = self.make_rule([("name", "=", "A")], category="engagement")
        rule.domain = "[('name', '=', 'B')]"
        self.assertEqual(rule.category, "engagement")

    def test_another_type_of_rule_is_of_another_category(self):
        rule = self.make_rule()
        rule.write({"rule_type": "event", "event_type": "contact_form"})
        self.assertEqual(rule.category, "engagement")
        rule.write({"rule_type": "domain"})
        self.assertEqual(rule.category, "fit")

    def test_the_form_follows_what_the_rule_looks_at(self):
        form = Form(self.Rule)
        form.name = "Pricing"
        self.assertEqual(form.category, "fit")
        form.domain = "[('score_pageview_ids.url', 'ilike', '/pricing')]"
        self.assertEqual(form.category, "engagement")
        form.category = "fit"
        rule = form.save()
        self.assertEqual(rule.category, "fit")
        with Form(rule) as form:
            form.domain = "[('score_pageview_ids.url', 'ilike', '/prices')]"
            self.assertEqual(form.category, "fit")
            form.domain = "[]"
            self.assertEqual(form.category, "fit")
            form.rule_type = "event"
            form.event_type = "contact_form"
            self.assertEqual(form.category, "engagement")
        self.assertEqual(rule.category, "engagement")

    def test_a_broken_rule_can_still_be_opened(self):
        rule = self.make_rule()
        self.env.cr.execute(
            "UPDATE website_crm_score SET domain = '[(''gone'', ''='', 1)]'"
            " WHERE id = %s",
            [rule.id],
        )
        self.env.invalidate_all()
        with Form(rule) as form:
            form.domain = "[]"
        self.assertEqual(rule.category, "fit")


@tagged("post_install", "-at_install")
class TestGrades(GradeCase):
    """Fit and engagement make the score, and the grade."""

    def assertGraded(self, owner, fit, engagement, grade):
        self.env.invalidate_all()
        self.assertEqual(
            (owner.score_fit, owner.score_engagement, owner.score_grade),
            (fit, engagement, grade),
        )
        self.assertEqual(owner.score, fit + engagement)
        self.assertTotals(owner)

    def test_a_new_lead_has_no_grade(self):
        self.assertGraded(self.make_lead(), 0, 0, False)

    def test_who_matches_nothing_is_the_last(self):
        lead = self.make_lead()
        self.make_rule([("name", "=", "Other")])
        self.run_rules()
        self.assertGraded(lead, 0, 0, "C3")

    def test_points_are_of_the_part_that_their_rule_belongs_to(self):
        lead = self.make_lead()
        self.make_rules(50, 20)
        self.run_rules()
        self.assertGraded(lead, 50, 20, "A2")

    def test_contacts_have_grades(self):
        contact = self.env["res.partner"].create({"name": "Ann"})
        self.make_rule(value=60, apply_to="partner")
        self.run_rules()
        self.assertGraded(contact, 60, 0, "A3")

    def test_each_part_is_at_most_its_largest_value(self):
        lead = self.make_lead()
        self.make_rules(30, 70)
        self.make_rule(value=30)
        self.set_numbers(fit_max=40, engagement_max=50)
        self.run_rules()
        self.assertGraded(lead, 40, 50, "B1")

    def test_what_is_taken_is_taken_before_the_limit(self):
        lead = self.make_lead()
        self.make_rules(60, 0)
        self.make_rule(value=-10)
        self.set_numbers(fit_max=40)
        self.run_rules()
        self.assertGraded(lead, 40, 0, "B3")

    def test_a_change_of_the_category_is_one_of_the_grade(self):
        lead = self.make_lead()
        fit, _engagement = self.make_rules(50, 20)
        self.run_rules()
        self.age_scores(lead)
        before = lead.score_date
        fit.category = "engagement"
        self.assertGraded(lead, 0, 70, "C1")
        self.assertEqual(lead.score_date, before)

    def test_a_change_of_the_category_is_one_of_closed_leads_too(self):
        lead = self.make_lead()
        fit, _engagement = self.make_rules(50, 20)
        self.run_rules()
        lead.action_set_lost()
        fit.category = "engagement"
        self.assertGraded(lead, 0, 70, "C1")

    def test_an_archived_rule_gives_to_neither(self):
        lead = self.make_lead()
        fit, engagement = self.make_rules(50, 20)
        self.run_rules()
        (fit + engagement).active = False
        self.assertGraded(lead, 0, 0, "C3")
        (fit + engagement).active = True
        self.assertGraded(lead, 50, 20, "A2")

    def test_what_a_run_gave_while_the_category_changed_is_mended(self):
        lead = self.make_lead()
        fit, _engagement = self.make_rules(50, 20)
        self.run_rules()
        with patch.object(type(self.Line), "_resum_holders"):
            fit.category = "engagement"
        self.assertEqual((lead.score_fit, lead.score_engagement), (50, 20))
        self.Line._catch_up()
        self.assertGraded(lead, 0, 70, "C1")

    def test_nobody_can_give_a_grade(self):
        lead = self.make_lead()
        contact = self.env["res.partner"].create({"name": "Ann"})
        for name, value in (
            ("score_fit", 5),
            ("score_engagement", 5),
            ("score_grade", "A1"),
        ):
            for owner in (lead, contact):
                with self.subTest(name=name), self.assertRaises(AccessError):
                    owner.write({name: value})
                with self.subTest(name=name), self.assertRaises(AccessError):
                    owner.create({"name": "New", name: value})
            default = {f"default_{name}": value}
            self.assertGraded(
                self.Lead.with_context(**default).create({"name": "New"}), 0, 0, False
            )

    def test_merged_leads_have_the_grade_of_all_reasons(self):
        first = self.make_lead(name="First", email_from="a@b.example")
        second = self.make_lead(name="Second", email_from="a@b.example")
        self.make_rule([("name", "=", "First")], value=50)
        self.make_rule([("name", "=", "Second")], value=20, category="engagement")
        self.run_rules()
        merged = (first + second).merge_opportunity()
        self.assertGraded(merged, 50, 20, "A2")
