"""The suites of the addons' tests: by pytest-odoo, and by Odoo's own runner."""

import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import browser
from console import say, step
from layout import LOG, MAIN_ADDONS, REPO, SETUP
from network import free_port
from odoo_log import OdooLog
from pytest_run import MOST_WORKERS, TIMEOUT, PytestRun, get_workers
from results import FAILED, PASSED

INSTALL = "install"
ODOO_RUNNER = "odoo"
# What the addons work with but do not need: tested together.
OPTIONAL = ["base_automation", "payment_demo"]
PYTEST_ODOO = "pytest-odoo"
# Of pytest: plugins of ours, and no rewriting of ``assert``, which is not used.
OPTIONS = ["--odoo-http", "--odoo-log-level=warn", "--assert=plain"]
OPTIONS += ["-p", "log_watch", "-p", "kept_caches", "-p", "own_clock"]
# A worker that tidies up the files of its copy would remove those of the others.
KEEP_FILES_IN_DATABASE = """
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
"""
# Each tour would compile them anew, in a transaction that is undone. Odoo's own runner
# does so, too, for more bundles than are needed here.
COMPILE_BUNDLES = """
BACKEND = ["web.assets_web", "web.assets_backend_lazy", "web.assets_web_print",
           "web.chartjs_lib", "web.assets_emoji", "web.assets_tests",
           "website.website_builder_assets", "website.assets_inside_builder_iframe",
           "bus.websocket_worker_assets"]
FRONTEND = ["web.assets_frontend", "web.assets_frontend_lazy",
            "web.assets_frontend_minimal", "web.assets_tests",
            "web.__assets_tests_call__"]
websites = env["website"].search([]).ids
for website_id, names in [(False, BACKEND), *((id_, FRONTEND) for id_ in websites)]:
    pages = env["ir.qweb"].with_context(website_id=website_id)
    for name in names:
        bundle = pages._get_asset_bundle(name)
        bundle.js()
        bundle.css()
env.cr.commit()
"""


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
        _drop_copies(environment, name)


def _drop(environment, name):
    """Drop a database and its filestore, if it is there."""
    command = environment.odoo_command("db", "drop", name)
    subprocess.run(command, env=environment.variables, capture_output=True)


def _drop_copies(environment, name):
    """Drop what workers that were killed have left of their copies of a database."""
    for number in range(MOST_WORKERS):
        command = ["dropdb", "--if-exists", "--force", f"{name}-gw{number}"]
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


def run_shell(environment, name, script):
    """Run a script in Odoo's shell; it has to commit."""
    subprocess.run(
        environment.odoo_command("shell", "-d", name, "--no-http"),
        env=environment.variables,
        input=script,
        text=True,
        capture_output=True,
        check=True,
    )


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


def install_base(environment, name, results):
    """Install the main addons first: tests that need no more can then begin."""
    _install(environment, name, MAIN_ADDONS, "test-base", results)


def install(environment, name, addons, results):
    """Install the addons, on a database made from nothing if there is none."""
    _install(environment, name, [*addons, *OPTIONAL], "test-install", results)


def _install(environment, name, modules, log_name, results):
    """Install modules; no warning may be logged."""
    names = ", ".join(module for module in modules if module not in OPTIONAL)
    install = ["-d", name, "-i", ",".join(modules)]
    log = run_odoo(environment, f"installing {names}", log_name, *install)
    _judge_log(INSTALL, log.problems, results)


def copy(environment, source, name):
    """Make a database of another one, and of its files."""
    command = ["createdb", "--template", source, name]
    subprocess.run(command, env=environment.variables, check=True)
    files = Path(environment.variables["ODOO_DATA_DIR"], "filestore")
    shutil.copytree(files / source, files / name)


def prepare(environment, name):
    """Make a database that has the addons ready for copies to be taken of it."""
    run_shell(environment, name, KEEP_FILES_IN_DATABASE + COMPILE_BUNDLES)


def odoo_runner(environment, name, tags, results):
    """The addons' tests by Odoo's own runner, on a database that has them."""
    title = "running the addons' tests with Odoo's own runner"
    test = ["-d", name, "--test-tags", ",".join(tags)]
    log = run_odoo(environment, title, "test-odoo", *test)
    for test, outcome in log.outcomes.items():
        results.add(ODOO_RUNNER, test, outcome, log.seconds.get(test, 0.0))
    _judge_log(ODOO_RUNNER, log.problems, results)


def pytest_odoo(environment, name, targets, results):
    """The addons' tests by pytest, on a database that has them.

    Those that are not narrowed by a keyword run together, on as many workers as there
    are processors: each works on a copy of the database.
    """
    complaints = LOG / "test-complaints.log"
    complaints.unlink(missing_ok=True)
    with browser.keeping_files(environment.variables) as variables:
        _run_pytest_odoo(_watch(variables, complaints), name, targets, results)
    problems = complaints.read_text().splitlines() if complaints.exists() else []
    for problem in problems:
        print(problem)
    _judge_log(PYTEST_ODOO, problems, results)


def _run_pytest_odoo(variables, name, targets, results):
    whole = [path for path, keyword in targets if not keyword]
    # The tests of a class share what it sets up. A single worker has a copy, too.
    workers = get_workers("loadscope") or ["-n", 1]
    runs = [([*workers, *whole], whole)] if whole else []
    runs += [(["-k", keyword, path], [path]) for path, keyword in targets if keyword]
    for number, (arguments, paths) in enumerate(runs):
        options = [f"--odoo-database={name}", *OPTIONS, *arguments]
        names = ", ".join(str(path.relative_to(REPO)) for path in paths)
        title = f"running {names} with pytest-odoo"
        PytestRun(title, PYTEST_ODOO, number, options).run(variables, results)


def core_by_pytest(environment, name, paths, results):
    """Tests of core by pytest, on a database with addons of ours, all loaded."""
    title = "running core's tests of assignment with pytest-odoo"
    options = [f"--odoo-database={name}", "--odoo-http", "--odoo-log-level=error"]
    run = PytestRun(title, "core", 0, [*options, *paths])
    run.run(environment.variables, results)


def _watch(variables, complaints):
    """The variables of tests that write to a file what is logged as a warning."""
    path = os.pathsep.join([variables["PYTHONPATH"], str(SETUP / "environment")])
    return {
        **variables,
        "PYTHONPATH": path,
        "TEST_COMPLAINTS": str(complaints),
        # Else the job queue starts a runner, which takes work away from the tests.
        "ODOO_QUEUE_JOB_CHANNELS": "root:0",
    }


def _judge_log(suite, problems, results):
    verdict = FAILED if problems else PASSED
    results.add(suite, "no warning or error in the log", verdict)
