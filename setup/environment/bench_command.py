"""``setup/bench``: a benchmark, ours beside its peers in the same run.

A table with the bars beneath it, or with --json one object a line. The exit code is
1 if a participant fails or computes something wrong, whatever the figures say.
"""

import argparse
import json
import os
from pathlib import Path

from layout import HOME, LOG, PYTHON, REPO
from provision import provision
from python_env import provide_packages

BENCHMARKS = REPO / "tests" / "bench"


def main(arguments):
    """Become the program of the benchmarks, which needs the environment's Python."""
    options = _parse(arguments)
    environment = provision()
    LOG.mkdir(parents=True, exist_ok=True)
    task = {
        **vars(options),
        "packages": str(provide_packages(options.name, BENCHMARKS / options.name)),
        "odoo": environment.odoo_command(),
        "log": str(LOG / f"bench-{options.name}.log"),
        "filestores": str(HOME / "data" / "filestore"),
    }
    command = [str(PYTHON), str(BENCHMARKS), json.dumps(task)]
    os.execve(command[0], command, environment.variables)


def _parse(arguments):
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = sorted(path.parent.name for path in BENCHMARKS.glob("*/benchmark.py"))
    parser.add_argument("name", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument(
        "--leads",
        "--requests",
        "--minutes",
        "--events",
        type=positive_number,
        action="append",
        dest="sizes",
        metavar="N",
        help="run this size alone, in what the benchmark counts; given again, this one"
        " too",
    )
    parser.add_argument(
        "--runs",
        type=positive_number,
        default=3,
        metavar="N",
        help="of which each figure is the median (3)",
    )
    parser.add_argument(
        "--learn", metavar="FILE", type=existing_file, help="what suggest learns from"
    )
    parser.add_argument(
        "--judge", metavar="FILE", type=existing_file, help="what it is judged on"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line, and no table"
    )
    options = parser.parse_args(arguments)
    if bool(options.learn) != bool(options.judge):
        parser.error("--learn and --judge go together")
    return options


def positive_number(text):
    number = int(text.replace("_", ""))
    if number < 1:
        raise ValueError(text)
    return number


def existing_file(text):
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text}: there is no such file")
    return str(path)
