"""PostgreSQL: the server that PGHOST names, or a private cluster.

The private cluster listens on a Unix socket only, in a folder that none but its
owner can enter; that is why it can trust whoever comes. It holds databases that can
be made anew at any time, so it is set for speed, not for surviving a power cut.

PostgreSQL refuses to run as root. Called as root, the cluster belongs to the
system's user ``postgres``. Where that user cannot reach ``.odoo/`` (a clone in
root's home), the data lies in ``/var/lib/lead-scoring/<key of the clone's path>``;
where the socket's path would be too long, the socket lies in ``/tmp``.
"""

import glob
import os
import pwd
import re
import shutil
import socket
import stat
import subprocess
from pathlib import Path

from console import SetupError, run, say, step
from layout import CLONE_KEY, HOME, LOG, PYTHON
from system import require_disk, require_packages, user_exists

MINIMUM = 13
OWNER = "postgres"
ROLE = "odoo"
SOCKET_PATH_LIMIT = 107
SETTINGS = """
# Written by setup/. A throwaway cluster: durability is traded for speed.
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = '4GB'
checkpoint_timeout = '30min'
shared_buffers = '512MB'
max_connections = 200
log_min_messages = warning
"""


def provide():
    """A server that answers: the variables that lead libpq and Odoo to it."""
    if os.environ.get("PGHOST"):
        _check_named_server()
        return {}
    _require_server()
    cluster = Cluster()
    cluster.start()
    return {"PGHOST": str(cluster.socket), "PGPORT": "5432", "PGUSER": ROLE}


def stop():
    """Stop the private cluster, if it runs."""
    cluster = Cluster()
    if cluster.is_up():
        cluster.stop()
        say("setup: PostgreSQL stopped")
    else:
        say("setup: PostgreSQL was not running")


def _check_named_server():
    """Refuse a server that cannot be reached or is too old, in one line."""
    script = (
        "import psycopg2, sys\n"
        "try: print(psycopg2.connect('dbname=postgres').server_version)\n"
        "except psycopg2.Error as error: sys.exit(str(error).splitlines()[0])"
    )
    result = subprocess.run([PYTHON, "-c", script], capture_output=True, text=True)
    server = f"the PostgreSQL server that PGHOST={os.environ['PGHOST']} names"
    if result.returncode:
        raise SetupError(f"{server} does not answer: {result.stderr.strip()}")
    version = int(result.stdout) // 10000
    if version < MINIMUM:
        raise SetupError(f"{server} has version {version}; {MINIMUM} is the least")


class Cluster:
    """The private cluster of this clone."""

    def __init__(self):
        self.as_root = os.geteuid() == 0
        self.folder = self._folder()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.socket = self._socket_folder()

    def _folder(self):
        usual = HOME / "postgres"
        if not self.as_root or usual.exists() or self._owner_reaches(HOME):
            return usual
        return Path("/var/lib/lead-scoring") / CLONE_KEY

    def _socket_folder(self):
        inside = self.folder / "socket"
        if len(os.fsencode(inside / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT:
            return inside
        return Path("/tmp") / f"lead-scoring-{CLONE_KEY}"

    def _owner_reaches(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        test = [*self._as_owner(), "test", "-x", folder]
        return subprocess.run(test, cwd="/").returncode == 0

    def _as_owner(self):
        return ["runuser", "-u", OWNER, "--"] if self.as_root else []

    def is_up(self):
        """Whether the server accepts connections."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self.socket / ".s.PGSQL.5432"))
            except OSError:
                return False
        return True

    def start(self):
        """Start the server, made from nothing if need be."""
        if self.is_up():
            return
        self._check_access()
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._make_folder(self.socket)
        with step("starting PostgreSQL"):
            options = f"-k '{self.socket}'"
            self._pg_ctl("start", "-w", "-t", "120", "-l", self.log, "-o", options)

    def stop(self):
        """Stop the server, also when sessions are open."""
        self._pg_ctl("stop", "-w", "-m", "fast")

    def _pg_ctl(self, action, *arguments):
        command = [self._program("pg_ctl"), "-D", self.data, action, *arguments]
        log = LOG / f"pg_ctl-{action}.log"
        problem = f"cannot {action} PostgreSQL (its log: {self.log})"
        run([*self._as_owner(), *command], log, problem, cwd="/")

    def _create(self):
        require_disk(1.0, "PostgreSQL")
        with step("creating a private PostgreSQL cluster"):
            # Not self.folder itself: to the parent, its owner could not write.
            self._make_folder(self.folder)
            new = self.folder / "data.new"
            shutil.rmtree(new, ignore_errors=True)
            initdb = [self._program("initdb"), "-D", new, "-U", ROLE, "-A", "trust"]
            initdb += ["-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
            problem = "cannot create a PostgreSQL cluster"
            run([*self._as_owner(), *initdb], LOG / "initdb.log", problem, cwd="/")
            with (new / "postgresql.conf").open("a") as settings:
                settings.write(SETTINGS)
            new.rename(self.data)

    def _make_folder(self, folder):
        """A folder that none but the server's owner can enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # In /tmp, someone else may have made it, or a link, before us.
        found = folder.lstat()
        owners = {os.geteuid(), pwd.getpwnam(OWNER).pw_uid if self.as_root else -1}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise SetupError(f"{folder} belongs to another user: remove it")
        if self.as_root:
            shutil.chown(folder, OWNER, OWNER)
        folder.chmod(0o700)

    def _check_access(self):
        """A cluster made by root cannot be run by another user, nor the reverse."""
        if self.folder.exists() and not os.access(self.folder, os.W_OK | os.X_OK):
            raise SetupError(
                f"{self.folder} belongs to {self.folder.owner()}: run this as the user"
                " that made it, or remove it"
            )

    def _program(self, name):
        """The program of the cluster's own version, else of the newest there is."""
        programs = _programs()
        try:
            version = int((self.data / "PG_VERSION").read_text())
        except FileNotFoundError:
            version = max(programs)
        if version not in programs:
            raise SetupError(
                f"{self.data} was made by PostgreSQL {version}, which is gone:"
                f" apt-get install postgresql-{version}, or remove {self.folder}"
            )
        return programs[version] / name


def _programs():
    """The folders of the PostgreSQL servers that are installed, by version."""
    found = {}
    for pg_ctl in glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"):
        folder = Path(pg_ctl).parent
        if (folder / "initdb").exists():
            found[int(folder.parent.name)] = folder
    on_path = shutil.which("initdb")
    if not found and on_path and shutil.which("pg_ctl"):
        command = [on_path, "--version"]
        result = subprocess.run(command, capture_output=True, text=True)
        version = re.search(r"(\d+)", result.stdout)
        found[int(version[1])] = Path(on_path).resolve().parent
    return {version: path for version, path in found.items() if version >= MINIMUM}


def _require_server():
    ownerless = os.geteuid() == 0 and not user_exists(OWNER)
    missing = not _programs() or ownerless
    require_packages(["postgresql"] if missing else [], "PostgreSQL")
    if not _programs():
        raise SetupError(
            f"PostgreSQL {MINIMUM} or later is needed, and this system packages an"
            " older one; set PGHOST to a server that has it"
        )
