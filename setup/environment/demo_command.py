"""``setup/demo``: the main job on real data, from an empty database to a table."""

import argparse
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from console import SetupError, run, step
from layout import LOG, MAIN_ADDONS, REPO
from network import require_port
from provision import provision
from visitors import Visitor

DATABASE = "lead_scoring_demo"
LEADS = REPO.parent / "shared" / "data" / "education_leads.csv"
SCRIPTS = Path(__file__).parent / "demo"
HOURS_AWAY = 3
LOGINS = [
    ("marketer", "ticks pages to track and writes the rules"),
    ("manager", "sets the teams' minimum scores, filters and capacities"),
    ("sam", "a salesperson: opens leads, sees scores, reasons and pages"),
]


def main(arguments):
    """Show the main job; then serve the result, unless told not to."""
    options = _parse(arguments)
    require_port(options.port, "--port")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    environment = provision()
    demo = Demo(environment, options.port)
    demo.install()
    demo.prepare()
    with demo.server():
        demo.browse()
    demo.report()
    demo.pass_weeks()
    if not options.once:
        demo.serve()
    return 0


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="setup/demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="stop after the table, serve nothing"
    )
    parser.add_argument(
        "--port", type=int, default=8069, help="of the web server (8069)"
    )
    return parser.parse_args(arguments)


class Demo:
    """The steps of the demo."""

    def __init__(self, environment, port, database=DATABASE):
        self.environment = environment
        self.port = port
        self.database = database
        self.address = f"http://127.0.0.1:{port}"

    def install(self):
        """Make the database from nothing."""
        command = self.environment.odoo_command("db", "drop", self.database)
        subprocess.run(command, env=self.environment.variables, capture_output=True)
        names = ",".join(MAIN_ADDONS)
        install = ["-d", self.database, "-i", names, "--stop-after-init"]
        if not LEADS.exists():
            install.append("--with-demo")
        with step(f"installing {' and '.join(MAIN_ADDONS)} in {self.database}"):
            command = self.environment.odoo_command(*install, "--no-http")
            problem = "cannot install the addons"
            variables = self.environment.variables
            run(command, LOG / "demo-install.log", problem, env=variables)

    def prepare(self):
        """Add pages, people, teams, rules and leads."""
        csv = {"LEAD_SCORING_CSV": str(LEADS)} if LEADS.exists() else {}
        with step("adding pages, teams, rules and leads"):
            self._shell("prepare", csv)

    def browse(self):
        """Three visitors see the site; two of them come back some hours later."""
        asha, bruno, chen = (
            Visitor(self.address, name, browser)
            for name, browser in (
                ("Asha Rao", "X11; Linux x86_64; rv:140.0"),
                ("Bruno Keller", "Macintosh; Intel Mac OS X 14_5"),
                ("Chen Wei", "Windows NT 10.0; Win64; x64"),
            )
        )
        with step("browsing the site as three visitors"):
            asha.visit("/", "/courses", "/our-story")
            asha.send_contact_form("MBA for my team", "Which courses do you offer?")
            bruno.visit("/", "/our-story")
            bruno.send_contact_form("Press enquiry", "Who runs the company?")
            chen.visit("/courses", "/pricing", "/pricing")
        with step(f"running the hourly job, {HOURS_AWAY} hours later"):
            self._jobs("hourly", hours=HOURS_AWAY)
        with step("browsing as the two who come back"):
            asha.visit("/pricing", "/courses")
            chen.visit("/courses")
            chen.send_contact_form("Prices for five people", "Is there a discount?")
        with step("running the hourly and the daily job"):
            self._jobs("hourly daily")

    def pass_weeks(self):
        """Some of the assigned leads come back, day by day."""
        with step("letting two weeks pass"):
            self._shell("weeks", {})

    def report(self):
        """Print the table."""
        print()
        self._shell("report", {})
        print(flush=True)

    def _jobs(self, names, hours=0):
        variables = {"LEAD_SCORING_JOB": names, "LEAD_SCORING_HOURS": str(hours)}
        self._shell("jobs", variables)

    def _shell(self, script, variables):
        """Run a script of the demo in Odoo's shell; what it prints is shown."""
        log = LOG / f"demo-{script}.log"
        options = ["-d", self.database, "--no-http"]
        command = self.environment.odoo_command("shell", *options)
        with (SCRIPTS / f"{script}.py").open() as source, log.open("w") as errors:
            result = subprocess.run(
                command,
                env={**self.environment.variables, **variables},
                stdin=source,
                stderr=errors,
            )
        if result.returncode:
            reason = log.read_text(errors="replace").strip().splitlines()[-1]
            raise SetupError(f"the demo's {script} step failed: {reason} (log: {log})")

    @contextmanager
    def server(self):
        """A web server without a scheduler: the demo runs the jobs itself."""
        options = ["-d", self.database, f"--http-port={self.port}"]
        log = LOG / "demo-server.log"
        with log.open("w") as output:
            server = subprocess.Popen(
                self.environment.odoo_command(*options, "--max-cron-threads=0"),
                env=self.environment.variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            self._wait(server, log)
            yield
        finally:
            server.terminate()
            server.wait()

    def _wait(self, server, log):
        """Wait until the server answers."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and server.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/web/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.2)
        raise SetupError(f"the web server does not answer (log: {log})")

    def serve(self):
        """Become the server, so that signals are its own."""
        print(f"Serving {self.address}; sign in (the password is the login) as")
        for login, role in LOGINS:
            print(f"  {login:<10} {role}")
        print("  admin      administrator; press Ctrl-C to stop", flush=True)
        options = ["-d", self.database, f"--http-port={self.port}", "--log-level=warn"]
        command = self.environment.odoo_command(*options)
        os.execve(command[0], command, self.environment.variables)
