"""The participants' processes: each run is a process of its own, started afresh.

The orchestrating side is :class:`Workers`; :func:`serve` is what it starts.
"""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import servers
from servers import WorkerError

HERE = Path(__file__).resolve().parent
IN_ODOO = "from workers import serve; serve(env)"
TASK = "BENCH_TASK"
# The line of a traceback that tells what happened: "module.Error: why".
ERROR = re.compile(r"[\w.]*[a-z]\w*: ")


class Workers:
    """Starts functions of the benchmarks in processes of their own."""

    def __init__(self, odoo, log):
        """
        :param list odoo: the command that starts Odoo's command line
        :param log: the file that gets what the processes say
        """
        self._odoo = odoo
        self._log = Path(log)
        self._log.write_text("")

    def odoo(self, database, function, **arguments):
        """Run ``function(env, **arguments)`` in Odoo, the registry loaded.

        :param database: its name on the server
        :param str function: ``module:function``, under this folder
        :return: what it returns, which must go into JSON
        """
        quiet = ["--no-http", "--log-level=warn"]
        command = [*self._odoo, "shell", "-d", database, *quiet]
        return self._run(command, IN_ODOO, function, arguments)

    def plain(self, function, **arguments):
        """Run ``function(None, **arguments)`` in Python alone; return its result."""
        command = [sys.executable, __file__]
        return self._run(command, "", function, arguments)

    def install(self, database, addon):
        """Install an addon in a database, which is made if it is missing."""
        options = ["-d", database, "-i", addon, "--stop-after-init", "--no-http"]
        options.append("--log-level=warn")
        self._call([*self._odoo, *options], "", {})

    def serve(self, database, who, *options):
        """Serve a database within a context, see :func:`servers.serve`.

        :param str who: names the server's log
        """
        log = self._log.with_name(f"{self._log.stem}-{who}.log")
        return servers.serve(self._odoo, database, log, *options)

    def _run(self, command, source, function, arguments):
        task = {"function": function, "arguments": arguments}
        path = os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])
        variables = {TASK: json.dumps(task), "PYTHONPATH": path}
        output = self._call(command, source, variables)
        return json.loads(output.splitlines()[-1])

    def _call(self, command, source, variables):
        """Run a program on ``source`` to its end; return what it printed."""
        with self._log.open("a") as log:
            start = log.tell()
            result = subprocess.run(
                command,
                env={**os.environ, **variables},
                input=source,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if result.returncode:
            said = self._log.read_bytes()[start:].decode(errors="replace")
            lines = [line for line in said.splitlines() if ERROR.match(line)]
            reason = lines[-1] if lines else f"exit code {result.returncode}"
            what = json.loads(variables[TASK])["function"] if variables else command[-1]
            raise WorkerError(f"{what}: {reason} (log: {self._log})")
        return result.stdout


def serve(env):
    """Do the task that the environment holds, and print its result as JSON.

    :param env: Odoo's environment, None outside of Odoo
    """
    task = json.loads(os.environ[TASK])
    module, function = task["function"].split(":")
    work = getattr(importlib.import_module(module), function)
    result = work(env, **task["arguments"])
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    serve(None)
