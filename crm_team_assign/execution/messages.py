"""Each salesperson is told, in one message, which leads a plan gave him; in another
one, which it took back from him."""

from functools import partial

from odoo.fields import Domain

from ..planning.wording import show_points
from ..queries import plan_lines
from ..queries.leads import BEST_FIRST
from .outbox import Outbox

# How many leads a message lists.
MESSAGE_LEADS = 100


def tell_assignees(env, plan):
    """Tell those who got leads by a plan and were not told of them yet.

    Whoever goes on with a plan that was interrupted tells nobody twice.

    :param Environment env: of who assigns
    :param crm.assignment.plan plan: the plan, carried out
    """
    untold = plan_lines.get_untold(plan)
    tell_batch = partial(_tell_batch, env, plan)
    for _told in env["ir.cron"]._in_batches(tell_batch, untold):
        pass


def _tell_batch(env, plan, todo):
    jobs, users = env["ir.cron"], env["res.users"].union(*(user for user, _ids in todo))
    # Read at once for all, as Odoo looks whether each may read his message.
    # sudo: who may assign need not read users
    users.sudo().mapped("all_group_ids")
    together, apart = _part(env, todo)
    if together:
        jobs._attempt(partial(_tell_together, env), together)
    for item in apart:
        # One whose message fails is not to keep others from theirs.
        jobs._attempt(partial(_tell_each, env), [item])
    plan_lines.note_told(plan, users.ids)


def _part(env, todo):
    """Return who can be told together with others, and who is told by himself: an
    e-mail leaves once all is done, also if the message that it is of failed halfway.
    """
    is_known, together, apart = Outbox.is_known(env), [], []
    for item in todo:
        is_mailed = item[0].sudo().notification_type != "inbox"  # sudo: as above
        (together if is_known and not is_mailed else apart).append(item)
    return together, apart


def _tell_together(env, todo):
    outbox, found = Outbox(), _find_leads(env, todo)
    for user, leads in found.items():
        _tell(env(context=dict(env.context, outbox=outbox)), user, leads)
    sent = outbox.send(env)
    for message, leads in zip(sent, found.values(), strict=True):
        _note(env, message, leads)
    return []


def _tell_each(env, todo):
    for user, leads in _find_leads(env, todo).items():
        _note(env, _tell(env, user, leads), leads)
    return []


def _note(env, message, leads):
    # sudo: nobody may write which messages are to forget an erased lead
    env["website.crm.score.mention"].sudo()._note(message, leads[:MESSAGE_LEADS])


def _find_leads(env, todo):
    """Return what each user has of the leads that he got, the best first.

    :rtype: dict[res.users, crm.lead]
    """
    given = {(user.id, lead_id) for user, lead_ids in todo for lead_id in lead_ids}
    domain = Domain("id", "in", [lead_id for _user_id, lead_id in given])
    # What the message tells, and company_id for its links: at once for all, as a
    # link looks at each lead alone.
    names = ["name", "partner_name", "contact_name", "score", "company_id", "user_id"]
    leads = env["crm.lead"].search_fetch(domain, names, order=BEST_FIRST)
    leads = leads.filtered(lambda lead: (lead.user_id.id, lead.id) in given)
    return leads.grouped("user_id")


def _tell(env, user, leads):
    """Tell a user of leads, in his language; return the message."""
    env = env(context=dict(env.context, lang=user.lang))
    leads = leads.with_env(env)
    values = {
        "leads": leads[:MESSAGE_LEADS],
        "count": len(leads),
        "show_points": show_points,
    }
    return env["mail.thread"].message_notify(
        partner_ids=user.partner_id.ids,
        subject=_get_subject(leads),
        body=env["ir.qweb"]._render("crm_team_assign.message_leads_assigned", values),
    )


def _get_subject(leads):
    if len(leads) == 1:
        return leads.env._("New lead for you: %s", leads.name)
    return leads.env._("%s new leads for you", len(leads))


# WHAT WAS TAKEN BACK


def tell_owners(env, plan):
    """Tell those from whom a plan took leads back, and were not told of it yet.

    :param Environment env: of who assigns
    :param crm.assignment.plan plan: the plan, carried out
    """
    untold = plan_lines.get_owners_untold(plan)
    tell_batch = partial(_tell_owners_batch, env, plan)
    for _told in env["ir.cron"]._in_batches(tell_batch, untold):
        pass


def _tell_owners_batch(env, plan, todo):
    for item in todo:
        # One whose message fails is not to keep others from theirs.
        env["ir.cron"]._attempt(partial(_tell_owners_each, env), [item])
    plan_lines.note_owners_told(plan, [user.id for user, _lines in todo])


def _tell_owners_each(env, todo):
    for user, lines in todo:
        if user.active:
            _tell_owner(env, user, lines)
    return []


def _tell_owner(env, user, lines):
    env = env(context=dict(env.context, lang=user.lang))
    by_lead = {line.lead_id.id: line for line in lines}
    leads = env["crm.lead"].search(Domain("id", "in", list(by_lead)), order=BEST_FIRST)
    if not leads:
        return
    named = leads[:MESSAGE_LEADS]
    companies = {"allowed_company_ids": user.company_ids.ids}
    seen = named.with_user(user).with_context(**companies)._filtered_access("read")
    values = {"leads": named, "count": len(leads), "lines": by_lead, "seen": seen}
    subject = env._("%s leads were given to somebody else", len(leads))
    if len(leads) == 1:
        subject = env._("%s was given to somebody else", leads.name)
    message = env["mail.thread"].message_notify(
        partner_ids=user.partner_id.ids,
        subject=subject,
        body=env["ir.qweb"]._render("crm_team_assign.message_leads_taken_back", values),
    )
    # sudo: nobody may write which messages are to forget an erased lead
    env["website.crm.score.mention"].sudo()._note(message, named)
