"""What the reports say of leads of a file: run by Odoo's shell."""

from suggest import workload

LIFT = ["won_count", "lost_count", "win_rate", "lift", "lift_low", "lift_high"]
WRITTEN_BEFORE = """
UPDATE website_crm_score SET create_date = create_date - interval '3 years'
"""
CAME_TO_AN_END = """
UPDATE crm_lead SET create_date = created, date_closed = closed,
       expected_revenue = revenue
  FROM unnest(%(ids)s, %(created)s::timestamp[], %(closed)s::timestamp[], %(revenues)s)
       given(id, created, closed, revenue)
 WHERE given.id = crm_lead.id
"""


def report(env, path, rules, settings, ends):
    """Add the leads of a file, have them scored, won and lost; return the reports.

    :param list rules: name, points, domain, whether it is event-based, and what it
        belongs to, of each rule
    :param dict settings: numbers of the settings
    :param list ends: when each lead came and was closed, and its revenue
    """
    env["website.crm.score"].search([]).unlink()
    env["crm.lead"].with_context(active_test=False).search([]).unlink()
    for name, number in settings.items():
        env["ir.config_parameter"].set_param(f"website_crm_score.{name}", number)
    workload.add_leads(env, [path], rules)
    workload.derive_pages(env)
    # As if the rules had been there before the leads.
    workload.execute(env, WRITTEN_BEFORE)
    set_ends(env, ends)
    env = env(user=env.ref("base.user_admin"))
    env.user.tz = "Europe/Brussels"
    ranking = env["website.crm.score.ranking"]
    return {
        "bands": read_scores(env, "band_id"),
        "grades": read_scores(env, "score_grade"),
        "fits": read_scores(env, "fit_grade"),
        "engagements": read_scores(env, "engagement_grade"),
        "all": read_scores(env),
        "rules": env["website.crm.score.rule.report"].search_read(
            [],
            ["rule_id", "matched_count", "other_count", "other_win_rate", *LIFT],
        ),
        "pages": env["website.crm.page.report"].search_read(
            [],
            ["url", "view_count", "lead_count", *LIFT],
        ),
        "quality": ranking.get_quality(24),
        "predictive": ranking.get_predictive_quality(24),
    }


def set_ends(env, ends):
    """Have each lead come and be closed when it is said to, as core does."""
    leads = env["crm.lead"].with_context(active_test=False).search([], order="id")
    created, closed, revenues = map(list, zip(*ends, strict=True))
    dates = {"created": created, "closed": closed, "revenues": revenues}
    workload.execute(env, CAME_TO_AN_END, ids=leads.ids, **dates)
    env.add_to_compute(leads._fields["day_close"], leads)
    env.flush_all()


def read_scores(env, *groupby):
    """Return the leads, what became of them, and how long it took, by their scores."""
    figures = ["__count", "won_count:sum", "lost_count:sum", "win_rate:avg"]
    figures += ["won_revenue:sum", "days_to_close:avg"]
    rows = env["website.crm.score.report"]._read_group([], groupby, figures)
    return {name_group(*row[: -len(figures)]): row[-len(figures) :] for row in rows}


def name_group(key="all"):
    """Return a grade, or the first score of a band."""
    return getattr(key, "low", key)
