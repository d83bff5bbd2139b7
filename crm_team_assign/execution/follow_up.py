"""The job that follows up what was handed over: who does nothing for a lead is reminded
of it once; then it is taken back, and given to others by a plan like any other."""

from functools import partial

from odoo.fields import Domain
from odoo.tools import groupby

from odoo.addons.website_crm_score.tools.numbers import say_number

from ..queries import plan_lines, taking_back
from ..queries.leads import BEST_FIRST
from . import lock, turns
from .assignment import Assignment
from .giving import return_to
from .idle import find_idle, find_overdue


def follow_up(teams):
    """Bring handovers up to date, remind of leads without contact, and take back those
    that wait too long."""
    env = teams.env
    jobs, given = env["ir.cron"], env["crm.assignment.handover"]
    jobs._transact(given._bring_up_to_date)
    jobs._commit_batch(0, 0)
    teams = teams._get_takers().filtered("take_back_hours")
    teams = teams.filtered("assignment_enabled")
    if not teams:
        return
    jobs._transact(partial(return_contacted, env))
    jobs._commit_batch(0, 0)
    remind(teams)
    with lock.hold(env) as is_free:
        overdue = is_free and find_overdue(teams)
        if overdue:
            assignment = Assignment(origin="take_back")
            assignment.carry_out(teams, waiting=Domain.FALSE, overdue=overdue)
        jobs._commit_batch(0, 0)


def return_contacted(env):
    """Give leads back to those who had got in touch when these were taken from them,
    what nobody could see at that moment: unless the next one has, too."""
    # sudo: whoever assigns puts right what no plan could know
    leads = env["crm.lead"].sudo()
    for handover_id, lead_id, user_id in taking_back.read_contacted_before(env):
        return_to(leads.browse(lead_id), env["res.users"].browse(user_id))
        turns.give_back_lead(plan_lines.get_done(leads.browse(lead_id)))
        taking_back.note_returned(env, handover_id)
        leads |= leads.browse(lead_id)
    if leads:
        env["crm.assignment.handover"]._bring_up_to_date(leads)


# REMINDING


def remind(teams):
    """Remind salespeople once of leads that are going to be taken back."""
    env, idle = teams.env, find_idle(teams).values()
    idle = [item for item in idle if item.is_to_be_reminded]
    todo = list(groupby(idle, lambda item: item.handover.user_id))
    list(env["ir.cron"]._in_batches(partial(_remind_batch, env), todo))


def _remind_batch(env, todo):
    for item in todo:
        # One whose message fails is not to keep others from theirs.
        env["ir.cron"]._attempt(partial(_remind_each, env), [item])
    idle = [item for _user_id, items in todo for item in items]
    taking_back.note_reminded(env, [item.handover.id for item in idle])
    return []


def _remind_each(env, todo):
    for user_id, items in todo:
        user = env["res.users"].browse(user_id)
        env = env(context=dict(env.context, lang=user.lang))
        lead_ids = [item.handover.lead_id for item in items]
        domain = Domain("id", "in", lead_ids) & Domain("user_id", "=", user_id)
        leads = env["crm.lead"].search(domain, order=BEST_FIRST)
        if leads:
            _send(env, user, leads, {item.handover.lead_id: item for item in items})
    return []


def _send(env, user, leads, idle):
    hours = {
        lead: say_number(env, idle[lead.id].hours_left, digits=1) for lead in leads
    }
    subject = env._("%s leads wait for you to get in touch", len(leads))
    if len(leads) == 1:
        subject = env._("%s waits for you to get in touch", leads.name)
    template = "crm_team_assign.message_leads_reminded"
    message = env["mail.thread"].message_notify(
        partner_ids=user.partner_id.ids,
        subject=subject,
        body=env["ir.qweb"]._render(template, {"leads": leads, "hours": hours}),
    )
    # sudo: nobody may write which messages are to forget an erased lead
    env["website.crm.score.mention"].sudo()._note(message, [leads])
