from odoo.tests import BaseCase, tagged

from ..planning.facts import Draft, LeadFacts, Outcome
from ..planning.reasons import LEFT_REASONS, OWNED, REASONS, TEAM_FILTER, TURN

NAMES = dict.fromkeys(("team", "user", "score", "minimum"), "something")
PLANNED = NAMES | {"lead": "something"}
LEFT_OUT = NAMES | dict.fromkeys(("now_user", "now_team", "plan"), "something")


def get_words(text):
    """Return a text to translate as it stands in the code."""
    return text._translate("en_US")


@tagged("post_install", "-at_install")
class TestReasons(BaseCase):
    """Each reason has a name and words for whatever is known of the lead."""

    def say(self, reason, *known):
        return get_words(reason.choose_text(set(known)))

    def test_words_name_only_what_a_line_knows(self):
        for reasons, names in ((REASONS, PLANNED), (LEFT_REASONS, LEFT_OUT)):
            for code, reason in reasons.items():
                texts = [reason.text, *(text for _known, text in reason.others)]
                with self.subTest(code):
                    self.assertTrue(reason.name)
                    for text in filter(None, texts):
                        self.assertNotIn("%(", get_words(text) % names)

    def test_every_planned_outcome_can_be_explained(self):
        for code, reason in REASONS.items():
            with self.subTest(code):
                self.assertTrue(reason.text)

    def test_more_is_said_if_more_is_known(self):
        self.assertIn("takes it", self.say(REASONS[TURN], "team"))
        self.assertIn("turn of", self.say(REASONS[TURN], "team", "member"))
        self.assertIn("No team", self.say(REASONS[TEAM_FILTER]))
        self.assertIn("by:", self.say(LEFT_REASONS[OWNED], "now_user", "plan"))
        self.assertIn("by now", self.say(LEFT_REASONS[OWNED], "now_user"))
        self.assertIn("no salesperson", self.say(LEFT_REASONS[OWNED], "plan"))


@tagged("post_install", "-at_install")
class TestDraft(BaseCase):
    """What becomes of a lead follows from its outcome, and from the team it has."""

    def test_what_changes_nothing_is_not_assigned(self):
        facts = [
            LeadFacts(id_, 1, 0, "0", team, None) for id_, team in ((1, 7), (2, None))
        ]
        draft = Draft(leads={lead.id: lead for lead in facts})
        draft.outcomes = {id_: Outcome(id_, TURN, team=7) for id_ in (1, 2)}
        draft.leave(3, TEAM_FILTER)
        draft.leave(4, OWNED, head_id=1)
        kinds = {id_: draft.get_kind(item) for id_, item in draft.outcomes.items()}
        self.assertEqual(kinds, {1: "none", 2: "team", 3: "none", 4: "merge"})
        self.assertEqual(draft.list_assigned(), [draft.outcomes[2]])
