"""A database with addons: a copy of the one that all tests share, or a new one."""

import os
import subprocess
from pathlib import Path

from faults.waiting import wait_until

SETUP_ODOO = Path(__file__).resolve().parent.parent / "setup" / "odoo"
# It is going to have all addons. Only ``setup/test`` names it, which installs them
# meanwhile, and the file that then says how that ended.
SHARED = os.environ.get("LEAD_SCORING_SHARED")
STATE = Path(os.environ.get("LEAD_SCORING_SHARED_STATE", ""))
INSTALLED = "installed"
PATIENCE = 20 * 60


def make_database(name, *addons):
    """Make a database that has the addons, and maybe others."""
    if SHARED and _is_installed():
        _run("createdb", "--template", SHARED, name)
    else:
        install = ["-d", name, "-i", ",".join(addons), "--stop-after-init"]
        _run(SETUP_ODOO, *install, "--no-http", "--log-level=warn")


def _is_installed():
    wait_until(STATE.is_file, "the addons are installed", PATIENCE)
    return STATE.read_text() == INSTALLED


def _run(*command):
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
