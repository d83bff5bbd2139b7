"""Each salesperson is told, in one message, which leads a plan gave him; in another
one, which it took back from him."""

from functools import partial

from odoo.tools.misc import partition

from ..queries import plan_lines
from ..queries.leads import BEST_FIRST
from .letters import LEADS, LettersOfAssigned, LettersOfTakenBack
from .outbox import Outbox

# What users are told of leads, by the field of the users
LETTERS = {"user_id": LettersOfAssigned, "from_user_id": LettersOfTakenBack}


def tell_all(env, plan):
    """Tell those who got leads by a plan that was carried out, and those from whom it
    took leads back, if they were not told of them yet.

    Whoever goes on with a plan that was interrupted tells nobody twice.

    :param Environment env: of who assigns
    """
    for who in LETTERS:
        untold = plan_lines.get_untold(plan, who)
        tell_batch = partial(_tell_batch, env, plan, who)
        list(env["ir.cron"]._in_batches(tell_batch, untold))


def _tell_batch(env, plan, who, todo):
    """Tell users in the field ``who`` of the lines of a plan."""
    jobs = env["ir.cron"]
    users = env["res.users"].union(*(user for user, _lines in todo))
    # Read at once for all, as Odoo looks whether each may read his message.
    # sudo: who may assign need not read users
    users.sudo().mapped("all_group_ids")
    together, apart = _part(env, todo)
    if together:
        jobs._attempt(partial(_tell_together, env, who), together)
    for item in apart:
        # One whose message fails is not to keep others from theirs.
        jobs._attempt(partial(_tell_each, env, who), [item])
    plan_lines.note_told(plan, who, users.ids)


def _part(env, todo):
    """Return who can be told together with others, and who is told by himself: an
    e-mail leaves once all is done, also if the message that it is of failed halfway.
    """
    if not Outbox.is_known(env):
        return [], todo
    # sudo: as above
    return partition(lambda item: item[0].sudo().notification_type == "inbox", todo)


def _tell_together(env, who, todo):
    outbox, found = Outbox(), _find_leads(env, who, todo)
    letters = LETTERS[who](env["crm.lead"])
    writing = env(context=dict(env.context, outbox=outbox))
    for user, lines, leads in found:
        _tell(writing, user, leads, lines, letters)
    messages = outbox.send(env)
    _note(env, messages, [leads for _user, _lines, leads in found])
    return []


def _tell_each(env, who, todo):
    letters = LETTERS[who](env["crm.lead"])
    for user, lines, leads in _find_leads(env, who, todo):
        _note(env, _tell(env, user, leads, lines, letters), [leads])
    return []


def _note(env, messages, told):
    """Note which leads messages name, of those that each of them tells of."""
    # sudo: nobody may write which messages are to forget an erased lead
    mentions = env["website.crm.score.mention"].sudo()
    mentions._note(messages, [leads[:LEADS] for leads in told])


def _find_leads(env, who, todo):
    """Return users, lines and of which leads each is to be told, the best first: of
    those that he has got and still has, or that were his, if he is still there."""
    ids = {lead_id for _user, lines in todo for lead_id in lines.lead_id.ids}
    # What the message tells, and company_id for its links: at once for all, as a
    # link looks at each lead alone.
    names = ["name", "partner_name", "contact_name", "score", "company_id", "user_id"]
    every = env["crm.lead"].search_fetch([("id", "in", ids)], names, order=BEST_FIRST)
    places = {lead_id: place for place, lead_id in enumerate(every.ids)}
    found = []
    for user, lines in todo:
        there = sorted(places.keys() & set(lines.lead_id.ids), key=places.get)
        leads = every.browse(there).with_prefetch(every.ids)
        if who == "user_id":
            leads = leads.filtered(lambda lead, user=user: lead.user_id == user)
        if leads and (who == "user_id" or user.active):
            found.append((user, lines, leads))
    return found


def _tell(env, user, leads, lines, letters):
    """Tell a user of leads, in his language; return the message."""
    env = env(context=dict(env.context, lang=user.lang))
    subject, body = letters.compose(user, leads.with_env(env), lines)
    return env["mail.thread"].message_notify(
        partner_ids=user.partner_id.ids, subject=subject, body=body
    )
