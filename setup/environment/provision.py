"""The one provisioning step that all commands share: idempotent, and resumable."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import browser
import odoo_source
import postgres
import python_env
from console import say, write_atomically
from layout import HOME, PYTHON, REPO, VENV, addons


@dataclass
class Environment:
    """All that is needed to run Odoo, and programs beside it."""

    odoo: odoo_source.Odoo
    variables: dict = field(default_factory=dict)

    def odoo_command(self, *arguments):
        """The command that runs Odoo's command line with ``arguments``."""
        return [str(PYTHON), str(self.odoo.script), *map(str, arguments)]


def provision(with_browser=False):
    """Make what is missing, start the database server, and tell where all is."""
    with _lock(), ThreadPoolExecutor() as threads:
        # The one fetches while the other unpacks.
        programs = threads.submit(_provide_programs, with_browser)
        python_env.provide()
        database = postgres.provide()
        odoo, chromium = programs.result()
    return Environment(odoo, _variables(odoo, database, chromium))


def _provide_programs(with_browser):
    """Odoo, and the browser if it is wanted."""
    odoo = odoo_source.provide()
    return odoo, browser.provide() if with_browser else None


@contextmanager
def _lock():
    """Only one command at a time provisions; it is freed even by a killed one."""
    HOME.mkdir(exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("setup: waiting for another command that is setting up ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _variables(odoo, database, chromium):
    """The process environment. Odoo reads its options from it, like libpq."""
    config = HOME / "odoo.conf"
    if not config.exists():
        # In place of ~/.odoorc, which would make one machine unlike another.
        write_atomically(config, "[options]\n")
    folders = [chromium, VENV / "bin"]
    path = [str(folder) for folder in folders if folder]
    repository = [REPO] if addons() else []
    variables = {
        **os.environ,
        **database,
        "ODOO_RC": str(config),
        "ODOO_ADDONS_PATH": ",".join(map(str, [*odoo.addons, *repository])),
        "ODOO_DATA_DIR": str(HOME / "data"),
        "ODOO_HTTP_INTERFACE": os.environ.get("ODOO_HTTP_INTERFACE", "127.0.0.1"),
        "PATH": os.pathsep.join([*path, os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": str(odoo.python_path),
        "VIRTUAL_ENV": str(VENV),
    }
    variables.pop("PYTHONHOME", None)
    return variables
