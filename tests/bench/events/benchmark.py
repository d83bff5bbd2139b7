"""The hourly job when a thousand events are new, of a source that has many.

A case is a source: ``orders`` are the lines of orders in the shop, ``mails`` the traces
of newsletters. The size is the number of its rows. Plain Odoo counts nothing of the
kind, so that there is no peer but the bar; the scores are compared with a recount by
SQL.
"""

from figures import bar

from . import mails, orders

SIZES = (100_000, 1_000_000)
NEW = 1000
WHO = "ours"
LIMIT = 3  # seconds

# By case, which is the name of the module, too. Each has ADDON, which is installed;
# ``prepare(env)``, a worker's, makes rules; ``add_owners(database, size)`` makes leads,
# ``add_events(database, first, last, days)`` the events of so numbered rows of the last
# days; WRONG asks how many leads have another score than they should have.
SOURCES = {"orders": orders, "mails": mails}
# Rules that were written just before a run are counted anew by the next one, and what
# they then do is told from news.
AGE_RULES = """
UPDATE website_crm_score SET write_date = write_date - interval '1 hour',
       changed_date = changed_date - interval '1 hour'
"""


def run(bench, size):
    """Measure the job with each source at one size."""
    for case, source in SOURCES.items():
        make(bench, case, source, size)
        for _turn in range(bench.runs):
            bench.databases.copy("ready", WHO)
            add_new(bench, source, size)
            measures = bench.workers.odoo(
                bench.databases[WHO], "scoring.participants:score"
            )
            bench.figures.add(case, size, WHO, measures)
            bench.say(f"{size:,} rows: {case}: {measures['seconds']:.2f} s")
            check(bench, case, source, WHO)
        bench.figures.close(case, size)


def make(bench, case, source, size):
    """Make a database where leads were scored by many events."""
    databases, odoo = bench.databases, bench.workers.odoo
    empty = f"{case}_empty"
    if empty not in databases:
        bench.say(f"installing {source.ADDON}")
        bench.workers.install(databases.reserve(empty), source.ADDON)
    bench.say(f"{size:,} rows: {case}: adding leads and events, and scoring them")
    databases.copy(empty, "ready")
    odoo(databases["ready"], f"events.{case}:prepare")
    source.add_owners(databases["ready"], size)
    source.add_events(databases["ready"], 1, size, days=(180, 2))
    databases.settle("ready")
    first = odoo(databases["ready"], "scoring.participants:score")
    bench.say(f"{size:,} rows: {case}: all leads: {first['seconds']:.2f} s")
    check(bench, case, source, "ready")
    databases.execute("ready", AGE_RULES)
    databases.settle("ready")


def add_new(bench, source, size):
    """Add what happened since the leads were scored."""
    source.add_events(bench.databases[WHO], size + 1, size + NEW, days=(0, 0))
    [[wrong]] = bench.databases.execute(WHO, source.WRONG)
    if not wrong:
        bench.fail("nothing is new")


def check(bench, case, source, name):
    """All scores are those that a recount gives."""
    [[wrong]] = bench.databases.execute(name, source.WRONG)
    if wrong:
        bench.fail(f"{case}: {wrong} leads have a wrong score")


def bars(figures):
    """The lines that tell which bars hold, at the largest size that was run."""
    size = figures.sizes()[-1]
    lines = [f"Bars at {size:,} rows (they are set for 1,000,000):"]
    for case in SOURCES:
        figure = figures.get(case, size, WHO)
        lines.append(bar(f"{NEW:,} new events, {case}", figure.seconds, LIMIT, " s"))
        megabytes = figure.measures()["megabytes"]
        lines.append(bar(f"memory over idle, {case}", megabytes, 300, " MB"))
    return lines
