"""Duplicates are merged before anything is handed out, whatever the score: it is the
merged lead that has a score to compare."""

from functools import partial
from typing import NamedTuple

from .batch_log import MergeLog
from .duplicates import group_duplicates


class Merged(NamedTuple):
    """What merging came to."""

    groups: list  # of each: what is left, what is gone, and the team that found it
    # Ids of leads that others write all the time: these are not to be handed out before
    # they are merged.
    busy: list


def merge_duplicates(teams, free):
    """Merge the leads that teams could take with their duplicates, and score them.

    :param Domain free: the leads without a team
    :rtype: Merged
    """
    env, merged, busy = teams.env, [], []
    found = group_duplicates(teams, free)
    finders = {lead_id: team for leads, team in found for lead_id in leads.ids}
    todo = [leads.ids for leads, _team in found]
    merge = partial(merge_batch, env)
    for done in env["ir.cron"]._in_batches(merge, todo, leave=busy.extend):
        merged += [(head_id, gone, finders[head_id]) for head_id, gone in done]
    heads = [head_id for head_id, _gone, _team in merged]
    env["crm.lead"].browse(heads).exists()._score_now()
    return Merged(merged, [lead_id for lead_ids in busy for lead_id in lead_ids])


def merge_batch(env, groups):
    """Merge each group of duplicates, as far as these are still there and open.

    :param list[list] groups: ids of leads
    :return: the ids that are left, each with those that are gone
    :rtype: list[tuple]
    """
    merged = env["ir.cron"]._attempt(partial(_merge, env), groups)
    gone = [lead_id for _head, ids in merged for lead_id in ids]
    env["crm.lead"].browse(gone).unlink()
    return merged


def _merge(env, groups):
    log = MergeLog()
    # Who owns one of the leads knows it, and needs no message about the merger.
    leads = env["crm.lead"].with_context(
        mail_auto_subscribe_no_notify=True, merge_log=log
    )
    leads = leads.browse(id_ for lead_ids in groups for id_ in lead_ids).exists()
    leads = leads.filtered_domain(leads._open_domain())
    still = [leads.browse(lead_ids) & leads for lead_ids in groups]
    merged = leads._merge_automatically(
        same.with_prefetch(leads.ids) for same in still if len(same) > 1
    )
    log.create_all(leads)
    return [(head.id, gone.ids) for head, gone in merged.items()]
