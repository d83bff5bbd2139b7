"""Where everything lies. All that provisioning makes is under ``.odoo/``."""

import hashlib
from pathlib import Path

SETUP = Path(__file__).resolve().parent.parent
REPO = SETUP.parent
HOME = REPO / ".odoo"
LOG = HOME / "log"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = SETUP / "requirements.txt"

# Names this clone in places that all clones share (/tmp, /var/lib).
CLONE_KEY = hashlib.sha256(str(REPO).encode()).hexdigest()[:12]


# The two that the others add to; they are what most people install.
MAIN_ADDONS = ["website_crm_score", "crm_team_assign"]


def addons():
    """The names of the addons of this repository that are there."""
    return sorted(path.parent.name for path in REPO.glob("*/__manifest__.py"))
