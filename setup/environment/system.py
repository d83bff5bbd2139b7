"""The operating system: its packages, its users, its disk."""

import os
import pwd
import shutil
import subprocess
import sys
import threading

from console import SetupError, run, step
from layout import HOME, LOG

GIGABYTE = 10**9
# Steps that run beside each other install one after the other.
_apt_lock = threading.Lock()


def require_packages(missing, why):
    """Install Debian packages, or say which command does.

    :param missing: names of packages found missing; nothing is done when empty
    :param why: what needs them, for the message
    """
    if missing:
        with _apt_lock:
            _install_packages(missing, why)


def _install_packages(missing, why):
    names = " ".join(missing)
    prefix = _as_root()
    if prefix is None or not shutil.which("apt-get"):
        raise SetupError(f"{why} is missing; as root: apt-get install {names}")
    with step(f"installing {names} ({why})"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        problem = f"{why} cannot be installed (apt-get install {names})"
        apt = [*prefix, "apt-get", "-q", "-o", "Acquire::Retries=3"]
        # Lists that are old or absent make the install fail; errors show below.
        subprocess.run(
            [*apt, "update"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        install = [*apt, "install", "-y", "--no-install-recommends", *missing]
        run(install, LOG / "apt-install.log", problem, env=environment)


def _as_root():
    """The command prefix that makes one root, or None if there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    asks = sys.stdin.isatty()
    probe = ["sudo", "-v"] if asks else ["sudo", "-n", "true"]
    allowed = subprocess.run(probe, stderr=None if asks else subprocess.DEVNULL)
    if allowed.returncode:
        return None
    return ["sudo", "--preserve-env=DEBIAN_FRONTEND"]


def require_disk(gigabytes, what):
    """Refuse to begin what would fill the disk."""
    HOME.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(HOME).free / GIGABYTE
    if free < gigabytes:
        raise SetupError(
            f"{what} needs {gigabytes:.1f} GB under {HOME}, but the disk is full:"
            f" {free:.1f} GB free; free some, then run it again"
        )


def user_exists(name):
    """Whether the system has this user."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
