"""Odoo's prefork server, as long as a benchmark needs it."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import closing, contextmanager

PATIENCE = 120  # seconds for a server to start or to stop
# What is told of a request that is started again, and of one that is given up.
RETRY = re.compile(r"tries left, try again|maximum number of tries reached")
QUIET = ["--log-level=warn", "--log-handler=odoo.service.model:INFO"]


class WorkerError(Exception):
    """A participant that failed: the last thing that it said."""


class Server:
    """A server of one database, with a log of its own."""

    def __init__(self, process, port, log):
        self.process = process
        self.port = port
        self._log = log

    @property
    def pid(self):
        """The process that the workers are children of."""
        return self.process.pid

    def count_retries(self):
        """How many requests were started again so far, as others were in the way."""
        return len(RETRY.findall(self._log.read_text(errors="replace")))

    def wait_up(self):
        """Wait until the server answers."""
        end = time.monotonic() + PATIENCE
        while not self._is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                raise WorkerError(f"the server did not start (log: {self._log})")
            time.sleep(0.2)

    def _is_up(self):
        url = f"http://127.0.0.1:{self.port}/web/health"
        try:
            urllib.request.urlopen(url, timeout=PATIENCE).close()
        except OSError:
            return False
        return True

    def stop(self):
        """End the server and its workers, gently if they listen."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def serve(odoo, database, log, *options):
    """Serve a database within the context.

    :param list odoo: the command that starts Odoo's command line
    :param database: its name on the server
    :param log: the file that gets what the server says
    :param options: of Odoo's command line, such as ``--workers=4``
    """
    port = free_port()
    ports = [f"--http-port={port}", f"--gevent-port={free_port()}"]
    command = [*odoo, "-d", database, *ports, *QUIET, *options]
    with log.open("w") as output:
        # A session of its own, so that its workers can be ended with it, and that
        # Ctrl-C reaches the benchmark alone.
        process = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True
        )
    server = Server(process, port, log)
    try:
        server.wait_up()
        yield server
    finally:
        server.stop()


def free_port():
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
