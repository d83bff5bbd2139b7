"""The website and its rule. The functions are a worker's, see :mod:`workers`."""

from tracking.website import TRACKED, make_pages


def prepare(env):
    """Make a tracked page, and have who saw it score."""
    make_pages(env)
    rule = {"name": "Saw it", "value": 1, "event_based": True}
    rule["domain"] = repr([("score_pageview_ids.url", "like", TRACKED)])
    env["website.crm.score"].create(rule)
    env.cr.commit()
