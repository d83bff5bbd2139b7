"""A PostgreSQL cluster of these tests' own, which they may restart as they please."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import postgres


class Cluster(postgres.Cluster):
    """Like the private cluster of the environment, in a temporary folder."""

    def __init__(self):
        # Not TMPDIR: short enough for a socket, and PostgreSQL's user gets there.
        self._place = Path(tempfile.mkdtemp(prefix="lead-scoring-faults-", dir="/tmp"))
        super().__init__()

    def _folder(self):
        return self._place

    def variables(self):
        """The variables that lead libpq and Odoo to this cluster."""
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": postgres.ROLE}

    def restart(self):
        """Restart the server as after a crash: at once, nothing written orderly."""
        self._pg_ctl("restart", "-w", "-m", "immediate", "-l", self.log)

    def copy(self, source, name):
        """Make a database of one that is on the environment's server.

        :return: whether it could be dumped: not if that server is newer than this one
        """
        file = self._place / "dump"
        dump = [self._program("pg_dump"), "-Fc", "--compress=0", "-f", file, source]
        if subprocess.run(dump).returncode:
            return False
        variables = {**os.environ, **self.variables()}
        for program, *arguments in (
            ["createdb", name],
            ["pg_restore", "-d", name, file],
        ):
            command = [self._program(program), *arguments]
            subprocess.run(command, env=variables, check=True)
        file.unlink()
        return True

    def remove(self):
        """Stop the server and leave nothing behind."""
        if self.is_up():
            self._pg_ctl("stop", "-w", "-m", "immediate")
        shutil.rmtree(self._place)


def is_possible():
    """Whether this system has the programs that make a cluster."""
    return bool(postgres._programs())
