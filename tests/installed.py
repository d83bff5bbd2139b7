"""A database with addons: a copy of the one that all tests share, or a new one."""

import os
import subprocess
from pathlib import Path

SETUP_ODOO = Path(__file__).resolve().parent.parent / "setup" / "odoo"
# It has all addons. Only ``setup/test`` names it, where it has installed them anyway.
SHARED = os.environ.get("LEAD_SCORING_SHARED")


def make_database(name, *addons):
    """Make a database that has the addons, and maybe others."""
    if SHARED:
        _run("createdb", "--template", SHARED, name)
    else:
        install = ["-d", name, "-i", ",".join(addons), "--stop-after-init"]
        _run(SETUP_ODOO, *install, "--no-http", "--log-level=warn")


def _run(*command):
    result = subprocess.run([*map(str, command)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr, result.stderr
