"""Which leads are duplicates of each other: the same as core finds, which looks for one
lead after another, but of one company only, and with a few queries for all."""

from odoo.fields import Domain
from odoo.tools.mail import email_normalize_all

from ..planning.facts import Draft
from ..queries.leads import read_facts


def group_duplicates(teams, free):
    """Return which leads are duplicates of each other, of those teams could take.

    :param Domain free: the leads without a team
    :return: the duplicates and the team
    :rtype: list[tuple[crm.lead, crm.team]]
    """
    leads = teams.env["crm.lead"]
    free &= _get_possible_domain(leads, free)
    candidates = teams._find_candidates(free, Draft(read_facts(teams.env, free)))
    groups, seen, grouped = [], set(), set()
    for team, lead_ids in candidates.items():
        new_ids = (lead_ids or set()) - seen
        seen |= new_ids
        found = _find(leads.browse(sorted(new_ids)), team.company_id)
        for lead, duplicates in found.items():
            if lead.id in grouped:
                continue
            duplicates = duplicates.filtered(lambda lead: lead.id not in grouped)
            if len(duplicates) > 1:
                groups.append((duplicates, team))
                grouped.update(duplicates.ids)
    return groups


def _get_possible_domain(leads, chosen):
    """Return the domain of the leads of the domain ``chosen`` whose address, or one of
    whose, others may have: most have one of their own."""
    addresses = leads._search(chosen).subselect("email_normalized")
    groups = leads.with_context(active_test=False)._read_group(
        leads._open_domain() & Domain("email_normalized", "in", addresses),
        ["email_normalized"],
        having=[("__count", ">", 1)],
    )
    shared = Domain("email_normalized", "in", [address for (address,) in groups])
    several = Domain("email_from", "like", "@%@")  # a@example.com, b@example.com
    return shared | several


def _find(leads, company):
    """Return the duplicates of those of the leads that have any, each with all; of the
    company that may take them, if it is of one only."""
    names = ["email_normalized", "email_from", "company_id"]
    wanted = {
        lead: [lead.email_normalized]
        if lead.email_normalized == lead.email_from
        else email_normalize_all(lead.email_from)
        for lead in leads.search_fetch([("id", "in", leads.ids)], names, order="id")
    }
    by_address = _fetch_same(leads, set().union(*wanted.values()))
    found = {}
    for lead, addresses in wanted.items():
        same = [by_address[name] for name in addresses if name in by_address]
        own = lead._get_last_company() or company
        duplicates = _filter_same_company(lead.union(*same), own)
        if len(duplicates) > 1:
            found[lead] = duplicates
    return found


def _fetch_same(leads, addresses):
    """Return the open leads that have these addresses, by address."""
    # What is told of them and what sorts them, see _sort_by_confidence_level
    names = ["email_normalized", "company_id", "user_id", "team_id"]
    names += ["type", "active", "stage_id", "probability"]
    same = leads.with_context(active_test=False).search_fetch(
        leads._open_domain() & Domain("email_normalized", "in", addresses), names
    )
    same.sudo().fetch(["last_company_id"])  # sudo: whoever may assign leads
    return same.grouped("email_normalized")


def _filter_same_company(duplicates, company):
    """Return those of these duplicates that may be merged: of one company only, that of
    the lead whose duplicates they are, if it has any."""
    companies = {lead: lead._get_last_company() for lead in duplicates}
    others = company.union(*companies.values()) - company
    if company or len(others) > 1:
        return duplicates.filtered(lambda lead: companies[lead] not in others)
    return duplicates
