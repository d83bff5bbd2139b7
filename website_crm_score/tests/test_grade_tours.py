from odoo.tests import HttpCase, tagged

from odoo.addons.website_crm_score.scoring.grading import Grading

from .test_grades import GradeCase


@tagged("post_install", "-at_install")
class TestGradeTours(GradeCase, HttpCase):
    """Who sets grades, in a browser."""

    def test_thresholds_are_proposed_shown_and_saved(self):
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
