"""New points of the rules that there are."""

from ..learning.patterns import join_outcomes
from ..learning.proposal import judge, rank, refit
from .lesson import Lesson
from .present import PresentRules, find_present
from .tally import get_groups


class NewPoints(Lesson):
    """Points of the rules that are on, fitted all together, on the older leads and
    judged on the newer ones; then fitted again on all of them."""

    def learn(self, note_progress):
        rules = find_present(self.env).filtered("active")
        self.present = PresentRules(self.matches, rules)
        self.present.look(note_progress)
        numbers = self.present.get_numbers()
        self.tried_count = len(numbers)
        if not numbers:
            return
        older, newer = get_groups(self.cohort, numbers)
        self._judge(numbers, older, newer)
        proposal = refit(join_outcomes((older, newer)), numbers, self.step)
        for number, points in proposal.points.items():
            rule = self.present.rules[number]
            self._add_line(
                self.present.counts[number][0],
                proposal.tests[number],
                rule_id=rule.id,
                name=rule.name,
                points=points,
                is_used=points != rule.value,
            )

    def describe_left_out(self):
        return self.present.describe_left_out()

    def explain(self):
        if self.tried_count:
            return super().explain()
        reason = self.env._("No rule of leads that is on can be given new points.")
        return "\n".join(filter(None, (reason, self.describe_left_out())))

    def _judge(self, numbers, older, newer):
        """Tell how points fitted on the older leads rank the newer ones, beside the
        points that there are, and what core predicts."""
        learnt = list(refit(older, numbers, self.step).points.values())
        values = [self.present.rules[number].value for number in numbers]
        self._add_ranking("new_points", judge(newer, learnt), len(numbers))
        self._add_ranking("present_points", judge(newer, values), len(numbers))
        self._add_ranking("core", rank(self.cohort.get_predictions()), 0)
