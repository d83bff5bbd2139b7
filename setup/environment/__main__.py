"""The commands of ``setup/``: what they share around the work of each."""

import sys

from console import SetupError, explain, say


def main(name, *arguments):
    """Run one command; its failures are one line each, and an exit code."""
    try:
        return _command(name)(arguments)
    except SetupError as error:
        say(f"setup: {error}")
    except OSError as error:
        say(f"setup: {explain(error)}")
    except KeyboardInterrupt:
        say("setup: interrupted; the next run goes on from here")
        return 130
    return 1


def _command(name):
    """The function of a command, imported only when it is wanted."""
    if name == "odoo":
        from odoo_command import main as command
    elif name == "test":
        from test_command import main as command
    elif name == "bench":
        from bench_command import main as command
    else:
        from demo_command import main as command
    return command


sys.exit(main(*sys.argv[1:]))
