from odoo.tests import HttpCase, tagged

from odoo.addons.website_crm_score.scoring.grading import Grading

from .test_grades import GradeCase


class GradeTourCase(GradeCase, HttpCase):
    """Leads that differ in their points, and who sets grades, in a browser."""

    def propose(self):
        for number in range(10):
            domain = [("name", "=", f"Lead {number}")]
            self.make_lead(f"Lead {number}")
            self.make_rule(domain, number * 5)
            self.make_rule(domain, number * 3, category="engagement")
        self.run_rules()
        self.start_tour(
            "/odoo/settings#crm",
            "website_crm_score.administrator_uses_proposed_grades",
            login="admin",
        )
        self.env.invalidate_all()
        self.assertEqual(Grading.load(self.env).grade_a, 35)


@tagged("post_install", "-at_install")
class TestGradeTours(GradeTourCase):
    """Who sets grades, on a desk."""

    def test_thresholds_are_proposed_shown_and_saved(self):
        self.propose()


@tagged("post_install", "-at_install")
class TestGradePhoneTours(GradeTourCase):
    """Who sets grades, on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_thresholds_are_proposed_shown_and_saved_on_a_phone(self):
        self.propose()
