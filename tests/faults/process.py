"""Processes that run Odoo, seen from the tests that start them."""

import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from network import free_port

from .engine import BATCH_SIZE, HOURLY_JOB
from .waiting import TIMEOUT, wait_until

# What a process says: it stopped at a barrier, or how it ended what it was told to do.
STOPPED, DONE, FAILED = "stopped", "done", "failed"
# What one that stopped is told.
GO_ON, STEP = "go on", "step"
NURSERY = f"{__package__}.nursery"


def live(channel, database, name):
    """Be such a process. Odoo is imported there, and not where the tests run."""
    from . import worker

    worker.main(channel, database, name)


class Odoo:
    """A process of its own with Odoo in it, which waits for orders."""

    def __init__(self, database, name):
        self.name = name
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([NURSERY])
        self.channel, theirs = context.Pipe()
        arguments = (theirs, database.name, name)
        self.process = context.Process(target=live, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    # ORDERS

    def start(self, order, **arguments):
        """Have the process begin something."""
        self.channel.send((order, arguments))

    def finish(self):
        """Wait for the end of what was begun; fail if it failed."""
        outcome, result = self._receive("ends what it was told to do")
        assert outcome == DONE, f"{self.name} {outcome}: {result}"
        return result

    def do(self, order, **arguments):
        """Have the process do something, and wait for its end."""
        self.start(order, **arguments)
        return self.finish()

    def run_job(self, job=HOURLY_JOB):
        """Run a scheduled action to its end."""
        self.do("run_job", job=job)

    def has_finished(self):
        """Whether there is an answer to what was begun."""
        return self.channel.poll()

    # BARRIERS

    def wait_stopped(self):
        """Wait until the process stops at a barrier of its own."""
        outcome, result = self._receive("stops at a barrier")
        assert outcome == STOPPED, f"{self.name} did not stop: {result}"

    def go_on(self):
        """Let the process go on, without further stops."""
        self.channel.send(GO_ON)

    def stops(self):
        """Yield each time that a job stops, until it ends; fail if it fails."""
        while True:
            outcome, result = self._receive("stops or ends")
            if outcome == DONE:
                return
            assert outcome == STOPPED, f"{self.name} {outcome}: {result}"
            yield
            self.channel.send(STEP)

    def _receive(self, what):
        message = f"{self.name} {what}"
        assert self.channel.poll(TIMEOUT), f"waited {TIMEOUT} s in vain: {message}"
        try:
            return self.channel.recv()
        except EOFError:
            raise AssertionError(f"{self.name} died before it {what}") from None

    # END

    def kill(self):
        """End the process as ``kill -9`` does."""
        self.process.kill()
        self.process.join(TIMEOUT)

    def close(self):
        """End the process, gently if it listens."""
        self.channel.close()
        self.process.join(5)
        self.kill()


class Server:
    """A prefork server with one cron worker at a time."""

    program = [sys.executable, Path(__file__).with_name("server.py")]

    def __init__(self, database, log, *options, batch_size=BATCH_SIZE, seconds=10):
        """
        :param int seconds: how long a job runs before it makes room for others
        """
        self.log = log
        command = [batch_size, seconds, "--no-http", "--workers=1"]
        command += ["--max-cron-threads=1", *options]
        self._start(database, *command)

    def _start(self, database, *arguments):
        command = [*self.program, *arguments]
        command += [f"--logfile={self.log}", f"--database={database.name}"]
        # A session of its own, so that its workers can be ended with it.
        self.process = subprocess.Popen(map(str, command), start_new_session=True)

    def is_running(self):
        """Whether the server itself never ended."""
        return self.process.poll() is None

    def find_workers(self):
        """The process ids of all cron workers there were."""
        return set(re.findall(r"Worker WorkerCron \((\d+)\) alive", self.read_log()))

    def read_log(self):
        """All that the server said so far."""
        return self.log.read_text() if self.log.exists() else ""

    def close(self):
        """End the server and all its workers."""
        if self.is_running():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(TIMEOUT)


class Website(Server):
    """A prefork server that serves pages, and runs no jobs."""

    program = [Path(__file__).parents[2] / "setup" / "odoo"]

    def __init__(self, database, log, *options):
        self.log = log
        self.port = free_port()
        ports = [f"--http-port={self.port}", f"--gevent-port={free_port()}"]
        folder = f"--data-dir={os.environ['ODOO_DATA_DIR']}"
        self._start(database, "--max-cron-threads=0", folder, *ports, *options)

    def wait_up(self):
        """Wait until the server answers."""
        wait_until(self._is_up, "the server answers")

    def _is_up(self):
        assert self.is_running(), self.read_log()
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
        except OSError:
            return False
        return True


def wait_blocked_or_finished(database, odoo):
    """Wait until ``odoo`` waits for a lock that another process has, or is done."""
    wait_until(
        lambda: odoo.has_finished() or database.is_blocked(odoo.name),
        f"{odoo.name} meets the other process",
    )
