"""Python's side: a virtual environment with the pinned requirements."""

import importlib.util
import shutil
import subprocess
import sys

from console import run, step
from layout import HOME, LOG, PYTHON, REQUIREMENTS, VENV
from stamps import digest, is_done, mark_done
from system import require_disk, require_packages


def provide():
    """The virtual environment, built if it is missing, broken or out of date."""
    version = sys.version.split()[0]
    key = digest(version, REQUIREMENTS)
    if is_done("python", key) and PYTHON.exists():
        return
    _require_venv()
    require_disk(0.6, "the Python environment")
    if not _is_usable(version):
        with step(f"building an environment of Python {version}"):
            shutil.rmtree(VENV, ignore_errors=True)
            venv = [sys.executable, "-m", "venv", VENV]
            run(venv, LOG / "venv.log", "cannot build a virtual environment")
    with step("installing the Python requirements"):
        pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
        # All of it is pinned, so there is nothing to resolve; and compiling what
        # is never imported takes longer than fetching it.
        install = [*pip, "--no-deps", "--no-compile", "-r", REQUIREMENTS]
        run(install, LOG / "pip.log", "pip cannot install the requirements")
    mark_done("python", key)


def provide_packages(name, folder):
    """Packages that ``folder`` alone needs, beside the environment of all others.

    :return: where they are, to be put into ``sys.path``; None if it needs none
    """
    requirements = folder / "requirements.txt"
    if not requirements.exists():
        return None
    target = HOME / "packages" / name
    key = digest(sys.version.split()[0], requirements)
    if not is_done(f"packages-{name}", key):
        with step(f"installing what {name} needs"):
            shutil.rmtree(target, ignore_errors=True)
            pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
            install = [*pip, "--no-deps", "--target", target, "-r", requirements]
            run(install, LOG / f"pip-{name}.log", "pip cannot install the requirements")
        mark_done(f"packages-{name}", key)
    return target


def _require_venv():
    """Debian and Ubuntu ship Python without the means to make environments."""
    modules = ("venv", "ensurepip")
    if all(importlib.util.find_spec(module) for module in modules):
        return
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    require_packages([name], "Python's venv")


def _is_usable(version):
    """Whether there is an environment of this very Python, so that pip can go on."""
    if not PYTHON.exists():
        return False
    show = "import sys, pip; print(sys.version.split()[0])"
    result = subprocess.run([PYTHON, "-c", show], capture_output=True, text=True)
    return result.returncode == 0 and result.stdout.strip() == version
