"""Planning alone: a dry run of ten teams of ten, which writes nothing but the plan.

Leads, teams and scores are those of the benchmark ``assign``.
"""

from assign import workload
from figures import bar

SIZES = (10_000, 100_000)
CASE, WHO = "plan", "ours"
LIMITS = {10_000: 3, 100_000: 30}  # seconds

# Of all leads: how many, how many are planned for a member or to be merged, and how
# many were changed.
PLANNED = """
SELECT count(*), count(line.id), count(lead.team_id)
  FROM crm_lead lead
  LEFT JOIN crm_assignment_plan_line line
    ON line.lead_id = lead.id AND line.outcome IN ('member', 'merge')
"""


def run(bench, size):
    """Measure the planner at one size."""
    make(bench, size)
    for _turn in range(bench.runs):
        bench.databases.copy("ready", WHO)
        measures = bench.workers.odoo(bench.databases[WHO], "plan.rehearsal:rehearse")
        bench.figures.add(CASE, size, WHO, measures)
        bench.say(f"{size:,} leads: {measures['seconds']:.2f} s")
        [[leads, planned, changed]] = bench.databases.execute(WHO, PLANNED)
        if (leads, planned, changed) != (size, size, 0):
            bench.fail(f"{planned} of {leads} leads are planned, {changed} changed")
    bench.figures.close(CASE, size)


def make(bench, size):
    """Make a database with our addon, leads, teams and scores."""
    databases, odoo = bench.databases, bench.workers.odoo
    if "empty" not in databases:
        bench.say("installing crm_team_assign")
        bench.workers.install(databases.reserve("empty"), "crm_team_assign")
    bench.say(f"{size:,} leads: adding leads, teams and scores")
    databases.copy("empty", "ready")
    workload.add_leads(databases["ready"], size)
    odoo(databases["ready"], "assign.workload:make_teams", size=size)
    odoo(databases["ready"], "assign.workload:make_scores")
    databases.settle("ready")


def bars(figures):
    """The lines that tell which bars hold, of the sizes that were run."""
    return ["Bars:"] + [
        bar(f"plan of {size:,} leads", figure.seconds, LIMITS[size], " s")
        for size in figures.sizes()
        if size in LIMITS and (figure := figures.get(CASE, size, WHO))
    ]
