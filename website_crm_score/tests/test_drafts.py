from psycopg2 import IntegrityError

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestDrafts(ScoringCase):
    def make_draft(self, **values):
        return self.make_rule(is_draft=True, **values)

    def list_rules(self, domain=()):
        """Return the rules of the test that the list of rules shows."""
        action = self.env.ref("website_crm_score.website_crm_score_action")
        rules = self.Rule.with_context(website_crm_score_with_drafts=True)
        self.assertIn("website_crm_score_with_drafts", action.context)
        return rules.search(list(domain)) & self.mine

    def test_nothing_scores_by_a_draft(self):
        draft = self.make_draft()
        lead = self.make_lead()
        self.run_rules()
        draft.action_apply()
        self.assertFalse(draft.active)
        self.assertScores(lead, [0])

    def test_a_draft_that_is_made_switched_on_is_off(self):
        self.assertFalse(self.make_draft(active=True).active)

    def test_a_rule_that_is_switched_on_is_no_draft_any_more(self):
        drafts = self.make_draft() + self.make_draft()
        drafts[0].action_unarchive()
        drafts[1].active = True
        self.assertEqual(drafts.mapped("active"), [True, True])
        self.assertEqual(drafts.mapped("is_draft"), [False, False])
        drafts.action_archive()
        self.assertEqual(drafts.mapped("is_draft"), [False, False])

    def test_a_rule_that_becomes_a_draft_is_switched_off(self):
        rule = self.make_rule()
        lead = self.make_lead()
        self.run_rules()
        rule.is_draft = True
        self.assertFalse(rule.active)
        self.assertScores(lead, [0])

    def test_a_copy_of_a_draft_is_a_draft(self):
        self.assertTrue(self.make_draft().copy().is_draft)
        self.assertFalse(self.make_rule().copy().is_draft)

    @mute_logger("odoo.sql_db")
    def test_what_is_switched_on_behind_the_back_is_no_draft(self):
        draft = self.make_draft()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE website_crm_score SET active = TRUE WHERE id = %s", draft.ids
            )

    def test_the_list_shows_active_rules_and_drafts(self):
        rule, draft, archived = self.make_rule(), self.make_draft(), self.make_rule()
        archived.active = False
        self.mine = rule + draft + archived
        self.assertEqual(self.list_rules(), rule + draft)
        self.assertEqual(self.list_rules([("value", "=", 10)]), rule + draft)
        off = [("active", "=", False)]
        self.assertEqual(self.list_rules([*off, ("is_draft", "=", True)]), draft)
        self.assertEqual(self.list_rules([*off, ("is_draft", "!=", True)]), archived)

    def test_elsewhere_drafts_are_as_archived(self):
        rule, draft = self.make_rule(), self.make_draft()
        found = self.Rule.search([("id", "in", (rule + draft).ids)])
        self.assertEqual(found, rule)

    def test_a_draft_that_is_saved_stays_a_draft(self):
        draft = self.make_draft()
        with Form(draft) as form:
            form.value = 7
        self.assertTrue(draft.is_draft)
