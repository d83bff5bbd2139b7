"""What the reports say of leads of a file: run by Odoo's shell."""

from suggest import workload

WRITTEN_BEFORE = """
UPDATE website_crm_score SET create_date = create_date - interval '3 years'
"""


def report(env, path, rules):
    """Add the leads of a file, have them scored, won and lost; return the reports.

    :param list rules: name, points, domain and whether it is event-based of each rule
    """
    env["website.crm.score"].search([]).unlink()
    env["crm.lead"].with_context(active_test=False).search([]).unlink()
    workload.add_leads(env, [path], rules)
    workload.derive_pages(env)
    # As if the rules had been there before the leads.
    workload.execute(env, WRITTEN_BEFORE)
    env = env(user=env.ref("base.user_admin"))
    ranking = env["website.crm.score.ranking"]
    return {
        "bands": read_bands(env),
        "rules": env["website.crm.score.rule.report"].search_read(
            [],
            [
                "rule_id",
                "matched_count",
                "won_count",
                "lost_count",
                "other_count",
                "win_rate",
                "other_win_rate",
                "lift",
                "lift_low",
                "lift_high",
            ],
        ),
        "pages": env["website.crm.page.report"].search_read(
            [],
            ["url", "view_count", "lead_count", "won_count", "lost_count", "win_rate"],
        ),
        "quality": ranking.get_quality(24),
        "predictive": ranking.get_predictive_quality(24),
    }


def read_bands(env):
    """Return the leads, the won ones and the win rate by the first score of a band."""
    rows = env["website.crm.score.report"]._read_group(
        [], ["band_id"], ["__count", "won_count:sum", "win_rate:avg"]
    )
    return {band.low: numbers for band, *numbers in rows}
