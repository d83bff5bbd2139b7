"""What a tracked page costs: with the addon, and on plain core.

The cases: ``untracked`` is a page that is not tracked; ``same-visitor`` a tracked one
that eight connections of one visitor ask for, as tabs and reloads do;
``distinct-visitors`` the same page, and eight visitors. They come from core's cache of
pages; with ``-rendered`` the url has a parameter and the page is rendered each time.
With ``-1`` there is but one connection. The size is the number of requests.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

from browsers import Browser, drive
from figures import bar

from .website import TRACKED, UNTRACKED

SIZES = (1000,)
CONNECTIONS = 8
VISITORS = 8
WORKERS = 4
WARM_UP = 100  # requests of each page, so that each worker has it in its cache
PARTICIPANTS = {"core": "website_crm", "ours": "website_crm_score"}
# No job runs meanwhile.
OPTIONS = [f"--workers={WORKERS}", "--max-cron-threads=0"]
TRACKS = "SELECT count(*) FROM website_track"


@dataclass(frozen=True)
class Case:
    """Who asks for which page."""

    kind: str
    rendered: bool
    connections: int

    @property
    def name(self):
        """As figures have it."""
        connections = "" if self.connections == CONNECTIONS else f"-{self.connections}"
        return self.kind + ("-rendered" if self.rendered else "") + connections

    @property
    def is_tracked(self):
        """Whether each hit is to be recorded."""
        return self.kind != "untracked"

    @property
    def path(self):
        """What is asked for. Core's cache takes no page with a parameter."""
        path = TRACKED if self.is_tracked else UNTRACKED
        return path + ("?rendered=1" if self.rendered else "")


CASES = [
    Case(kind, rendered, connections)
    for kind in ("untracked", "same-visitor", "distinct-visitors")
    for rendered in (False, True)
    for connections in (CONNECTIONS, 1)
]


def run(bench, size):
    """Measure all cases with so many requests."""
    make(bench)
    with ExitStack() as stack:
        servers = {
            who: stack.enter_context(
                bench.workers.serve(bench.databases[who], who, *OPTIONS)
            )
            for who in PARTICIPANTS
        }
        for server in servers.values():
            warm_up(server)
        for turn in range(bench.runs):
            for case in CASES:
                # Who comes first changes, as the machine may, too.
                for who in list(servers)[:: -1 if turn % 2 else 1]:
                    measure(bench, size, case, who, servers[who])
    for case in CASES:
        bench.figures.close(case.name, size)


def make(bench):
    """Make plain Odoo with two pages, and the same with the addon."""
    databases = bench.databases
    for who, addon in PARTICIPANTS.items():
        if who in databases:
            continue  # of another size
        bench.say(f"installing {addon}")
        if who == "core":
            bench.workers.install(databases.reserve(who), addon)
            bench.workers.odoo(databases[who], "tracking.website:make_pages")
        else:
            databases.copy("core", who)
            bench.workers.install(databases[who], addon)
        databases.settle(who)


def warm_up(server):
    """Have all workers load what they need."""
    for case in CASES:
        if case.connections == CONNECTIONS:
            lanes = [[Browser(server.port)] for _lane in range(CONNECTIONS)]
            asyncio.run(drive(lanes, case.path, WARM_UP))


def measure(bench, size, case, who, server):
    """Measure one participant in one case, once."""
    tracks, retries = count_tracks(bench, who), server.count_retries()
    visitors = [Browser(server.port) for _visitor in range(VISITORS)]
    # The first hit makes the visitor; it is not measured.
    met = asyncio.run(drive([visitors], case.path, VISITORS))
    answers = asyncio.run(drive(make_lanes(case, visitors, server), case.path, size))
    recorded = count_tracks(bench, who) - tracks
    expected = met.pages + answers.pages if case.is_tracked else 0
    run = answers.measures() | {
        "lost": expected - recorded,
        "retries": server.count_retries() - retries,
    }
    bench.figures.add(case.name, size, who, run)
    bench.say(f"{case.name}: {who}: {run['per_second']:.0f}/s, p99 {run['p99']:.0f} ms")


def make_lanes(case, visitors, server):
    """Who asks at the same time, see :func:`browsers.drive`."""
    if case.kind != "distinct-visitors":
        cookies = visitors[0].cookies
        visitors = [
            Browser(server.port, cookies) for _connection in range(case.connections)
        ]
    return [visitors[lane :: case.connections] for lane in range(case.connections)]


def count_tracks(bench, who):
    """How many hits a participant has recorded."""
    [[count]] = bench.databases.execute(who, TRACKS)
    return count


def bars(figures):
    """The lines that tell which bars hold, at the largest size that was run."""
    size = figures.sizes()[-1]

    def get(case, who="ours"):
        return figures.get(case, size, who).measures()

    lines = [f"Bars at {size:,} requests a run:"]
    for case in (case.name for case in CASES):
        ratio = get(case, "core")["per_second"] / get(case)["per_second"]
        lines.append(bar(f"{case}, requests per second, core / ours", ratio, 1))
    for suffix in ("", "-rendered"):
        same, distinct = get(f"same-visitor{suffix}"), get(f"distinct-visitors{suffix}")
        ratio = distinct["per_second"] / same["per_second"]
        text = f"requests per second{suffix}, eight visitors / one"
        lines.append(bar(text, ratio, 1.1))
        ratio = same["p99"] / get(f"same-visitor{suffix}", "core")["p99"]
        lines.append(bar(f"same-visitor{suffix}, p99, ours / core", ratio, 0.1))
    return lines + [count_bar(name, get) for name in ("retries", "lost", "errors")]


def count_bar(name, get):
    """The line about something that must not happen in any case."""
    return bar(f"{name}, ours", sum(abs(get(case.name)[name]) for case in CASES), 0)
