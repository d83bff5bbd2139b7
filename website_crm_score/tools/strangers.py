"""Duplicates that are perhaps somebody else: anybody can send a form with somebody's
e-mail address."""

from odoo.tools import SQL


def find_strangers(duplicates):
    """Return those of these leads whose visitors are perhaps somebody else.

    Visitors are known to be the same person if they are visitors of the oldest lead,
    too, or logged in with that address.
    """
    if not duplicates.visitor_ids:
        return duplicates.browse()
    oldest = duplicates.sorted(lambda lead: (lead.create_date, lead.id))[:1]
    others = (duplicates - oldest).with_prefetch(duplicates._prefetch_ids)
    return others.filtered(
        lambda lead: lead.visitor_ids
        and not lead.visitor_ids & oldest.visitor_ids
        and not lead.visitor_ids.partner_id.filtered(
            lambda partner: partner.email_normalized == oldest.email_normalized
        )
    )


def forget_visits(leads):
    """Part leads from their visitors and from what these saw and earned."""
    if not leads:
        return
    leads = leads.sudo()  # sudo: it is the job that merges duplicates
    env = leads.env
    # In SQL: it is no change of the lead that anybody listens to.
    env.flush_all()
    env.cr.execute(
        SQL(
            "DELETE FROM crm_lead_website_visitor_rel WHERE crm_lead_id IN %s",
            leads._ids,
        )
    )
    leads.invalidate_recordset(["visitor_ids"], flush=False)
    env["website.visitor"].invalidate_model(["lead_ids"], flush=False)
    leads._mark_pageviews_stale()
    env["website.crm.form"]._drop(leads)
    env["website.crm.score.line"]._drop_page_lines(leads)
    env.cr.execute(
        SQL("DELETE FROM website_crm_pageview WHERE lead_id IN %s", leads._ids)
    )
    env["website.crm.pageview"].invalidate_model()
