"""What merging leads would leave, to be looked at before it is done.

It is done in SQL alone, so that nobody hears of it: no automation, no message; and it
is taken back. Page views, events and points are merged and scored by the very functions
that do it in earnest.
"""

from contextlib import closing, contextmanager

from odoo.tools import SQL

from .attempt import CONCURRENCY_ERRORS
from .merge_follow_up import follow_up, split_by_contact
from .merged_values import MergedValues
from .merging import get_pairs_sql
from .own_context import OURS
from .strangers import find_strangers, forget_visits


def is_rehearsal(env):
    """Return whether what is done in ``env`` will be taken back."""
    return env.context.get("is_rehearsal") is OURS


@contextmanager
def rehearse_merge(groups):
    """Have the database as it would be if leads were merged, then as it was.

    Groups that somebody is changing are left out: nobody has to wait for a rehearsal,
    or start again because of one.

    :param list groups: leads, at least two each
    :return: a context manager of what ``_merge_automatically`` returns, with the scores
        that the leads then have
    """
    if not groups:
        yield {}
        return
    env = groups[0].env
    with closing(env.cr.savepoint()):
        leads = groups[0].browse().with_context(is_rehearsal=OURS)
        merged = _merge(leads, _lock(groups))
        env.invalidate_all(flush=False)
        leads._merge_scores(merged)
        leads.union(*merged)._score_now()
        yield {
            head.with_env(env): others.with_env(env) for head, others in merged.items()
        }


def _lock(groups):
    """Return those of the groups of leads that nobody is changing."""
    every = groups[0].union(*groups)
    locked = _lock_leads(every)
    if locked is not None:
        return [leads for leads in groups if locked.issuperset(leads.ids)]
    return [
        leads for leads in groups if (_lock_leads(leads) or set()) >= set(leads.ids)
    ]


def _lock_leads(leads):
    """Return the ids of those leads that could be locked, None if one has changed."""
    try:
        with leads.env.cr.savepoint(flush=False):
            leads.env.cr.execute(
                SQL(
                    "SELECT id FROM crm_lead WHERE id IN %s"
                    " FOR NO KEY UPDATE SKIP LOCKED",
                    leads._ids,
                ),
                log_exceptions=False,
            )
            return {id_ for (id_,) in leads.env.cr.fetchall()}
    except CONCURRENCY_ERRORS:
        return None


def _merge(leads, groups):
    """Merge groups of leads as core does: the first of each by its order has what they
    had. All are read and written at once, so that it takes as many queries as one,
    unless some have a contact in common.

    :param crm.lead leads: none, in the environment to do it in
    :return: what is left, and what would be gone
    """
    every = leads.union(*groups)
    groups = [leads.browse(same.ids).with_prefetch(every.ids) for same in groups]
    forget_visits(leads.union(*map(find_strangers, groups)))
    merged = {}
    for portion in split_by_contact(groups):
        portion = [same._sort_by_confidence_level(reverse=True) for same in portion]
        _write(leads, portion)
        merged |= {same[:1]: same[1:] for same in portion}
    # They will be gone, and take up no capacity: who had one has what is left.
    leads.union(*merged.values())._write({"active": False, "date_open": None})
    return merged


def _write(leads, groups):
    """Write what leads have after a merger, as far as columns and links have it, and
    that rules have to look at it again: at once, as each time a lead is written takes
    long."""
    heads = leads.union(*(same[:1] for same in groups))
    values = MergedValues(groups)
    rows = values.find_changes()
    changes = values.name_changes(heads, rows)
    for lead, row in zip(heads.sudo(), rows, strict=True):  # sudo: as jobs mark it
        row["score_stale"] = lead.score_stale or bool(lead.score_date)
    links = [
        field
        for field in map(leads._fields.get, leads._merge_get_fields())
        if field and field.type == "many2many" and field.store
    ]
    heads._write_multi(rows)
    pairs = get_pairs_sql({same[:1]: same[1:] for same in groups})
    for field in links:
        _merge_links(field, pairs, leads.env.cr)
    follow_up(heads, [*values.fields, *(field.name for field in links)], changes)


def _merge_links(field, pairs, cr):
    cr.execute(
        SQL(
            """
            INSERT INTO %(relation)s (%(lead)s, %(other)s)
            SELECT DISTINCT pair.owner_id, link.%(other)s
              FROM %(pairs)s JOIN %(relation)s link ON link.%(lead)s = pair.duplicate_id
                ON CONFLICT DO NOTHING
            """,
            relation=SQL.identifier(field.relation),
            lead=SQL.identifier(field.column1),
            other=SQL.identifier(field.column2),
            pairs=pairs,
        )
    )
