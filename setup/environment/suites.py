"""The test suites: Odoo's own runner, pytest-odoo, and the out-of-process tests."""

import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager

from console import say, step
from layout import LOG, PYTHON, REPO
from network import free_port
from odoo_log import OdooLog
from results import FAILED, PASSED, SKIPPED

ODOO_RUNNER = "odoo"
# What the addons work with but do not need: tested together.
OPTIONAL = ["base_automation", "payment_demo"]
PYTEST_ODOO = "pytest-odoo"
OUT_OF_PROCESS = "out-of-process"
# Longer than any suite takes; a hanging one ends, and is told as failed.
TIMEOUT = 45 * 60
PYTEST_NOTHING_COLLECTED = 5


@contextmanager
def database(environment, name, keep=False):
    """A database name that is free for use, and freed again at the end."""
    _drop(environment, name)
    try:
        yield name
    finally:
        if keep:
            say(f"setup: the database {name} is kept")
        else:
            _drop(environment, name)


def _drop(environment, name):
    """Drop a database and its filestore, if it is there."""
    command = environment.odoo_command("db", "drop", name)
    subprocess.run(command, env=environment.variables, capture_output=True)


def run_odoo(environment, title, log_name, *arguments):
    """Run Odoo to its end, showing what it complains of; return the log, read."""
    log = OdooLog()
    port = f"--http-port={free_port()}"
    stats = "--log-handler=odoo.tests.stats:DEBUG"
    command = environment.odoo_command(*arguments, "--stop-after-init", port, stats)
    path = LOG / f"{log_name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with step(title), path.open("w", buffering=1) as file:
        code = _stream(command, environment.variables, file, log)
    if code and not log.failed():
        log.problems.append(f"Odoo ended with exit code {code} (log: {path})")
    return log


def _stream(command, variables, file, log):
    """Feed a program's output to ``log`` and ``file``, complaints to the terminal."""
    with subprocess.Popen(
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        timer = threading.Timer(TIMEOUT, process.kill)
        timer.start()
        try:
            for line in process.stdout:
                file.write(line)
                if log.feed(line):
                    print(line, end="", flush=True)
        finally:
            timer.cancel()
            process.terminate()
    return process.returncode


def odoo_runner(environment, name, addons, tags, results):
    """Install the addons with Odoo's runner on, on a database made from nothing."""
    title = f"installing {', '.join(addons)} and running their tests with Odoo"
    modules = [*addons, *OPTIONAL]
    install = ["-d", name, "-i", ",".join(modules), "--test-tags", ",".join(tags)]
    log = run_odoo(environment, title, "test-odoo", *install)
    for test, outcome in log.outcomes.items():
        results.add(ODOO_RUNNER, test, outcome, log.seconds.get(test, 0.0))
    verdict = FAILED if log.problems else PASSED
    results.add(ODOO_RUNNER, "no warning or error in the log", verdict)


def pytest_odoo(environment, name, targets, results):
    """The same tests by pytest, on the database that Odoo's runner has made."""
    for number, (path, keyword) in enumerate(targets):
        options = [f"--odoo-database={name}", "--odoo-http"]
        options += ["-k", keyword] if keyword else []
        title = f"running {path.relative_to(REPO)} with pytest-odoo"
        arguments = [*options, path]
        # Else the job queue starts a runner, which takes work away from the tests.
        variables = {**environment.variables, "ODOO_QUEUE_JOB_CHANNELS": "root:0"}
        _pytest(variables, title, PYTEST_ODOO, number, arguments, results)


def out_of_process(environment, paths, results):
    """The tests that start servers of their own, by ``setup/odoo``."""
    title = "running the out-of-process tests"
    arguments = ["-p", "no:odoo", *paths]
    _pytest(environment.variables, title, OUT_OF_PROCESS, 0, arguments, results)


def _pytest(variables, title, suite, number, arguments, results):
    report = LOG / f"{suite}-{number}.xml"
    report.unlink(missing_ok=True)
    quiet = ["-q", "--no-header", "--disable-warnings", "-p", "no:cacheprovider"]
    command = [PYTHON, "-m", "pytest", *quiet, f"--rootdir={REPO}"]
    command += [f"--junitxml={report}", *arguments]
    with step(title):
        code = _exit_code(command, variables)
    if code == PYTEST_NOTHING_COLLECTED:
        return
    before = len(results.failed())
    if report.exists():
        _read_report(report, suite, results)
    if code and len(results.failed()) == before:
        results.add(suite, f"{title}: exit code {code}", FAILED)


def _exit_code(command, variables):
    """Run a program in the repository, its output on the terminal."""
    try:
        return subprocess.run(
            [str(part) for part in command],
            env=variables,
            cwd=REPO,
            stdin=subprocess.DEVNULL,
            timeout=TIMEOUT,
        ).returncode
    except subprocess.TimeoutExpired:
        return f"none: stopped after {TIMEOUT} s"


def _read_report(report, suite, results):
    for case in ElementTree.parse(report).iter("testcase"):
        words = {child.tag for child in case}
        outcome = PASSED
        if words & {"failure", "error"}:
            outcome = FAILED
        elif "skipped" in words:
            outcome = SKIPPED
        test = _short(case.get("classname", ""), case.get("name", ""))
        results.add(suite, test, outcome, float(case.get("time", 0)))


def _short(classname, name):
    """``website_crm_score.tests.test_x.TestX``, ``test_y`` as Odoo's runner has it."""
    parts = classname.removeprefix("odoo.addons.").split(".")
    if "tests" in parts[1:]:
        return f"{parts[0]}:{parts[-1]}.{name}"
    return "/".join(parts) + f"::{name}"
