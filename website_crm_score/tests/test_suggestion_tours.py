from odoo.tests import HttpCase, tagged

from .event_common import EventCase
from .suggestion_common import SuggestionCase


@tagged("post_install", "-at_install")
class TestSuggestionTours(SuggestionCase, HttpCase):
    """What a sales manager does with suggested rules, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.make_user(
            "score_suggester", "sales_team.group_sale_manager,crm.group_use_lead"
        )

    def setUp(self):
        super(EventCase, self).setUp()  # in the time that the browser has

    def start(self, tour):
        self.start_tour("/odoo", f"website_crm_score.{tour}", login=self.manager.login)
        self.env.invalidate_all()

    def test_from_won_leads_to_a_rule_that_is_on(self):
        self.Rule.with_context(active_test=False).search([]).unlink()
        won, lost = self.make_closed()
        self.pick(won, 0.7).source_id = self.source
        self.pick(lost, 0.15).source_id = self.source
        self.pick(won, 0.6).tag_ids |= self.tag
        self.pick(lost, 0.15).tag_ids |= self.tag
        self.pick(won, 0.9).tag_ids |= self.late_tag
        open_leads = self.make_leads(60)
        self.pick(open_leads, 0.35).source_id = self.source
        self.pick(open_leads, 0.35).tag_ids = self.tag
        self.make_rule([("tag_ids", "in", self.tag.ids)], name="Grown up")
        self.start("manager_suggests_rules")
        rules = self.Rule.with_context(active_test=False).search([], order="id")
        self.assertEqual(rules.mapped("name"), ["Grown up", "Found us by Fair"])
        self.assertEqual(rules.mapped("active"), [True, True])

    def test_too_few_outcomes_are_told(self):
        self.make_closed(won=20, lost=30)
        self.start("manager_has_too_few_outcomes")
        self.assertFalse(self.Suggestion.search([]).line_ids)

    def test_a_suggestion_is_unticked_on_the_phone(self):
        self.Rule.with_context(active_test=False).search([]).unlink()
        won, lost = self.make_closed()
        self.pick(won, 0.7).source_id = self.source
        self.pick(lost, 0.15).source_id = self.source
        self.pick(won, 0.6).tag_ids |= self.tag
        self.pick(lost, 0.15).tag_ids |= self.tag
        open_leads = self.make_leads(60)
        self.pick(open_leads, 0.35).source_id = self.source
        self.pick(open_leads, 0.35).tag_ids = self.tag
        suggestion = self.Suggestion.with_user(self.manager).create({})
        suggestion.action_suggest()
        self.browser_size, self.touch_enabled = "390x844", True
        self.start_tour(
            f"/odoo/website.crm.score.suggestion/{suggestion.id}",
            "website_crm_score.manager_unticks_a_suggestion_on_the_phone",
            login=self.manager.login,
        )
        self.env.invalidate_all()
        rules = self.Rule.with_context(active_test=False).search([])
        self.assertEqual(rules.mapped("name"), ["Tagged Adult"])
