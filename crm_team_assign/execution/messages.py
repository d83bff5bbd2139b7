"""Each salesperson is told, in one message, which leads a plan gave him."""

from functools import partial

from odoo.fields import Domain

from ..planning.wording import show_points
from ..queries import plan_lines
from ..queries.leads import BEST_FIRST

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
    for item in todo:
        # One whose message fails is not to keep others from theirs.
        env["ir.cron"]._attempt(partial(_tell_each, env), [item])
    plan_lines.note_told(plan, [user.id for user, _lead_ids in todo])


def _tell_each(env, todo):
    for user, lead_ids in todo:
        tell(env, user, lead_ids)
    return []


def tell(env, user, lead_ids):
    """Tell a user of the leads that he has got, the best first."""
    domain = Domain("id", "in", lead_ids) & Domain("user_id", "=", user.id)
    # What the message tells, and company_id for its links: at once for all, as a
    # link looks at each lead alone.
    names = ["name", "partner_name", "contact_name", "score", "company_id"]
    leads = env["crm.lead"].search_fetch(domain, names, order=BEST_FIRST)
    if not leads:
        return
    env = env(context=dict(env.context, lang=user.lang))
    named = leads[:MESSAGE_LEADS].with_env(env)
    values = {
        "leads": named,
        "count": len(leads),
        "show_points": show_points,
    }
    message = env["mail.thread"].message_notify(
        partner_ids=user.partner_id.ids,
        subject=_get_subject(leads.with_env(env)),
        body=env["ir.qweb"]._render("crm_team_assign.message_leads_assigned", values),
    )
    # sudo: nobody may write which messages are to forget an erased lead
    env["website.crm.score.mention"].sudo()._note(message, named)


def _get_subject(leads):
    if len(leads) == 1:
        return leads.env._("New lead for you: %s", leads.name)
    return leads.env._("%s new leads for you", len(leads))
