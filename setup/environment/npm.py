"""Files that come from npm packages; nothing is installed and no script is run."""

import base64
import hashlib
import shutil
import tarfile

from console import SetupError, run
from layout import HOME, LOG
from system import require_packages

# name: (version, integrity as in npm's lock files)
PACKAGES = {
    "@mediapipe/selfie_segmentation": (
        "0.1.1675465747",
        "sha512-IxYxNhwE5VwOm52L1yoFWYLP7q9Pd+NJjzOC5tlepfvEGaY3o9hslhUrx9BgseqdfZ"
        "tKSDtd/4NfCSMjNzQalA==",
    ),
    "@sparticuz/chromium": (
        "138.0.2",
        "sha512-vs5qUiK6kFCzLCxZ2buWONcB6jdF3VWdYp6kH1tt56tZ78p51dMAxfWsfk9P62z/jA"
        "eqbVg4V6Rb3Ic4aAeOKQ==",
    ),
    "font-awesome": (
        "4.7.0",
        "sha512-U6kGnykA/6bFmg1M/oT9EkFeIYv7JlX3bozwQJWiiLz6L0w3F5vBVPxHlwyX/vtNq1"
        "ckcpRKOB9f2Qal/VtFpg==",
    ),
}


def require_npm():
    """npm, which brings Node.js with it."""
    missing = [] if shutil.which("npm") and shutil.which("node") else ["npm"]
    require_packages(missing, "npm")


def unpack(name, target):
    """Fetch the pinned version of ``name``, check it, and unpack it to ``target``."""
    version, integrity = PACKAGES[name]
    folder = HOME / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    if not (archive.exists() and _integrity(archive) == integrity):
        problem = f"cannot fetch {name} {version} with npm"
        command = ["npm", "pack", "--silent", f"{name}@{version}"]
        run(command, LOG / "npm.log", problem, cwd=folder)
        if _integrity(archive) != integrity:
            archive.unlink()
            raise SetupError(f"{name} {version} is not the file that was pinned")
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            member.mode |= 0o644
            tar.extract(member, target, **_extraction_filter())
    archive.unlink()


def _extraction_filter():
    """Python's safe extraction, where this Python has it."""
    return {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def _integrity(archive):
    sha = hashlib.sha512(archive.read_bytes()).digest()
    return "sha512-" + base64.b64encode(sha).decode()


def unbrotli(source, target):
    """Decompress with Node.js, which unlike Python knows brotli."""
    script = (
        "const fs = require('fs'), zlib = require('zlib');"
        "require('stream').pipeline(fs.createReadStream(process.argv[1]),"
        "zlib.createBrotliDecompress(), fs.createWriteStream(process.argv[2]),"
        "error => { if (error) { console.error(error.message); process.exit(1); } })"
    )
    command = ["node", "-e", script, source, target]
    run(command, LOG / "brotli.log", f"cannot unpack {source.name}")
