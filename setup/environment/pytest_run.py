"""Running pytest, and reading what it reports."""

import os
import re
import signal
import subprocess
import xml.etree.ElementTree as ElementTree

from console import step
from layout import LOG, PYTHON, REPO
from results import FAILED, PASSED, SKIPPED

# Each has a database of its own; more than these wait for PostgreSQL and the disk.
MOST_WORKERS = 4
# Longer than any suite takes; a hanging one ends, and is told as failed.
TIMEOUT = 45 * 60
SECONDS_TO_TIDY_UP = 30
NOTHING_COLLECTED = 5
# What is put behind the name of a test that has to stay with others
GROUP = re.compile(r"@[\w.]+$")


def get_workers(what, share=1):
    """The options that have tests run on as many workers as there are processors."""
    count = min(int((os.cpu_count() or 1) * share), MOST_WORKERS)
    return ["-n", count, f"--dist={what}"] if count > 1 else []


class PytestRun:
    """One run of pytest, in the repository."""

    def __init__(self, title, suite, number, arguments):
        self.title = title
        self.suite = suite
        self.report = LOG / f"{suite}-{number}.xml"
        quiet = ["-q", "--no-header", "--disable-warnings", "-p", "no:cacheprovider"]
        command = [PYTHON, "-m", "pytest", *quiet, f"--rootdir={REPO}"]
        command += [f"--junitxml={self.report}", *arguments]
        self.command = [str(part) for part in command]
        self.process = None

    def run(self, variables, results):
        """Run to the end, with the output on the terminal."""
        with step(self.title):
            self.start(variables)
            self.finish(results)

    def start(self, variables, output=None):
        """Begin; the output goes to the terminal, or to a file."""
        self.report.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            self.command,
            env=variables,
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output and subprocess.STDOUT,
        )

    def finish(self, results):
        """Wait for the end, and add what is reported to ``results``."""
        try:
            code = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            code = f"none: stopped after {TIMEOUT} s"
        finally:
            self.stop()
        if code == NOTHING_COLLECTED:
            return
        before = len(results.failed())
        if self.report.exists():
            self._read_report(results)
        if code and len(results.failed()) == before:
            results.add(self.suite, f"{self.title}: exit code {code}", FAILED)

    def stop(self):
        """End the run as Ctrl-C does, if it has not ended."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(SECONDS_TO_TIDY_UP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read_report(self, results):
        for case in ElementTree.parse(self.report).iter("testcase"):
            words = {child.tag for child in case}
            outcome = PASSED
            if words & {"failure", "error"}:
                outcome = FAILED
            elif "skipped" in words:
                outcome = SKIPPED
            name = GROUP.sub("", case.get("name", ""))
            test = _short(case.get("classname", ""), name)
            results.add(self.suite, test, outcome, float(case.get("time", 0)))


def _short(classname, name):
    """``website_crm_score.tests.test_x.TestX``, ``test_y`` as Odoo's runner has it."""
    parts = classname.removeprefix("odoo.addons.").split(".")
    if "tests" in parts[1:]:
        return f"{parts[0]}:{parts[-1]}.{name}"
    return "/".join(parts) + f"::{name}"
