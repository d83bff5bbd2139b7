"""What the commands say, and how they run other programs."""

import errno
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

DISK_FULL = "No space left on device"
NEARLY_FULL = 20_000_000  # a program that met the full disk may have left this much


class SetupError(Exception):
    """Why a command cannot go on: one line that also says what mends it."""


def say(text):
    """Progress goes to stderr, so that ``setup/odoo``'s own output stays clean."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title):
    """Announce a slow step, and say how long it took when it ends."""
    say(f"setup: {title} ...")
    start = time.monotonic()
    yield
    say(f"setup: {title}: {time.monotonic() - start:.1f} s")


def run(command, log, problem, **options):
    """Run ``command`` with its output in the file ``log``.

    :raises SetupError: ``problem`` and the line of the output that tells why
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        try:
            result = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **options,
            )
        except FileNotFoundError as error:
            raise SetupError(f"{problem}: {error.filename} not found") from error
    if result.returncode:
        raise SetupError(f"{problem}: {_reason(log)} (log: {log})")


def _reason(log):
    """The line of a program's output that most likely says why it failed."""
    if shutil.disk_usage(log.parent).free < NEARLY_FULL:
        return f"{DISK_FULL}; free some, then run it again"
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line]
    for marker in (DISK_FULL, "Temporary failure resolving", "E:", "ERROR", "error"):
        for line in lines:
            if marker in line:
                return line[:300]
    return lines[-1][:300] if lines else "no output"


def explain(error):
    """One line for an ``OSError`` that no step foresaw."""
    if error.errno == errno.ENOSPC:
        return f"{DISK_FULL} ({error.filename or 'disk'}): free some, then run it again"
    return f"{error.strerror}: {error.filename}" if error.filename else str(error)


def write_atomically(path, text):
    """Write ``path`` whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(path)
