from unittest.mock import patch

from odoo.tests import tagged

from .common import LONG_AGO, DependentFieldCase, ScoringCase


@tagged("post_install", "-at_install")
class TestScoreListeners(ScoringCase):
    """What Odoo does when a field changes, it does when a score changes."""

    def test_the_score_of_a_closed_lead_has_the_date_of_what_happened(self):
        rule = self.make_rule()
        closed = self.make_closed_leads()
        rule.value = 60
        self.assertEqual(closed.mapped("score_date"), [LONG_AGO] * 3)
        rule.unlink()
        self.assertScores(closed, [0] * 3)
        self.assertEqual(closed.mapped("score_date"), [LONG_AGO] * 3)

    def test_no_message_tells_of_the_score_of_a_closed_lead(self):
        rule = self.make_rule()
        closed = self.make_closed_leads()
        lead = self.make_lead()
        self.run_rules()
        leads = closed + lead
        before = [len(lead.message_ids) for lead in leads]
        field = self.Lead._fields["score"]
        with patch.object(field, "tracking", 5, create=True):
            self.env.registry.clear_cache()
            rule.with_context(tracking_disable=False, mail_notrack=False).value = 60
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.env.registry.clear_cache()
        self.assertScores(leads, [60] * 4)
        after = [len(lead.message_ids) for lead in leads]
        new = [count - old for count, old in zip(after, before, strict=True)]
        self.assertEqual(new, [0, 0, 0, 1])

    def test_a_tracked_score_shows_in_the_chatter(self):
        field = self.Lead._fields["score"]
        with patch.object(field, "tracking", 5, create=True):
            self.assertTrue(self.Lead._has_score_listeners())


@tagged("post_install", "-at_install")
class TestDependentField(DependentFieldCase):
    def test_a_stored_field_that_depends_on_the_score_follows(self):
        self.assertTrue(self.Lead._has_score_listeners())
        lead = self.make_lead()
        rule = self.make_rule()
        self.run_rules()
        self.assertEqual(lead.x_score_twice, 20)
        rule.value = 30
        self.assertEqual(lead.x_score_twice, 60)
        self.assertScores(lead, [30])
