"""Odoo 19: the checkout that ODOO_PATH names, or Debian's package unpacked.

Debian's package is fetched by apt with a configuration of its own (sources, lists,
cache, state: all under ``.odoo/apt``), so that apt verifies it against Debian's
archive keyring without the system's packages being touched; it is unpacked, not
installed.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import npm
from console import SetupError, run, step, write_atomically
from layout import HOME, LOG
from stamps import digest, is_done, mark_done
from system import require_disk, require_packages

ROOT = HOME / "debian"
APT = HOME / "apt"
DISTRIBUTION = Path("usr/lib/python3/dist-packages")
RELEASE = re.compile(r"^version_info\s*=\s*\(\s*['\"]?([^,'\"]+)['\"]?,\s*(\d+)", re.M)
KEYRINGS = [
    Path("/usr/share/keyrings") / f"debian-archive-keyring.{suffix}"
    for suffix in ("gpg", "pgp")
]
# Odoo, and what its package links to instead of holding it.
PACKAGES = [
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
]
GIGABYTES = 2.5


@dataclass
class Odoo:
    """Where Odoo's code is."""

    python_path: Path
    script: Path
    addons: list


def provide():
    """Odoo's code, fetched if need be."""
    path = os.environ.get("ODOO_PATH")
    if path:
        return _checkout(Path(path).expanduser().resolve())
    key = digest(" ".join(PACKAGES), repr(npm.PACKAGES))
    if not (is_done("odoo", key) and (ROOT / DISTRIBUTION / "odoo").is_dir()):
        _fetch()
        mark_done("odoo", key)
    return Odoo(ROOT / DISTRIBUTION, ROOT / "usr/bin/odoo", [])


def _checkout(path):
    """The checkout that ODOO_PATH names, if it is one of Odoo 19.0."""
    release = path / "odoo" / "release.py"
    if not release.is_file():
        raise SetupError(f"ODOO_PATH={path} is no Odoo checkout (no odoo/release.py)")
    found = RELEASE.search(release.read_text())
    version = ".".join(found.groups()) if found else "unknown"
    if version != "19.0":
        raise SetupError(f"ODOO_PATH={path} is Odoo {version}, but 19.0 is needed")
    return Odoo(path, path / "odoo-bin", [path / "addons"])


def _fetch():
    new = HOME / "debian.new"
    shutil.rmtree(new, ignore_errors=True)
    require_disk(GIGABYTES, "Odoo 19")
    npm.require_npm()
    debs = HOME / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    config = _apt_configuration()
    with step("fetching Odoo 19 and its fonts from Debian (about 130 MB)"):
        _apt(config, "update", "-o", "APT::Update::Error-Mode=any")
        # A file cut short by an interruption is resumed, a whole one is kept.
        _apt(config, "download", *PACKAGES, cwd=debs)
    with step("unpacking Odoo 19"):
        for deb in sorted(debs.glob("*.deb")):
            unpack = ["dpkg", "-x", deb, new]
            run(unpack, LOG / "dpkg.log", f"cannot unpack {deb.name}")
    with step("adding the files that Debian leaves out"):
        _add_left_out(new)
    shutil.rmtree(ROOT, ignore_errors=True)
    new.rename(ROOT)
    shutil.rmtree(debs)


def _apt(config, *arguments, **options):
    log = LOG / f"apt-{arguments[0]}.log"
    command = ["apt-get", "-q", "-c", config, *arguments]
    run(command, log, "cannot fetch Odoo 19 from Debian", **options)


def _apt_configuration():
    """A configuration of apt that knows Debian sid, and nothing of this system."""
    for folder in ("lists/partial", "cache/archives/partial", "state"):
        (APT / folder).mkdir(parents=True, exist_ok=True)
    write_atomically(APT / "status", "")
    source = f"deb [signed-by={_keyring()}] {_mirror()} sid main\n"
    write_atomically(APT / "sources.list", source)
    # Apt's sandbox user could not write to these folders: stay who we are.
    settings = f"""\
Dir::Etc::sourcelist "{APT}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{APT}/state";
Dir::State::lists "{APT}/lists";
Dir::State::status "{APT}/status";
Dir::Cache "{APT}/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Default-Release "";
APT::Sandbox::User "";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
    write_atomically(APT / "apt.conf", settings)
    return APT / "apt.conf"


def _keyring():
    """Debian's archive keys, which Ubuntu has as a package."""
    if not any(path.exists() for path in KEYRINGS):
        require_packages(["debian-archive-keyring"], "Debian's archive keyring")
    return next(path for path in KEYRINGS if path.exists())


def _mirror():
    """The mirror of Debian's archive that this system uses itself."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    if not shutil.which("apt-get"):
        raise SetupError(
            "Odoo 19 comes from Debian's archive, and apt-get is not there;"
            " set ODOO_PATH to a checkout of Odoo 19.0"
        )
    mirror = _configured_mirror()
    if not mirror and os.geteuid() == 0:
        run(["apt-get", "-q", "update"], LOG / "apt-lists.log", "apt-get update failed")
        mirror = _configured_mirror()
    if not mirror:
        raise SetupError(
            "apt knows no mirror of Debian's archive: run apt-get update as root,"
            " or set DEBIAN_MIRROR to the address of one"
        )
    return mirror


def _configured_mirror():
    fields = "$(ORIGIN)|$(LABEL)|$(REPO_URI)"
    command = ["apt-get", "indextargets", "--format", fields]
    result = subprocess.run(command, capture_output=True, text=True)
    for line in result.stdout.splitlines():
        origin, label, address = line.split("|", 2)
        if origin == label == "Debian" and address.startswith("http"):
            return address
    return None


def _add_left_out(root):
    """Put back the files without which browsers complain, and tours fail."""
    packages = HOME / "npm" / "unpacked"
    shutil.rmtree(packages, ignore_errors=True)
    npm.unpack("@mediapipe/selfie_segmentation", packages / "selfie")
    library = root / DISTRIBUTION / "odoo/addons/mail/static/lib/selfie_segmentation"
    library.mkdir(parents=True, exist_ok=True)
    script = "selfie_segmentation.js"
    shutil.copy(packages / "selfie" / "package" / script, library / script)
    # Odoo draws its icons with version 4.7; Debian has gone on to another.
    npm.unpack("font-awesome", packages / "font-awesome")
    fonts = root / "usr/share/fonts-font-awesome/fonts"
    shutil.copytree(packages / "font-awesome/package/fonts", fonts)
    shutil.rmtree(packages)
