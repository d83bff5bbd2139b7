"""A database with addons: a copy of one that is shared, or a new one."""

import os
import subprocess
from pathlib import Path

from faults.waiting import wait_until
from suites import BASE

SETUP_ODOO = Path(__file__).resolve().parent.parent / "setup" / "odoo"
# Two that are going to have the first addons, and all of them. Only ``setup/test``
# names them, which installs them meanwhile, and the file that says which are ready.
SHARED = os.environ.get("LEAD_SCORING_SHARED", "").split()
STATE = Path(os.environ.get("LEAD_SCORING_SHARED_STATE", ""))
FAILED = "failed"
PATIENCE = 20 * 60


def make_database(name, *addons):
    """Make a database that has the addons, and maybe others."""
    shared = find_shared(*addons)
    if shared:
        _run("createdb", "--template", shared, name)
    else:
        install = ["-d", name, "-i", ",".join(addons), "--stop-after-init"]
        _run(SETUP_ODOO, *install, "--no-http", "--log-level=warn")


def find_shared(*addons):
    """Wait for the database that has the addons, and maybe others; return its name,
    or None if there is none."""
    if not SHARED:
        return None
    base, all_addons = SHARED
    name = base if set(addons) <= set(BASE) else all_addons
    wait_until(lambda: {name, FAILED} & _read_state(), f"{name} is ready", PATIENCE)
    return name if name in _read_state() else None


def _read_state():
    return set(STATE.read_text().splitlines()) if STATE.is_file() else set()


def _run(*command):
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
