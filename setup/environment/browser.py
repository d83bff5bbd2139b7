"""A Chromium for the browser tours, as ``google-chrome`` in a folder for PATH.

Preferably the one of the npm package ``@sparticuz/chromium``: it is of the age that
Odoo 19's tours were written for, while the renderer of today's Debian Chromium traps
in several tours of the website editor. It is built for x86-64; elsewhere, the
system's Chromium is taken.
"""

import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

import npm
from console import SetupError, step
from layout import HOME
from stamps import digest, is_done, mark_done
from system import require_disk, require_packages

FOLDER = HOME / "chromium"
PACKAGE = "@sparticuz/chromium"
SYSTEM = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]
# The libraries and fonts that the package brings are for systems without any.
WRAPPER = """\
#!/bin/sh
here=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_PATH="$here/fonts"
exec "$here/chromium" "$@"
"""
# Each tour starts a browser with a profile of its own, which would get all files anew.
# A worker has one browser at a time.
KEEPING = """\
#!/bin/sh
exec '{program}' "--disk-cache-dir={folder}/${{PYTEST_XDIST_WORKER:-files}}" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{folder}/fonts/fonts</dir>
  <cachedir>{folder}/fonts/cache</cachedir>
</fontconfig>
"""


def provide():
    """The folder that holds ``google-chrome``, or None if the system has one."""
    if platform.machine() != "x86_64":
        _require_system_chromium()
        return None
    key = digest(repr(npm.PACKAGES[PACKAGE]), WRAPPER, FONTS)
    if not is_done("chromium", key):
        _fetch()
        mark_done("chromium", key)
    return FOLDER / "bin"


def _require_system_chromium():
    found = any(shutil.which(name) for name in SYSTEM)
    require_packages([] if found else ["chromium"], "Chromium")


def _fetch():
    require_disk(0.6, "Chromium")
    npm.require_npm()
    new = HOME / "chromium.new"
    shutil.rmtree(new, ignore_errors=True)
    with step("fetching Chromium from npm (68 MB)"):
        npm.unpack(PACKAGE, new)
    with step("unpacking Chromium"):
        packed = new / "package" / "bin"
        npm.unbrotli(packed / "chromium.br", new / "chromium")
        (new / "chromium").chmod(0o755)
        for name, folder in (("al2023", ""), ("swiftshader", ""), ("fonts", "fonts")):
            archive = packed / f"{name}.tar"
            npm.unbrotli(packed / f"{name}.tar.br", archive)
            with tarfile.open(archive) as tar:
                tar.extractall(new / folder)
        shutil.rmtree(new / "package")
        (new / "fonts" / "fonts.conf").write_text(FONTS.format(folder=FOLDER))
        _write_wrapper(new / "bin" / "google-chrome")
    shutil.rmtree(FOLDER, ignore_errors=True)
    new.rename(FOLDER)
    _check()


def _write_wrapper(path, text=WRAPPER):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@contextmanager
def keeping_files(variables):
    """The variables of tours whose browsers keep the files that they got, like those of
    users who come back."""
    path = variables["PATH"]
    found = [shutil.which(name, path=path) for name in SYSTEM]
    program = next(filter(None, found), None)
    if not program:
        yield variables
        return
    with tempfile.TemporaryDirectory(prefix="lead-scoring-browser-") as folder:
        keeping = KEEPING.format(program=program, folder=folder)
        _write_wrapper(Path(folder, SYSTEM[0]), keeping)
        yield {**variables, "PATH": os.pathsep.join([folder, path])}


def _check():
    """Start it once, so that a missing library shows here and not in a tour."""
    command = [FOLDER / "bin" / "google-chrome", "--version"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no output"])[-1]
        raise SetupError(f"Chromium does not start: {reason}")
