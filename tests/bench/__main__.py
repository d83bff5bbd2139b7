"""The program of ``setup/bench``, which hands it its task as JSON.

A benchmark is a folder beside this file. Its module ``benchmark`` has ``SIZES``,
``run(bench, size)``, which measures one size by means of a :class:`Bench`, and
``bars(figures)``, the lines that say beneath the table which bars hold.
"""

import importlib
import json
import signal
import sys
from dataclasses import dataclass

import psycopg2
from databases import Databases
from figures import Figures, WrongResult
from workers import WorkerError, Workers


@dataclass
class Bench:
    """What a benchmark works with."""

    name: str
    runs: int
    databases: Databases
    workers: Workers
    figures: Figures
    options: dict  # all that setup/bench was given

    def say(self, text):
        """Tell progress."""
        say(text)

    def fail(self, text):
        """End the benchmark, which would else tell figures of something wrong."""
        raise WrongResult(text)


def say(text):
    """Progress goes to stderr: stdout is for the figures."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def main(task):
    """Run the benchmark that ``task`` names; return the exit code."""
    # End as on Ctrl-C, so that databases are dropped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    figures = Figures(task["name"], task["json"])
    workers = Workers(task["odoo"], task["log"])
    try:
        with Databases(task["filestores"]) as databases:
            bench = Bench(task["name"], task["runs"], databases, workers, figures, task)
            run(bench, task["sizes"])
    except WrongResult as error:
        say(f"wrong result: {error}")
    except (WorkerError, psycopg2.Error) as error:
        say(f"failed: {str(error).strip()}")
    except KeyboardInterrupt:
        say("interrupted; its databases are dropped; what was measured so far:")
        figures.show([])
        return 130
    else:
        return 0
    return 1


def run(bench, sizes):
    """Run all sizes, or those that are asked for, and tell the figures."""
    module = importlib.import_module(f"{bench.name}.benchmark")
    for size in sorted(sizes or module.SIZES):
        module.run(bench, size)
    bench.figures.show(module.bars(bench.figures))


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
