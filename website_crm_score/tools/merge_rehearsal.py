"""What merging leads would leave, to be looked at before it is done.

It is done in SQL alone, so that nobody hears of it: no automation, no message; and it
is taken back. Page views, events and points are merged and scored by the very functions
that do it in earnest.
"""

from contextlib import closing, contextmanager

from odoo.models import BaseModel
from odoo.tools import SQL

from .concurrency import CONCURRENCY_ERRORS
from .own_context import OURS


def is_rehearsal(env):
    """Return whether what is done in ``env`` will be taken back."""
    return env.context.get("is_rehearsal") is OURS


@contextmanager
def rehearse_merge(groups):
    """Have the database as it would be if leads were merged, then as it was.

    Groups that somebody is changing are left out: nobody has to wait for a rehearsal,
    or start again because of one.

    :param list groups: leads, at least two each
    :return: a context manager of the duplicates by the lead that they are merged into
    """
    if not groups:
        yield {}
        return
    env = groups[0].env
    with closing(env.cr.savepoint()):
        merged = {}
        for leads in _lock(groups):
            head, others = _merge(leads.with_context(is_rehearsal=OURS))
            merged[head] = others
        env.invalidate_all(flush=False)
        leads = groups[0].browse().with_context(is_rehearsal=OURS)
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


def _merge(leads):
    """Merge leads as core does: the first of them by its order has what they had.

    :return: what is left, and what would be gone
    """
    leads._find_strangers()._forget_visits()
    head = leads._sort_by_confidence_level(reverse=True)[:1]
    others = leads - head
    data = leads._sort_by_confidence_level(reverse=True)._merge_data(
        leads._merge_get_fields()
    )
    columns = {}
    for name, value in data.items():
        field = head._fields[name]
        if field.type == "many2many" and field.store:
            _merge_links(field, head, others)
        elif field.store and field.column_type and not field.company_dependent:
            # An address is given in records.
            value = value.id if isinstance(value, BaseModel) else value
            columns[name] = field.convert_to_column(value, head)
    head._write(columns)
    others._write({"active": False})
    return head, others


def _merge_links(field, head, others):
    head.env.cr.execute(
        SQL(
            """
            INSERT INTO %(relation)s (%(lead)s, %(other)s)
            SELECT DISTINCT %(head_id)s, %(other)s
              FROM %(relation)s WHERE %(lead)s IN %(ids)s
                ON CONFLICT DO NOTHING
            """,
            relation=SQL.identifier(field.relation),
            lead=SQL.identifier(field.column1),
            other=SQL.identifier(field.column2),
            head_id=head.id,
            ids=others._ids,
        )
    )
