"""Suggested rules: how they rank leads that nothing was learnt from, and how long it
takes to learn.

The case ``auc`` learns on the older leads of a file and judges on the newer ones, or on
one file and another one. Its size is the number of leads that are judged. Beside
``ours``, whole points of few rules: ``logistic``, scikit-learn's regression on all
candidates that ours chose from; ``core``, Odoo's predictive scoring, on all fields
that it can look at; ``present``, the rules of the demo. The case ``many`` learns from
as many leads as its size says, which are drawn.
"""

import ast
import json
import tempfile
from pathlib import Path

from figures import bar
from scoring import workload as drawn

from . import workload

SIZES = (100_000,)
REPO = Path(__file__).resolve().parents[3]
LEADS = REPO.parent / "shared" / "data" / "education_leads.csv"
DEMO = REPO / "setup" / "environment" / "demo" / "prepare.py"
ADDON = "website_crm_score"
OLDER_SHARE = 0.7
LIMITS = {"seconds": 60, "megabytes": 300}


def run(bench, size):
    """Judge what was learnt, once; then learn from many leads."""
    install(bench)
    learn, judge = bench.options.get("learn"), bench.options.get("judge")
    if not bench.figures.sizes():  # before the first size
        run_auc(bench, learn, judge)
    if not learn:
        run_many(bench, size)


def install(bench):
    if "empty" not in bench.databases:
        bench.say(f"installing {ADDON}")
        bench.workers.install(bench.databases.reserve("empty"), ADDON)


def run_auc(bench, learn, judge):
    """Judge on the newer leads of a file, or on another file."""
    files = [learn, judge] if learn else [str(LEADS)]
    for path in files:
        if not path or not Path(path).exists():
            bench.fail(f"{path}: there is no such file; give --learn and --judge")
    counts = [len(workload.read(path)) for path in files]
    # A little more than all of the first: it is a share of whole leads.
    share = (counts[0] + 0.5) / sum(counts) if learn else OLDER_SHARE
    bench.say(f"{sum(counts):,} leads: adding, scoring and closing them")
    bench.databases.copy("empty", "leads")
    odoo = bench.workers.odoo
    database = bench.databases["leads"]
    odoo(database, "suggest.workload:add_leads", paths=files, rules=find_demo_rules())
    bench.databases.settle("leads")
    with tempfile.TemporaryDirectory() as folder:
        patterns = str(Path(folder) / "patterns.json")
        bench.say("learning")
        measures = odoo(
            database, "suggest.participants:learn", share=share, patterns=patterns
        )
        _count, (_older, newer) = json.loads(Path(patterns).read_text())
        size = sum(won + lost for _bits, won, lost in newer)
        measures["logistic"] = bench.workers.plain(
            "suggest.participants:regress",
            patterns=patterns,
            packages=bench.options["packages"],
            addon=str(REPO / ADDON),
        )
    for who in ("ours", "logistic", "core", "present"):
        bench.figures.add("auc", size, who, measures[who])
    bench.figures.close("auc", size)


def find_demo_rules():
    """Return the rules of the demo, which is a script for Odoo's shell."""
    for statement in ast.parse(DEMO.read_text()).body:
        if isinstance(statement, ast.Assign) and statement.targets[0].id == "RULES":
            return ast.literal_eval(statement.value)
    raise LookupError("RULES")


def run_many(bench, size):
    """Learn from many leads."""
    bench.say(f"{size:,} leads: adding them")
    bench.databases.copy("empty", "many")
    drawn.add_leads(bench.databases["many"], 1, size)
    bench.workers.odoo(bench.databases["many"], "suggest.workload:derive_pages")
    workload.close_drawn(bench.databases["many"])
    bench.databases.settle("many")
    for _turn in range(bench.runs):
        measures = bench.workers.odoo(
            bench.databases["many"], "suggest.participants:learn_many"
        )
        bench.say(f"{size:,} leads: {measures['seconds']:.1f} s")
        bench.figures.add("many", size, "ours", measures)
    bench.figures.close("many", size)


def bars(figures):
    """The lines that tell which bars hold."""
    lines = ["Bars:"]
    for size in figures.sizes():
        if ours := figures.get("auc", size, "ours"):
            lines += compare(figures, size, ours)
        if many := figures.get("many", size, "ours"):
            megabytes = many.measures()["megabytes"]
            lines += [
                bar(f"learning from {size:,}", many.seconds, LIMITS["seconds"], " s"),
                bar("memory over idle", megabytes, LIMITS["megabytes"], " MB"),
            ]
    return lines


def compare(figures, size, ours):
    ours = ours.measures()
    logistic, core = (
        figures.get("auc", size, who).measures()["auc"] for who in ("logistic", "core")
    )
    falls = sum(
        later <= before
        for before, later in zip(ours["fifths"], ours["fifths"][1:], strict=False)
    )
    return [
        bar("AUC below the regression", logistic - ours["auc"], 0.01),
        bar("AUC above core's, missing to 0.1", core + 0.1 - ours["auc"], 0),
        bar("rules", ours["rules"], 20),
        bar("fifths that are not won more often than the one below", falls, 0),
    ]
