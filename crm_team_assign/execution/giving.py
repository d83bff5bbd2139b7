"""Leads are given to teams and users: what is written, and logged on them."""

from odoo.addons.website_crm_score.tools.own_context import OURS


def in_assignment(leads):
    """Return leads in an environment that logs all at once what changes."""
    # The user gets one message for all; core would post one for each lead.
    return leads.with_context(
        mail_auto_subscribe_no_notify=True, is_assignment=OURS, is_batch=OURS
    )


def give(leads, team, user, why, owner):
    """Give those of the leads that are still free to a team and, as opportunities, to a
    user.

    :param crm.lead leads: see :func:`in_assignment`
    :param res.users user: nobody, to leave them to the team
    :param dict why: in words, by the id of a lead: said where the change is logged
    :param res.users owner: from whom they are taken, nobody if they are nobody's
    :return: ids of the leads that were given
    :rtype: list[int]
    """
    prefetch_ids = leads._prefetch_ids
    leads = leads.filtered(lambda lead: _is_free_for(lead, team, owner))
    leads = leads.with_prefetch(prefetch_ids)
    # What is written to give them: the same to many
    groups = leads.grouped(
        lambda lead: (lead.company_id, *_get_values(lead, team, user).items())
    )
    for (company, *values), same in groups.items():
        same.write(dict(values))
        for lead in same:
            lead._track_set_log_message(why[lead.id])
        lost = same.filtered(lambda lead: not lead.company_id)
        if company and lost:
            # In a team of all companies core forgets that of a lead.
            lost.company_id = company
    return leads.ids


def return_to(lead, user):
    """Give a lead back to a user who had got in touch before he lost it, and tell him
    of it, as he was told that he lost it."""
    lead = lead.with_context(is_assignment=OURS)
    lead._track_set_log_message(
        lead.env._("%s got in touch before it was taken back.", user.name)
    )
    lead.user_id = user


def _is_free_for(lead, team, owner):
    """Return whether a lead is open, the owner's, and of no other team."""
    return (
        lead.active
        and lead.won_status == "pending"
        and lead.user_id == owner
        and lead.team_id in (team, lead.team_id.browse())
    )


def _get_values(lead, team, user):
    values = {}
    if user and not (lead.user_id and lead.type == "opportunity"):
        values |= lead._convert_opportunity_data(lead.partner_id, team.id)
    if user:
        values["user_id"] = user.id
    if lead.team_id != team:
        values["team_id"] = team.id
    return values
