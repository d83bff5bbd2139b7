"""Ports of this machine."""

import socket

from console import SetupError


def free_port():
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def require_port(port, option):
    """Refuse a port that another program listens on, before any slow work.

    :param option: what chooses another port, for the message
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            hint = f"stop what uses it, or choose another with {option}"
            raise SetupError(f"port {port}: {reason}; {hint}") from error
