"""``setup/odoo``: the Odoo command line of this environment."""

import argparse
import os

import postgres
from network import require_port
from provision import provision

DEFAULT_PORT = 8069


def main(arguments):
    """Become Odoo, so that signals and exit codes are its own."""
    if list(arguments) == ["--stop-db"]:
        return postgres.stop()
    port = _port(arguments)
    if port:
        require_port(port, "--http-port")
    environment = provision()
    command = environment.odoo_command(*arguments)
    os.execve(command[0], command, environment.variables)


def _port(arguments):
    """The port that these arguments make Odoo listen on, None if it will not."""
    is_server = not arguments or arguments[0] in {"server", "start"}
    if not is_server and not arguments[0].startswith("-"):
        return None
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    quiet = ["--no-http", "--stop-after-init", "-s", "--save", "-h", "--help"]
    parser.add_argument(*quiet, "--version", dest="quiet", action="store_true")
    default = os.environ.get("ODOO_HTTP_PORT", DEFAULT_PORT)
    parser.add_argument("-p", "--http-port", default=default)
    options, _others = parser.parse_known_args(arguments)
    port = str(options.http_port)
    return int(port) if port.isdigit() and not options.quiet else None
