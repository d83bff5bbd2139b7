"""The figures of a benchmark, as a table or as lines of JSON."""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True)
class Measure:
    """What is measured beside the seconds: what of all runs is told, and how."""

    title: str
    summary: Callable
    places: int = 0  # in the table
    digits: int = 1  # in JSON


MEASURES = {
    "queries": Measure("queries", lambda counts: round(median(counts))),
    "megabytes": Measure("MB", max),
    "megabytes_total": Measure("MB at most", max),
    "megabytes_first": Measure("MB at first", max),
    "megabytes_last": Measure("MB at last", max),
    "processes": Measure("processes", max),
    "per_second": Measure("per second", median, 1),
    "p50": Measure("p50 ms", median, 1),
    "p95": Measure("p95 ms", median, 1),
    "p99": Measure("p99 ms", median, 1),
    "lost": Measure("lost", sum),
    "errors": Measure("errors", sum),
    "retries": Measure("retries", sum),
    "auc": Measure("AUC", median, 3, 4),
    "rules": Measure("rules", max),
    "candidates": Measure("candidates", max),
    "fifths": Measure("won, by fifths", lambda rates: rates[-1], 0, 4),
}
HEAD = ["case", "size", "who", "seconds", "from-to"]
HEAD += [*(measure.title for measure in MEASURES.values()), "growth"]


class WrongResult(Exception):
    """A participant computed something else than the others."""


@dataclass
class Figure:
    """One participant in one case at one size, over all its runs."""

    case: str
    size: int
    who: str
    runs: list = field(default_factory=list)
    exponent: float = None

    @property
    def seconds(self):
        """The median of the runs."""
        return median(run["seconds"] for run in self.runs)

    def measures(self):
        """What is known beside the seconds, by name, rounded."""
        return {
            name: _round(measure.summary([run[name] for run in self.runs]), measure)
            for name, measure in MEASURES.items()
            if all(name in run for run in self.runs)
        }

    def row(self, bench):
        """The figure as JSON has it."""
        result = {"bench": bench, "case": self.case, "size": self.size}
        result |= {"who": self.who, "seconds": round(self.seconds, 3)}
        result |= self.measures()
        if self.exponent is not None:
            result["exponent"] = round(self.exponent, 2)
        return result

    def cells(self):
        """The figure as the table has it, see HEAD."""
        measures = self.measures()
        seconds = [run["seconds"] for run in self.runs]
        return [
            self.case,
            f"{self.size:,}",
            self.who,
            f"{self.seconds:.2f}",
            f"{min(seconds):.2f}-{max(seconds):.2f}",
            *(
                _format(measures[name], measure) if name in measures else ""
                for name, measure in MEASURES.items()
            ),
            "" if self.exponent is None else f"{self.exponent:.2f}",
        ]


class Figures:
    """All figures of a run of a benchmark."""

    def __init__(self, bench, as_json):
        self._bench = bench
        self._as_json = as_json
        self._figures = {}

    def add(self, case, size, who, run):
        """Take what a worker measured in one run, see :class:`measure.Meter`."""
        figure = self._figures.setdefault((case, size, who), Figure(case, size, who))
        figure.runs.append(run)

    def get(self, case, size, who):
        """Return a figure, None if there is none."""
        return self._figures.get((case, size, who))

    def sizes(self):
        """Return the sizes that were run, in ascending order."""
        return sorted({figure.size for figure in self._figures.values()})

    def close(self, case, size):
        """Take note that all runs of a case are in: with JSON it is told at once."""
        for figure in list(self._figures.values()):
            if (figure.case, figure.size) == (case, size):
                figure.exponent = self._exponent(figure)
                if self._as_json:
                    print(json.dumps(figure.row(self._bench)), flush=True)

    def _exponent(self, figure):
        """The power of the size that the seconds grew with, since the size before."""
        smaller = [size for size in self.sizes() if size < figure.size]
        before = smaller and self.get(figure.case, smaller[-1], figure.who)
        if not before:
            return None
        growth = math.log(figure.seconds / before.seconds)
        return growth / math.log(figure.size / before.size)

    def show(self, bars):
        """Print the table and the bars; beside JSON, the bars go to stderr."""
        if self._as_json:
            print("\n".join(bars), file=sys.stderr)
            return
        rows = [figure.cells() for figure in self._figures.values()]
        # Without the columns of what this benchmark does not measure.
        columns = [
            (title, *cells)
            for title, *cells in zip(HEAD, *rows, strict=True)
            if any(cells)
        ]
        for row in zip(*map(align, columns), strict=True):
            print("  ".join(row).rstrip())
        print("", *bars, sep="\n")


def _round(value, measure):
    """A figure, or several, as JSON has them."""
    if isinstance(value, list):
        return [_round(one, measure) for one in value]
    return round(value, measure.digits)


def _format(value, measure):
    """A figure as the table has it; of several, rates, in percent."""
    if isinstance(value, list):
        return " ".join(f"{one:.0%}" for one in value)
    return f"{value:,.{measure.places}f}"


def align(column):
    """The cells of a column at its width: names to the left, numbers to the right."""
    width = max(map(len, column))
    if column[0] in ("case", "who"):
        return [cell.ljust(width) for cell in column]
    return [cell.rjust(width) for cell in column]


def bar(text, value, limit, unit=""):
    """A line that says whether ``value`` is at most ``limit``.

    :param str text: what is compared to what
    :param str unit: of both, such as ``" s"``
    """
    verdict = "holds " if value <= limit else "MISSED"
    return f"{verdict}  {text}: {value:.2f}{unit} (at most {limit:g}{unit})"
