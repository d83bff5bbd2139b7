import re
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_open

from ..execution import planner
from ..models import crm_assignment_plan_line
from ..planning import reasons as planned_reasons
from ..planning.facts import Draft, LeadFacts, Outcome
from ..planning.reasons import LEFT_REASONS, OWNED, REASONS, TEAM_FILTER, TURN
from .plan_common import PlanCase

NAMES = dict.fromkeys(("team", "user", "score", "minimum"), "something")
FACTS = ("lead", "until", "from_user", "hours", "turn", "turns")
PLANNED = NAMES | dict.fromkeys(FACTS, "x")
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
                others = *reason.others.values(), *reason.opening.values()
                texts = [reason.text, *others]
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


@tagged("post_install", "-at_install")
class TestNewReason(PlanCase):
    """The worked example of readme/DEVELOP.md."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("crm_team_assign/readme/DEVELOP.md") as file:
            [text] = re.findall(
                r"\*\*How to add a reason code\*\*(.*)", file.read(), re.S
            )
        [python] = re.findall(r"```python\n(.*?)```", text, re.S)
        module = dict(vars(planned_reasons))
        exec(python, module)  # pylint: disable=exec-used
        cls.code, known = module["ASLEEP"], module["REASONS"]
        field = cls.env["crm.assignment.plan.line"]._fields["reason"]
        names = [(code, reason.name) for code, reason in known.items()]
        cls.startClassPatcher(patch.object(field, "selection", names))
        cls.startClassPatcher(patch.object(crm_assignment_plan_line, "REASONS", known))

    def test_a_plan_says_why_in_the_words_of_a_new_code(self):
        team = self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(60, team_id=team.id)
        with patch.object(planner, "find_obstacle", lambda *facts: self.code):
            plan = self.rehearse()
        line = self.get_line(plan, lead)
        self.assertEqual((line.outcome, line.reason), ("none", "asleep"))
        self.assertEqual(line.explanation, "Direct does not wake it before Monday.")
        names = dict(line._fields["reason"]._description_selection(self.env))
        self.assertEqual(names["asleep"], "Asleep")
