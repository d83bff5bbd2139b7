from odoo.tests import Form, tagged

from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestPreviewLevels(AssignmentCase):
    """What a rule would do tells how many leads cross the minimums of teams."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Other"})
        cls.Team.create({"name": "Easy", "min_for_assign": 10})
        cls.Team.create({"name": "Strict", "min_for_assign": 30})
        cls.Team.create(
            {"name": "Far", "min_for_assign": 5, "company_id": cls.company.id}
        )
        cls.Team.create({"name": "Any"})
        cls.low, cls.high = cls.make_leads(3), cls.make_leads(2, phone="1")
        cls.make_rule([("phone", "!=", False)], value=20).action_apply()
        cls.Preview = cls.env["website.crm.score.preview"]

    def get_levels(self, **unsaved):
        preview = self.Preview.new({"unsaved": unsaved})
        levels = preview._get_levels(self.Lead)
        return {
            level["name"]: [counts[name] for name in ("before", "after", "up", "down")]
            for level, counts in zip(levels, preview._fetch()["levels"], strict=True)
        }

    def test_leads_that_come_to_reach_a_minimum(self):
        levels = self.get_levels(value=15)
        self.assertEqual(levels["Easy"], [2, 5, 3, 0])
        self.assertEqual(levels["Strict"], [0, 2, 2, 0])

    def test_leads_that_come_to_miss_a_minimum(self):
        self.assertEqual(self.get_levels(value=-15)["Easy"], [2, 0, 0, 2])

    def test_teams_of_a_company_are_for_leads_of_it_or_of_none(self):
        self.low[0].company_id = self.company
        self.low[1].company_id = self.env.company
        levels = self.get_levels(value=15)
        self.assertEqual(levels["Far"], [2, 4, 2, 0])

    def test_a_team_without_a_minimum_is_not_told_of(self):
        self.assertNotIn("Any", self.get_levels(value=15))

    def test_teams_are_named(self):
        preview = Form(self.Preview.with_context(default_unsaved={"value": 15}))
        self.assertIn("Strict", str(preview.result_html))

    def test_contacts_have_no_team(self):
        self.assertFalse(self.Preview._get_levels(self.env["res.partner"]))
