"""The rules that there are, and which of them closed leads can tell new points of."""

from odoo.fields import Domain

from ..learning.leaks import is_leak
from ..learning.selection import LEAST_LEADS
from ..scoring.matching import looks_at_pages
from . import tally


def find_present(env):
    """Return the rules that a suggestion is compared with, drafts included."""
    rules = env["website.crm.score"].with_context(active_test=False)
    is_there = Domain("active", "=", True) | Domain("is_draft", "=", True)
    return rules.search(is_there & Domain("apply_to", "=", "lead"))


class PresentRules:
    """Rules of leads by number, as they gave points before the leads were closed.

    Those of which that is not known keep their points: ``left_out`` says why.
    """

    def __init__(self, matches, rules):
        self.matches = matches
        self.cohort = matches.cohort
        self.rules = dict(enumerate(rules))
        self.left_out = {}
        self.counts = {}

    def look(self, note_progress):
        """Find which leads have which rules.

        :param callable note_progress: told the share of the rules looked at
        """
        for number, rule in self.rules.items():
            if reason := self._find_obstacle(number, rule.sudo()):
                self.left_out[number] = reason
            note_progress((number + 1) / len(self.rules))
        self.counts = tally.count(self.cohort)
        for number in self.rules.keys() - self.left_out.keys():
            if reason := self._find_doubt(number):
                self.left_out[number] = reason
        self.matches.forget(self.left_out)

    def _find_obstacle(self, number, rule):
        """Return why it cannot be told whom the rule gave points, or None."""
        env = self.cohort.env
        is_event = rule.rule_type == "event"
        if is_event and rule._find_event_error() or rule._find_error():
            return env._("it cannot be used as it is.")
        if not is_event and looks_at_pages(rule):
            return env._(
                "a filter on pages does not tell when they were seen, which can be "
                "after the lead was closed. A rule on visits does."
            )
        # sudo: its author's rights tell what it looks at, as in a run
        if not self.matches.add_times(number, rule):
            return env._("it cannot be used as it is.")
        return None

    def _find_doubt(self, number):
        """Return why what leads have of the rule teaches nothing, or None."""
        env = self.cohort.env
        won, lost, open_ = self.cohort.count_outcomes()
        counts, held = self.counts.get(number, (None, 0))
        leads = counts.won + counts.lost if counts else 0
        if min(leads, won + lost - leads) < LEAST_LEADS:
            return env._("too few closed leads have it, or have it not.")
        # When something happened is known; since when something is so, is not.
        if self.rules[number].rule_type != "event" and is_leak(counts, held, open_):
            return env._("closing a lead seems to set what it looks at.")
        return None

    def get_numbers(self):
        """Return the numbers of the rules that get new points."""
        return sorted(self.rules.keys() - self.left_out.keys())

    def describe_left_out(self):
        """Return the rules that keep their points, and why, a line each."""
        return "\n".join(
            f"{self.rules[number].name}: {reason}"
            for number, reason in sorted(self.left_out.items())
        )
