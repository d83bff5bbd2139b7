"""A database with addons: a copy of one that is shared, or a new one."""

import fcntl
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from faults.waiting import wait_until
from layout import MAIN_ADDONS
from out_of_process import FAILED

SETUP_ODOO = Path(__file__).resolve().parent.parent / "setup" / "odoo"
# Two that are going to have the main addons, and all of them. Only ``setup/test``
# names them, which installs them meanwhile, and the file that says which are ready.
SHARED = os.environ.get("LEAD_SCORING_SHARED", "").split()
STATE = Path(os.environ.get("LEAD_SCORING_SHARED_STATE", ""))
PATIENCE = 20 * 60


def make_database(name, *addons):
    """Make a database that has the addons, and maybe others."""
    with shared_database(*addons) as shared:
        if shared:
            _run("createdb", "--template", shared, name)
            return
    install = ["-d", name, "-i", ",".join(addons), "--stop-after-init"]
    _run(SETUP_ODOO, *install, "--no-http", "--log-level=warn")


@contextmanager
def shared_database(*addons):
    """The name of the shared database that has the addons, and maybe others, once it is
    ready; None if there is none. One at a time copies: nobody else may be connected."""
    if not SHARED:
        yield None
        return
    base, all_addons = SHARED
    name = base if set(addons) <= set(MAIN_ADDONS) else all_addons
    wait_until(lambda: {name, FAILED} & _read_state(), f"{name} is ready", PATIENCE)
    with STATE.open() as state:
        fcntl.flock(state, fcntl.LOCK_EX)
        yield name if name in _read_state() else None


def _read_state():
    return set(STATE.read_text().splitlines()) if STATE.is_file() else set()


def _run(*command):
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
