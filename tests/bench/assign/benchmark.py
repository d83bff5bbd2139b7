"""Assigning leads to ten teams of ten: ours, and core's engine.

Both do the same call on copies of the same database: leads, teams, members, filters and
capacities are made in plain Odoo. Ours has our addons installed in its copy, and,
before anything is measured, scores from three rules, and minimum scores on three
teams, which core knows nothing of. All leads find somebody in either, after duplicates
are merged.
"""

from figures import bar

from . import workload

SIZES = (500, 2000, 5000, 10_000)
CASE = "assign"
PARTICIPANTS = ("ours", "core")

# Of all leads that are left: how many, how many are assigned, to members of the team.
ASSIGNED = """
SELECT count(*), count(member.id)
  FROM crm_lead lead
  LEFT JOIN crm_team_member member
    ON member.user_id = lead.user_id AND member.crm_team_id = lead.team_id
   AND lead.active AND lead.type = 'opportunity' AND lead.date_open IS NOT NULL
"""
MOST = """
SELECT max(count) FROM (
    SELECT count(*) FROM crm_lead WHERE user_id IS NOT NULL GROUP BY user_id) counts
"""
ADDRESSES = "SELECT count(DISTINCT email_normalized) FROM crm_lead"
BELOW = """
SELECT count(*) FROM crm_lead lead JOIN crm_team team ON team.id = lead.team_id
 WHERE lead.score < team.min_for_assign
"""


def run(bench, size):
    """Measure both participants at one size."""
    make(bench, size)
    [[addresses]] = bench.databases.execute("core_ready", ADDRESSES)
    for _turn in range(bench.runs):
        for who in PARTICIPANTS:
            bench.databases.copy(f"{who}_ready", who)
            work = "assign.participants:assign"
            measures = bench.workers.odoo(bench.databases[who], work)
            bench.figures.add(CASE, size, who, measures)
            bench.say(f"{size:,} leads: {who}: {measures['seconds']:.2f} s")
            check(bench, size, who, addresses)
    bench.figures.close(CASE, size)


def make(bench, size):
    """Make plain Odoo with leads and teams, and a copy with our addons and scores."""
    databases, odoo = bench.databases, bench.workers.odoo
    if "empty" not in databases:
        bench.say("installing plain Odoo")
        bench.workers.install(databases.reserve("empty"), "website_crm")
    bench.say(f"{size:,} leads: adding leads and teams, then our addons and scores")
    databases.copy("empty", "core_ready")
    workload.add_leads(databases["core_ready"], size)
    odoo(databases["core_ready"], "assign.workload:make_teams", size=size)
    databases.settle("core_ready")
    databases.copy("core_ready", "ours_ready")
    bench.workers.install(databases["ours_ready"], "crm_team_assign")
    odoo(databases["ours_ready"], "assign.workload:make_scores")
    databases.settle("ours_ready")


def check(bench, size, who, addresses):
    """All leads are assigned, one for each address, and nobody has too many."""

    def require(condition, problem):
        if not condition:
            bench.fail(f"{size:,} leads: {who}: {problem}")

    [[left, assigned]] = bench.databases.execute(who, ASSIGNED)
    require(left == addresses, f"{left} leads of {addresses} enquirers are left")
    require(assigned == left, f"{assigned} of {left} leads are assigned")
    [[most]] = bench.databases.execute(who, MOST)
    quota = workload.get_quota(size)
    require(most <= quota, f"somebody has {most} leads, and a quota of {quota}")
    if who == "ours":
        [[below]] = bench.databases.execute(who, BELOW)
        require(not below, f"{below} leads are below the minimum of their team")


def bars(figures):
    """The lines that tell which bars hold, at the largest size that was run."""
    size = figures.sizes()[-1]
    ours, core = (figures.get(CASE, size, who) for who in PARTICIPANTS)
    lines = [
        f"Bars at {size:,} leads (they are set for 10,000):",
        bar("assign, seconds, ours / core", ours.seconds / core.seconds, 0.1),
        bar("memory over idle, ours", ours.measures()["megabytes"], 300, " MB"),
    ]
    if ours.exponent is not None:
        lines.append(bar("growth, ours", ours.exponent, 1.2))
    return lines
