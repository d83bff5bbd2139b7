"""The pages that are asked for. The functions are a worker's, see :mod:`workers`."""

TRACKED, UNTRACKED = "/bench-tracked", "/bench-untracked"


def make_pages(env):
    """Make two pages of the one that asks visitors to get in touch: one is tracked.

    All hits of a visitor count, however many there are in a minute.
    """
    parameters = env["ir.config_parameter"]
    parameters.set_param("website_crm_score.hits_per_minute", "0")
    website = env["website"].search([], limit=1)
    page = env.ref("website.contactus_page")
    for url in (TRACKED, UNTRACKED):
        values = {"name": url, "url": url, "website_id": website.id}
        copy = page.with_context(website_id=website.id).copy(values)
        copy.is_published = True
        copy.view_id.track = url == TRACKED
    env.cr.commit()
