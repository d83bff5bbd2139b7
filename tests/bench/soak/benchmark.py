"""Visitors who stay: fifty, each with a lead, who look at a tracked page for minutes.

Meanwhile leads are scored all the time, and workers are replaced after a few hundred
requests. No page may fail, no hit get lost, and memory has to stay as it is. The size
is the number of minutes.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from statistics import mean

import psutil
from browsers import Answers, Browser
from figures import bar
from tracking.website import TRACKED

SIZES = (5,)
CASE, WHO = "visitors", "ours"
VISITORS = 50
PAUSE = 1.0  # seconds at most between an answer and what a visitor asks for next
SAMPLE = 2  # seconds between two looks at the memory
SCORE = 10  # seconds between two calls of the scoring job
OPTIONS = ["--workers=4", "--max-cron-threads=1", "--limit-request=300"]
PATHS = [TRACKED, f"{TRACKED}?rendered=1"]

COUNT_TRACKS = "SELECT count(*) FROM website_track"
# Each visitor becomes a lead.
ADD_LEADS = """
WITH lead AS (
    INSERT INTO crm_lead (id, name, type, active, won_status)
    SELECT nextval('crm_lead_id_seq'), 'Visitor ' || id, 'lead', TRUE, 'pending'
      FROM website_visitor
    RETURNING id, name
)
INSERT INTO crm_lead_website_visitor_rel (crm_lead_id, website_visitor_id)
SELECT lead.id, visitor.id
  FROM lead JOIN website_visitor visitor ON lead.name = 'Visitor ' || visitor.id
"""
CALL_JOB = """
INSERT INTO ir_cron_trigger (cron_id, call_at)
SELECT res_id, now() AT TIME ZONE 'UTC' FROM ir_model_data
 WHERE module = 'website_crm_score' AND name = 'ir_cron_assign_scores'
"""
COUNT_SCORED = "SELECT count(*) FROM crm_lead WHERE score = 1"
COUNT_VIEWS = "SELECT sum(view_count)::integer FROM website_crm_pageview"


def run(bench, size):
    """Let visitors in for so many minutes."""
    make(bench)
    for _run in range(bench.runs):
        bench.databases.copy("template", "soak")
        with bench.workers.serve(bench.databases["soak"], WHO, *OPTIONS) as server:
            measures = Soak(bench, server, size * 60).run()
        check_views(bench)
        bench.figures.add(CASE, size, WHO, measures)
    bench.figures.close(CASE, size)


def make(bench):
    """Make a database with the addon, if it is not there yet."""
    if "template" not in bench.databases:
        bench.say("installing website_crm_score")
        name = bench.databases.reserve("template")
        bench.workers.install(name, "website_crm_score")
        bench.workers.odoo(name, "soak.site:prepare")


def check_views(bench):
    """Have the job do what is left; then the leads saw what the visitors did."""
    bench.workers.odoo(bench.databases["soak"], "scoring.participants:score")
    [[views]] = bench.databases.execute("soak", COUNT_VIEWS)
    [[tracks]] = bench.databases.execute("soak", COUNT_TRACKS)
    if views != tracks:
        bench.fail(f"the leads' page views tell of {views} of {tracks} hits")


@dataclass
class Memory:
    """The resident memory of all processes of a server, over time."""

    process: psutil.Process
    samples: list = field(default_factory=list)
    pids: set = field(default_factory=set)

    def look(self):
        """Add up the processes that are there now."""
        total = 0
        for process in [self.process, *self.process.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue  # a worker that was replaced meanwhile
            self.pids.add(process.pid)
        self.samples.append((time.monotonic(), total / 1e6))

    def measures(self):
        """What the first and the last minute had, or half of the time if it is less."""
        start, end = self.samples[0][0], self.samples[-1][0]
        span = min(60, (end - start) / 2)
        first = mean(total for moment, total in self.samples if moment <= start + span)
        last = mean(total for moment, total in self.samples if moment >= end - span)
        return {
            "megabytes_first": first,
            "megabytes_last": last,
            "processes": len(self.pids),
        }


class Soak:
    """One run."""

    def __init__(self, bench, server, seconds):
        self.bench = bench
        self.server = server
        self.seconds = seconds
        self.answers = Answers()
        self.memory = Memory(psutil.Process(server.pid))
        self.visitors = [Browser(server.port) for _visitor in range(VISITORS)]

    def run(self):
        """Let the visitors in; return the measures."""
        asyncio.run(self._run())
        self._check_scored()
        [[tracks]] = self.bench.databases.execute("soak", COUNT_TRACKS)
        return {
            **self.answers.measures(),
            **self.memory.measures(),
            "lost": self.answers.pages - tracks,
            "retries": self.server.count_retries(),
        }

    async def _run(self):
        for visitor in self.visitors:
            for path in PATHS:
                await self.answers.ask(visitor, path)
        self.answers.times.clear()  # of workers that were loading what they need
        self.bench.databases.execute("soak", ADD_LEADS)
        start = time.monotonic()
        self.end = start + self.seconds
        await asyncio.gather(
            self._repeat(SAMPLE, self.memory.look),
            self._repeat(SCORE, self._call_job),
            self._repeat(30, self._tell),
            *map(self._visit, self.visitors),
        )
        self.answers.seconds = time.monotonic() - start

    async def _visit(self, visitor):
        """Have a visitor look at pages until time is up."""
        while time.monotonic() < self.end:
            await asyncio.sleep(random.uniform(0, PAUSE))
            await self.answers.ask(visitor, random.choice(PATHS))

    async def _repeat(self, interval, function):
        """Call a function again and again until time is up."""
        while time.monotonic() < self.end:
            await asyncio.to_thread(function)
            await asyncio.sleep(interval)

    def _call_job(self):
        self.bench.databases.execute("soak", CALL_JOB)
        self.bench.databases.call_jobs("soak")

    def _tell(self):
        self.bench.say(f"{len(self.answers.statuses)} requests so far")

    def _check_scored(self):
        """The job has been at work, or else nothing was in the way of the visitors."""
        [[count]] = self.bench.databases.execute("soak", COUNT_SCORED)
        if count != VISITORS:
            self.bench.fail(f"{count} of {VISITORS} leads were scored meanwhile")


def bars(figures):
    """The lines that tell which bars hold, at the longest time that was run."""
    size = figures.sizes()[-1]
    found = figures.get(CASE, size, WHO).measures()
    growth = found["megabytes_last"] / found["megabytes_first"]
    names = ("errors", "lost", "retries")
    return [
        f"Bars at {size} minutes (they are set for 5):",
        bar("memory, last minute / first", growth, 1.1),
        *(bar(name, abs(found[name]), 0) for name in names),
    ]
