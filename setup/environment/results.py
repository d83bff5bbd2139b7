"""Counting tests: what passed, what failed, what took long."""

from collections import Counter
from dataclasses import dataclass, field

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
SLOWEST = 10


@dataclass
class Results:
    """The outcome and the seconds of each test, by suite."""

    outcomes: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)

    def add(self, suite, test, outcome, seconds=0.0):
        """Note one outcome; a test that failed once has failed."""
        key = (suite, test)
        if self.outcomes.get(key) != FAILED:
            self.outcomes[key] = outcome
        self.seconds[key] = self.seconds.get(key, 0.0) + seconds

    def failed(self):
        """The failing tests."""
        return sorted(k for k, outcome in self.outcomes.items() if outcome == FAILED)

    def show(self):
        """Print the summary; return the exit code.

        The last line is plain, since programs read it.
        """
        self._show_slowest()
        self._show_suites()
        for suite, test in self.failed():
            print(f"FAILED {suite}: {test}")
        count = Counter(self.outcomes.values())
        print()
        line = f"{count[PASSED]} passed, {count[FAILED]} failed"
        if count[SKIPPED]:
            line += f", {count[SKIPPED]} skipped"
        print(line, flush=True)
        return 1 if count[FAILED] or not count[PASSED] else 0

    def _show_slowest(self):
        slowest = sorted(self.seconds.items(), key=lambda item: -item[1])[:SLOWEST]
        if slowest:
            print(f"\nThe slowest {len(slowest)} tests")
        for (suite, test), seconds in slowest:
            print(f"{seconds:8.2f} s  {test} ({suite})")

    def _show_suites(self):
        print()
        for suite in dict.fromkeys(suite for suite, _ in self.outcomes):
            count = Counter(
                outcome for (name, _), outcome in self.outcomes.items() if name == suite
            )
            figures = ", ".join(f"{number} {word}" for word, number in count.items())
            print(f"{suite}: {figures}")
