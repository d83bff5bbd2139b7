"""Rules that there are not yet, chosen of what could be one."""

from ..learning.leaks import is_leak
from ..learning.patterns import group
from ..learning.proposal import compare, judge, propose, rank
from . import tally
from .candidates import find_candidates
from .lesson import Lesson
from .present import find_present

# Of the rules that there are, as many are named that one is like.
MOST_NAMED = 2


class NewRules(Lesson):
    """Candidates that together tell won from lost leads, learnt on the older leads and
    judged on the newer ones; then learnt again on all of them."""

    def learn(self, note_progress):
        self.candidates = find_candidates(self.cohort)
        self._look(note_progress)
        counts = tally.count(self.cohort)
        self.leaks = self._find_leaks(counts)
        self.matches.forget(self.leaks)
        self.tried_count = len(counts) - len(self.leaks)
        older, newer = tally.get_patterns(self.cohort, len(self.candidates))
        self._judge(older, newer)
        proposal = self._propose(older + newer)
        known = self._compare(proposal.points)
        for number, points in proposal.points.items():
            self._add_line(
                counts[number][0],
                proposal.tests[number],
                name=self.candidates[number].name,
                points=points,
                rule_values=self.candidates[number].values,
                **known.get(number, {}),
            )

    def describe_left_out(self):
        return "\n".join(self.candidates[number].name for number in self.leaks)

    def _look(self, note_progress):
        families = {}
        for number, candidate in enumerate(self.candidates):
            rule = self.cohort.make_rule(candidate.values)
            family = _get_family(candidate, rule, number)
            families.setdefault(family, []).append(number)
        for place, numbers in enumerate(families.values(), start=1):
            # Made anew: a commit forgets what is only thought of.
            rules = {
                number: self.cohort.make_rule(self.candidates[number].values)
                for number in numbers
            }
            self.matches.add(rules, self.candidates[numbers[0]].fields)
            note_progress(place / len(families))

    def _find_leaks(self, counts):
        _won, _lost, open_ = self.cohort.count_outcomes()
        # When something happened is known; since when something is so, is not.
        return [
            number
            for number, candidate in enumerate(self.candidates)
            if number in counts and candidate.fields and is_leak(*counts[number], open_)
        ]

    def _propose(self, patterns):
        return propose(patterns, len(self.candidates), self.limit, self.step)

    def _judge(self, older, newer):
        """Tell how rules learnt on the older leads rank the newer ones, beside the
        rules that there are, and what core predicts."""
        points = self._propose(older).points
        ranking = judge(group(newer, points), points.values())
        self._add_ranking("suggested", ranking, len(points))
        # Those that the score is made of that leads have today.
        count = self.env["website.crm.score"].search_count(
            [("apply_to", "=", "lead"), ("active", "=", True)]
        )
        self._add_ranking("present", rank(self.cohort.get_scores()), count)
        self._add_ranking("core", rank(self.cohort.get_predictions()), 0)

    def _compare(self, points):
        """Return what the suggested rules are to those that there are already."""
        there = {
            number: rule
            for number, rule in enumerate(
                find_present(self.env), start=len(self.candidates)
            )
            if not rule._find_error() and self.matches.add({number: rule.sudo()})
        }
        held = {
            number: counts.won + counts.lost
            for number, (counts, _open) in tally.count(self.cohort).items()
        }
        found = {}
        shared = tally.count_shared(self.cohort, points, there)
        for (number, other), leads in shared.items():
            rule, pair = there[other], (held[number], held[other])
            kind, share = compare(*pair, leads, points[number], rule.value)
            if kind:
                found.setdefault(number, []).append((share, kind, rule))
        return {number: _describe_present(others) for number, others in found.items()}


def _get_family(candidate, rule, number):
    """Return what rules share that differ in nothing but how much there has to be."""
    if rule.rule_type != "event":
        return number
    level = rule._get_source()._get_level_field(rule)
    items = ((key, str(value)) for key, value in candidate.values.items())
    return tuple(sorted(item for item in items if item[0] != level))


def _describe_present(others):
    """Return the rule that a line is most like of those that there are, and others that
    it is to in the same way, not many."""
    others = sorted(others, key=lambda other: -other[0])
    kind = others[0][1]
    rules = [rule.id for _share, other, rule in others if other == kind]
    return {
        "comparison": kind,
        "present_rule_ids": rules[:MOST_NAMED],
        "is_used": kind != "same",
    }
