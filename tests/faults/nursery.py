"""What the processes of the tests are born with, so that they start at once.

Imported by the server of ``multiprocessing`` that they are forked from: Odoo's code and
the registry of the template are loaded there, once, as in a prefork server. It keeps no
connection that they would share.
"""

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

from .install import TEMPLATE


def load():
    """Load the registry of the template."""
    config.parse_config([f"--database={TEMPLATE}", "--no-http"], setup_logging=True)
    Registry(TEMPLATE)
    sql_db.close_all()


def adopt(database):
    """Return the registry of ``database``: that of the template it is a copy of."""
    registry = Registry(TEMPLATE)
    registry.db_name = database
    registry._db = sql_db.db_connect(database)
    Registry.registries[database] = registry
    return registry


load()
