"""Reading what Odoo logs while it installs and tests."""

import re

LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) \S+"
    r" (?P<logger>[\w.?]+): (?P<message>.*)$"
)
STARTING = re.compile(r"^Starting (?P<test>\S+) \.\.\.")
SKIPPED = re.compile(r"^skipped (?P<test>\S+) : (?P<reason>.*)")
FAILING = re.compile(r"^(?:FAIL|ERROR): (?:Subtest )?(?P<test>[\w.]+)")
# A line of the report that odoo.tests.stats gives at level DEBUG.
SECONDS = re.compile(r"^\t(?P<test>\S+\.\w+\.\w+): (?P<seconds>[\d.]+)s \d+ queries$")
TEST_MODULE = re.compile(r"^odoo\.addons\.(?P<addon>\w+)\.tests\b")
WHOLE_CLASS = re.compile(
    r"^ERROR: (?P<step>\w+Class) \(odoo\.addons\.(?P<addon>\w+)\.\S*\.(?P<name>\w+)\)"
)

# What Odoo says of failing tests beside naming them.
SUMMARY = re.compile(
    r" odoo\.tests\.result: |At least one test failed|: Module \w+: \d+ failures"
)

PROBLEMS = ("WARNING", "ERROR", "CRITICAL")


class OdooLog:
    """The outcome of each test in a log of Odoo's runner, and what it complains of.

    ``feed`` takes the log line by line and returns whether the line belongs to a
    complaint, so that it can be shown at once.
    """

    def __init__(self):
        self.outcomes = {}
        self.seconds = {}
        self.problems = []
        self._complaining = False

    def failed(self):
        """The failing tests."""
        return [test for test, outcome in self.outcomes.items() if outcome == "failed"]

    def feed(self, line):
        """Take one line of the log."""
        found = LINE.match(line)
        if not found:
            self._continue(line)
            return self._complaining
        self._complaining = False
        is_outcome = self._outcome(found["logger"], found["message"])
        if found["level"] in PROBLEMS:
            self._complaining = True
            # A failing test is counted as such, not as a complaint of the log.
            if not is_outcome and not SUMMARY.search(line):
                self.problems.append(line.rstrip())
        return self._complaining

    def _continue(self, line):
        """A line without a head: of a traceback, or of the report of seconds."""
        timed = SECONDS.match(line)
        if timed:
            addon, name = self._split(timed["test"])
            self.seconds[f"{addon}:{name}"] = float(timed["seconds"])

    @staticmethod
    def _split(test):
        """``crm.tests.test_x.TestX.test_y`` as ``crm``, ``TestX.test_y``."""
        parts = test.removeprefix("odoo.addons.").split(".")
        return parts[0], ".".join(parts[-2:])

    def _outcome(self, logger, message):
        """Note what the line says of a test; return whether it says anything."""
        module = TEST_MODULE.match(logger)
        broken = WHOLE_CLASS.match(message)
        if broken:
            addon, name, step = broken.group("addon", "name", "step")
            self.outcomes[f"{addon}:{name}.{step}"] = "failed"
        elif module:
            return self._outcome_of_test(module["addon"], message)
        return bool(broken)

    def _outcome_of_test(self, addon, message):
        for pattern, outcome in (
            (STARTING, "passed"),
            (SKIPPED, "skipped"),
            (FAILING, "failed"),
        ):
            found = pattern.match(message)
            if found:
                self.outcomes[f"{addon}:{found['test']}"] = outcome
                return True
        return False
