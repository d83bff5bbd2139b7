"""Notes in the chatter of leads that list the pages that they saw."""

from markupsafe import Markup

from ..tools.merge_rehearsal import is_rehearsal

# By which notes are found that have to be erased
NOTE_CLASS = "o_website_crm_score_pages"
PAGES_PER_NOTE = 20


def note_on_leads(pageviews):
    """Log on each lead one note that lists these pages."""
    if not pageviews or is_rehearsal(pageviews.env):
        return
    for name in ("title", "link"):  # of all at once, instead of lead by lead
        pageviews.mapped(name)
    bodies = {
        lead.id: _render(group.sorted("first_view_date"))
        for lead, group in pageviews.grouped("lead_id").items()
    }
    pageviews.env["crm.lead"].browse(bodies)._message_log_batch(
        bodies=bodies, author_id=pageviews.env.ref("base.partner_root").id
    )


def erase_notes(leads):
    """Delete the notes that list the pages that ``leads`` have seen."""
    notes = leads.env["mail.message"].search(
        [
            ("model", "=", leads._name),
            ("res_id", "in", leads.ids),
            ("body", "like", f'class="{NOTE_CLASS}"'),
        ]
    )
    notes.unlink()


def _render(pageviews):
    items = [_render_link(pageview) for pageview in pageviews[:PAGES_PER_NOTE]]
    if more := len(pageviews) - len(items):
        items.append(pageviews.env._("and %s more", more))
    return Markup('<div class="%s"><p>%s</p><ul>%s</ul></div>') % (
        NOTE_CLASS,
        pageviews.env._("Pages seen on the website:"),
        Markup().join(Markup("<li>%s</li>") % item for item in items),
    )


def _render_link(pageview):
    """Return the title, as a link if the page can be opened."""
    if not pageview.link:
        return pageview.title
    return Markup('<a href="%s" target="_blank" rel="noopener">%s</a>') % (
        pageview.link,
        pageview.title,
    )
