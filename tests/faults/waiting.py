"""Waiting for what another process does, never for longer than a limit."""

import time

TIMEOUT = 60  # seconds: far more than anything takes, so that a busy machine passes
INTERVAL = 0.05


def wait_until(condition, what, timeout=TIMEOUT):
    """Return what ``condition()`` returns as soon as it is true.

    :param str what: what is waited for, for the message if it does not come
    """
    end = time.monotonic() + timeout
    while not (result := condition()):
        assert time.monotonic() < end, f"waited {timeout} s in vain: {what}"
        time.sleep(INTERVAL)
    return result
