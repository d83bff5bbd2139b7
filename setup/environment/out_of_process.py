"""The out-of-process tests: they start servers of their own, by ``setup/odoo``.

They run beside the installation of the databases that are shared and the tests of the
addons; those that need addons wait for the former, and take copies of one.
"""

import os
from contextlib import contextmanager

from console import step
from layout import LOG
from pytest_run import PytestRun, get_workers

SUITE = "out-of-process"
OUTPUT = LOG / f"{SUITE}.log"
# What tests/installed.py reads: the names of databases that are ready, a line each.
FAILED = "failed"


def run(environment, paths, results):
    """Run the tests alone, with their output on the terminal."""
    _make_run(paths, get_workers("loadgroup")).run(environment.variables, results)


@contextmanager
def beside(environment, paths, results, shared):
    """Run the tests beside what is done meanwhile.

    :param list shared: the names of the databases that are going to have the main
        addons and all of them, if there are any
    """
    tests = Beside(environment, paths, results, shared)
    try:
        yield tests
    finally:
        tests.stop()


class Beside:
    """A run of the tests in the background; without any, it is over at once."""

    def __init__(self, environment, paths, results, shared):
        self.results = results
        # The tests of the addons get the other half of the processors.
        workers = get_workers("loadgroup", share=0.5)
        self.run = _make_run(paths, workers) if paths else None
        self.state = LOG / f"shared-{os.getpid()}"
        self.state.unlink(missing_ok=True)
        variables = {**environment.variables}
        if shared:
            variables["LEAD_SCORING_SHARED"] = " ".join(shared)
            variables["LEAD_SCORING_SHARED_STATE"] = str(self.state)
        if self.run:
            OUTPUT.parent.mkdir(parents=True, exist_ok=True)
            with OUTPUT.open("w") as output:
                self.run.start(variables, output)

    def let_copy(self, name, is_installed):
        """Let the tests take copies of a database, or install what they need."""
        with self.state.open("a") as state:
            state.write(f"{name if is_installed else FAILED}\n")

    def finish(self):
        """Wait for the end of the tests."""
        if not self.run:
            return
        with step(self.run.title):
            self.run.finish(self.results)
        self.run = None
        print(OUTPUT.read_text(errors="replace"), end="", flush=True)

    def stop(self):
        """End the tests, if something went wrong meanwhile."""
        if self.run:
            self.run.stop()
        self.state.unlink(missing_ok=True)


def _make_run(paths, workers):
    title = "running the out-of-process tests"
    # In the order of tests/conftest.py: what waits for the database comes last.
    options = ["-p", "no:odoo", *workers, "--no-loadscope-reorder"]
    return PytestRun(title, SUITE, 0, [*options, *paths])
