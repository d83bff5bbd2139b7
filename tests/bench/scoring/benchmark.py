"""Scoring leads by ten rules: ours, core's predictive scoring, a loop, and the limit.

The cases: ``pageviews`` derives what leads saw from the visitors' tracks; ``cold``
scores all leads for the first time; ``unchanged`` evaluates all of them again;
``new1000`` is the hourly job when a thousand leads are new.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from figures import bar

from . import workload
from .participants import LOOP_FIELD

SIZES = (10_000, 100_000, 1_000_000)
NEW = 1000
LOOP_MAXIMUM = 100_000  # leads that the loop can be waited for
HAS_ALL_CHANGED = 0.9  # of the open leads

SCORES = """
SELECT score::float, count(*), sum(id::bigint)::bigint FROM (
    SELECT id, COALESCE({column}, 0) AS score FROM crm_lead
) lead GROUP BY 1 ORDER BY 1
"""
PAGES = """
SELECT url, count(*), sum(view_count), sum(lead_id::bigint), min(first_view_date),
       max(view_date)
  FROM website_crm_pageview view JOIN website_crm_url entry ON entry.id = view.url_id
 GROUP BY url ORDER BY url
"""
UNSEEN = """
SELECT count(*) FROM crm_lead
 WHERE active AND won_status = 'pending' AND score_date IS NULL
"""
# Before, all of them have the probability that the workload gave them.
PREDICTED = """
SELECT avg((automated_probability != 10)::int)::float FROM crm_lead
 WHERE active AND won_status = 'pending'
"""


def run(bench, size):
    """Measure all cases at one size."""
    Scoring(bench, size).run()


@dataclass(frozen=True)
class Participant:
    """Who takes part in a case.

    ``source`` names the database of which each run gets a copy; ``work`` takes the
    copy's name and returns the measures, ``check`` takes it too and returns what all
    have to agree on, None where there is nothing to compare.
    """

    who: str
    source: str
    work: Callable
    check: Callable

    @property
    def copy(self):
        """The name of the participant's database."""
        return self.who.replace("-", "_")


class Scoring:
    """All cases at one size: what one leaves is what the next begins with.

    The databases that copies are made of, by name: ``empty`` is plain Odoo, which all
    sizes begin with; ``plain`` has leads and visitors, ``addon`` has our addon, too,
    and ``ready`` its page views and the rules; ``loop_ready`` has the loop's field.
    ``scored``, ``limit_scored`` and ``loop_scored`` are what the first scoring left.
    """

    def __init__(self, bench, size):
        self.bench = bench
        self.databases = bench.databases
        self.size = size
        self.with_loop = size <= LOOP_MAXIMUM

    def run(self):
        """Go through the cases."""
        self.make()
        self.pageviews()
        self.cold()
        self.unchanged()
        self.new()

    # THE DATABASES

    def make(self):
        """Make plain Odoo with leads, then install our addon there."""
        databases = self.databases
        if "empty" not in databases:
            self.say("installing plain Odoo")
            self.bench.workers.install(databases.reserve("empty"), "website_crm")
        self.say("adding leads, visitors and tracks")
        databases.copy("empty", "plain")
        workload.add_leads(databases["plain"], 1, self.size)
        databases.settle("plain")
        databases.copy("plain", "addon")
        start = time.monotonic()
        self.bench.workers.install(databases["addon"], "website_crm_score")
        self.say(f"website_crm_score installed: {time.monotonic() - start:.1f} s")
        databases.settle("addon")
        if self.with_loop:
            databases.copy("plain", "loop_ready")
            self.odoo("loop_ready", "make_loop_field")
        self.limit("plain", "prepare")
        databases.settle("plain")

    def keep(self, **names):
        """Rename copies that are worked on further; what is not settled yet, is now."""
        for name, new in names.items():
            if name in self.databases:
                self.databases.rename(name, new)
                self.databases.settle(new)

    def drop(self, *names):
        """Drop databases that are no longer needed."""
        for name in names:
            if name in self.databases:
                self.databases.drop(name)

    # THE CASES

    def pageviews(self):
        """Derive what leads saw from the tracks: ours, and one INSERT for all."""
        self.compete(
            "pageviews",
            Participant("ours", "addon", self.odoo_work("derive_pages"), self.pages),
            Participant("limit", "addon", self.limit_work("derive_pages"), self.pages),
        )
        self.require(self.count_unseen("ours"), "page views alone have scored leads")
        self.odoo("ours", "make_rules", event_based=True)
        self.keep(ours="ready")
        self.drop("addon", "limit")

    def cold(self):
        """Score all leads for the first time, the page rules being event-based."""
        one_statement = self.limit_work("score_in_one_statement")
        chunks = self.limit_work("score_in_chunks")
        with_ledger = self.limit_work("score_in_chunks", ledger=True)
        self.compete(
            "cold",
            Participant("ours", "ready", self.odoo_work("score"), self.our_scores),
            Participant("limit", "plain", chunks, self.scores),
            Participant("core", "ready", self.odoo_work("predict"), self.prediction),
            Participant("limit-one-statement", "plain", one_statement, self.scores),
            Participant("limit-ledger", "plain", with_ledger, self.scores),
            *self.loop("loop_ready"),
        )
        self.keep(ours="scored", limit="limit_scored", loop="loop_scored")
        self.drop("core", "limit_one_statement", "limit_ledger")
        self.drop("ready", "plain", "loop_ready")

    def unchanged(self):
        """Evaluate all leads again by ten event-based rules: nothing changes."""
        self.databases.copy("scored", "again")
        self.odoo("again", "set_event_based", event_based=True)
        # What a first run under changed rules settles, and core's first one.
        self.odoo("again", "score")
        self.odoo("again", "predict")
        self.databases.settle("again")
        evaluate = self.limit_work("score_unchanged")
        self.compete(
            "unchanged",
            Participant("ours", "again", self.odoo_work("score"), self.our_scores),
            Participant("limit", "limit_scored", evaluate, self.scores),
            Participant("core", "again", self.odoo_work("predict"), self.prediction),
            *self.loop("loop_scored"),
        )
        self.drop("ours", "limit", "core", "loop", "again", "loop_scored")

    def new(self):
        """Score a thousand leads that are new, by ten ordinary rules."""
        self.odoo("scored", "set_event_based", event_based=False)
        for name in ("scored", "limit_scored"):
            first, last = self.size + 1, self.size + NEW
            workload.add_leads(self.databases[name], first, last)
        self.require(self.count_unseen("scored"), "no lead is new")
        new = self.limit_work("score_new", after=self.size)
        self.compete(
            "new1000",
            Participant("ours", "scored", self.odoo_work("score"), self.our_scores),
            Participant("limit", "limit_scored", new, self.scores),
            Participant("core", "scored", self.odoo_work("predict"), self.prediction),
        )
        self.drop("ours", "limit", "core", "scored", "limit_scored")

    def loop(self, source):
        """The loop as a participant, as long as it can be waited for."""
        if self.with_loop:
            yield Participant("loop", source, self.odoo_work("loop"), self.loop_scores)

    def compete(self, case, *participants):
        """Run all participants in turn, several times over, and compare the results.

        The copies of the last turn remain.
        """
        agreed = None
        for _turn in range(self.bench.runs):
            for participant in participants:
                who, copy = participant.who, participant.copy
                self.databases.copy(participant.source, copy)
                run = participant.work(copy)
                self.bench.figures.add(case, self.size, who, run)
                self.say(f"{case}: {who}: {run['seconds']:.2f} s")
                found = participant.check(copy)
                agreed = agreed or found
                same = found in (None, agreed)
                self.require(same, f"{case}: {who} has other results than ours")
        self.bench.figures.close(case, self.size)

    # THE PARTICIPANTS' WORK

    def odoo_work(self, function, **arguments):
        """Return the work of a participant in Odoo."""
        return partial(self.odoo, function=function, **arguments)

    def limit_work(self, function, **arguments):
        """Return the work of a function of the limit."""
        return partial(self.limit, function=function, **arguments)

    def odoo(self, name, function, **arguments):
        """Run a function in Odoo on the database ``name``."""
        function = f"scoring.participants:{function}"
        return self.bench.workers.odoo(self.databases[name], function, **arguments)

    def limit(self, name, function, **arguments):
        """Run a function of the limit on the database ``name``."""
        function = f"scoring.limit:{function}"
        arguments["database"] = self.databases[name]
        return self.bench.workers.plain(function, **arguments)

    # WHAT THEY HAVE TO AGREE ON

    def pages(self, name):
        """What was derived, by url."""
        return self.databases.execute(name, PAGES)

    def scores(self, name, column="score"):
        """How many leads have each score, and the sum of their ids."""
        return self.databases.execute(name, SCORES.format(column=column))

    def our_scores(self, name):
        """The same, all leads having been looked at."""
        left = self.count_unseen(name)
        self.require(not left, f"ours left {left} leads out")
        return self.scores(name)

    def loop_scores(self, name):
        """The same, where the loop writes."""
        return self.scores(name, LOOP_FIELD)

    def prediction(self, name):
        """Nothing to compare, but core has to have done its work."""
        [[changed]] = self.databases.execute(name, PREDICTED)
        self.require(changed >= HAS_ALL_CHANGED, f"core changed {changed:.0%} of all")

    def count_unseen(self, name):
        """How many open leads were never looked at."""
        [[count]] = self.databases.execute(name, UNSEEN)
        return count

    def require(self, condition, problem):
        """End the benchmark if the condition does not hold."""
        if not condition:
            self.bench.fail(f"{self.size:,} leads: {problem}")

    def say(self, text):
        """Tell progress."""
        self.bench.say(f"{self.size:,} leads: {text}")


def bars(figures):
    """The lines that tell which bars hold, at the largest size that was run."""
    size = figures.sizes()[-1]

    def seconds(case, who):
        return figures.get(case, size, who).seconds

    megabytes = max(
        figures.get(case, size, "ours").measures()["megabytes"]
        for case in ("pageviews", "cold", "unchanged", "new1000")
    )
    cold, unchanged = seconds("cold", "ours"), seconds("unchanged", "ours")
    return [
        f"Bars at {size:,} leads (they are set for 1,000,000):",
        bar("cold, ours / limit", cold / seconds("cold", "limit"), 1.5),
        bar("cold, ours / core", cold / seconds("cold", "core"), 1),
        bar("unchanged, ours / core", unchanged / seconds("unchanged", "core"), 0.25),
        bar("new1000, ours", seconds("new1000", "ours"), 2, " s"),
        bar("memory over idle, ours", megabytes, 300, " MB"),
    ]
