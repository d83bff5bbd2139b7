"""The figures of a benchmark, as a table or as lines of JSON."""

import json
import math
import sys
from dataclasses import dataclass, field
from statistics import median

# What a worker measures beside the seconds, and what of its runs is told.
MEASURES = {"queries": median, "megabytes": max, "megabytes_total": max}
HEAD = ["case", "leads", "who", "seconds", "from-to"]
HEAD += ["queries", "MB", "MB at most", "growth"]


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
        found = {
            name: round(summary(run[name] for run in self.runs), 1)
            for name, summary in MEASURES.items()
            if all(name in run for run in self.runs)
        }
        if "queries" in found:
            found["queries"] = round(found["queries"])
        return found

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
                f"{measures[name]:,.0f}" if name in measures else ""
                for name in MEASURES
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
        rows = [HEAD, *(figure.cells() for figure in self._figures.values())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            print("  ".join(align(row, widths)).rstrip())
        print("", *bars, sep="\n")


def align(row, widths):
    """The cells of a row at their widths: names to the left, numbers to the right."""
    names = {HEAD.index(name) for name in ("case", "who")}
    return [
        cell.ljust(width) if column in names else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def bar(text, value, limit, unit=""):
    """A line that says whether ``value`` is at most ``limit``.

    :param str text: what is compared to what
    :param str unit: of both, such as ``" s"``
    """
    verdict = "holds " if value <= limit else "MISSED"
    return f"{verdict}  {text}: {value:.2f}{unit} (at most {limit:g}{unit})"
