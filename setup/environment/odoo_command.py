"""``setup/odoo``: the Odoo command line of this environment."""

import os

import postgres
from provision import provision


def main(arguments):
    """Become Odoo, so that signals and exit codes are its own."""
    if list(arguments) == ["--stop-db"]:
        return postgres.stop()
    environment = provision()
    command = environment.odoo_command(*arguments)
    os.execve(command[0], command, environment.variables)
