"""Many groups of leads are merged as core merges one after another, but what core asks
for each of them is asked once, and what follows from it is computed once."""

from collections import defaultdict
from contextlib import contextmanager

from odoo import Command
from odoo.models import LOG_ACCESS_COLUMNS, BaseModel
from odoo.tools import SQL

from .merge_follow_up import ESTIMATES, estimate, find_sources, list_settled
from .overrides import list_strangers
from .own_context import HandedDown

# What is done for leads that have anything to move, and what writes what they then have
MOVING = (
    "_merge_followers",
    "_merge_dependences_history",
    "_merge_dependences_attachments",
    "_merge_dependences_calendar_events",
)
WRITING = ("write", "modified", "_validate_fields", "_handle_won_lost")
# Whose code of it does nothing where there is nothing to move, or nothing changes
KNOWN = (
    "odoo.orm.models",
    "odoo.addons.crm.models.crm_lead",
    "odoo.addons.crm_livechat.models.crm_lead",
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.website_crm_partner_assign.models.crm_lead",
    "odoo.addons.website_crm_score.models.crm_lead",
    "odoo.addons.website_crm_score.models.website_crm_scored",
    "odoo.addons.website_crm_score_mass_mailing.models.crm_lead",
    "odoo.addons.website_crm_score_sale.models.crm_lead",
)
# Whose code of writing messages does nothing about those of leads but write them
KNOWN_OF_MESSAGES = (
    "odoo.orm.models",
    "odoo.addons.account.models.mail_message",
    "odoo.addons.mail.models.mail_message",
    "odoo.addons.website_crm_score.models.mail_message",
)
# Of fields of these types, it is not looked whether they change: html is cleaned
UNCOMPARED = ("html", "one2many")
MOVED = ("res_id", "subject")
# What leads know of their messages
OF_MESSAGES = ("message_ids", "website_message_ids", "has_message")
OF_MESSAGES += ("message_needaction", "message_needaction_counter")
# What may belong to leads: the column that has their ids, and the one of their model
BELONGINGS = {
    "mail.followers": ("res_id", "res_model"),
    "mail.message": ("res_id", "model"),
    "mail.activity": ("res_id", "res_model"),
    "ir.attachment": ("res_id", "res_model"),
    "calendar.event": ("opportunity_id", None),
}


class Mergers(HandedDown):
    """The groups of leads that are being merged.

    :param crm.lead leads: all of them
    """

    context_key = "mergers"

    def __init__(self, leads):
        self.leads = leads
        is_moved = any(list_strangers(leads, MOVING, KNOWN))
        self.owners = None if is_moved else _find_owners(leads)
        self.kept = _find_kept(leads)
        self.written, self.changes, self.sources = {}, defaultdict(set), {}
        self.messages = [] if _can_move(leads.env["mail.message"]) else None
        _read(leads.sudo())  # sudo: as core words the summary, and moves messages
        self.before = {lead.id: lead.probability for lead in leads.sudo()}

    def narrow(self, leads, *names):
        """Return those of ``leads`` that have any of what ``names`` are."""
        if self.owners is None:
            return leads
        owners = set().union(*map(self.owners.get, names))
        return leads.filtered(lambda lead: lead.id in owners)

    @contextmanager
    def writing(self, lead, vals):
        """Have of ``vals`` only what changes the lead written. What depends on the
        rest, and what core estimates, is computed of all at once: see :meth:`finish`.

        :return: a context manager of what is to be written
        """
        same = _find_same(lead, vals) if len(lead) == 1 else []
        left = same if self._is_left_alone(lead) else []
        left = [name for name in left if name not in self.kept]
        key = frozenset(vals).difference(LOG_ACCESS_COLUMNS)
        self.written.setdefault(key, []).extend(lead.ids)
        for one in lead:
            changed = {name for name in vals if vals[name] or one[name]}
            self.changes[one.id] |= changed.difference(same)
        with self._protecting(lead, left, key):
            yield {name: value for name, value in vals.items() if name not in left}
        for name in ESTIMATES:
            lead.env.remove_to_compute(lead._fields[name], lead)

    def _is_left_alone(self, lead):
        """Return whether nothing follows if a lead is given the values that it has."""
        is_open = lead.active and lead.won_status == "pending"
        return self.kept is not None and is_open and not lead.stage_id.is_won

    def _protecting(self, leads, kept, names):
        """Have not computed what leads are given, nor what follows from nothing that
        changes.

        :param kept: the fields of what they are given and is not written
        :param frozenset names: those of all that they are given
        """
        if names not in self.sources:
            self.sources[names] = find_sources(leads, names)
        given = _list_given(leads, kept)
        settled = list_settled(leads, self.sources[names], self.changes)
        return leads.env.protecting([(given, leads), *settled])

    def collect(self, messages, vals):
        """Note where core moves messages, to do it at once for all.

        :return: whether it was noted
        :rtype: bool
        """
        if self.messages is None or not messages.env.su or vals.keys() != {*MOVED}:
            return False
        self.messages += [
            (id_, vals["res_id"], vals["subject"]) for id_ in messages.ids
        ]
        return True

    def finish(self, heads):
        """Do what was put off, for all of the leads that are left."""
        if self.messages:
            self._move_messages()
        for names, ids in self.written.items():
            leads = heads.browse(ids)
            with self._protecting(leads, names, names):
                leads.modified(names)
        estimate(heads, self.before)
        heads._mark_pageviews_stale()

    def _move_messages(self):
        ids, lead_ids, subjects = map(list, zip(*self.messages, strict=True))
        env = self.leads.env
        env["mail.message"].browse(ids).invalidate_recordset()
        env.cr.execute(
            SQL(
                """
                UPDATE mail_message message
                   SET res_id = moved.res_id, subject = moved.subject,
                       write_uid = %s, write_date = %s
                  FROM unnest(%s::int[], %s::int[], %s::text[])
                       AS moved(id, res_id, subject)
                 WHERE message.id = moved.id
                """,
                env.uid,
                env.cr.now(),
                ids,
                lead_ids,
                subjects,
            )
        )
        self.leads.invalidate_recordset(OF_MESSAGES, flush=False)


def _can_move(messages):
    """Return whether nothing happens when messages are moved but what core does."""
    fields = map(messages._fields.get, MOVED)
    return not (
        messages._constraint_methods
        or any(list_strangers(messages, WRITING, KNOWN_OF_MESSAGES))
        or any(
            other.store and other.compute
            for field in fields
            for other in messages.pool.get_dependent_fields(field)
        )
    )


def _find_owners(leads):
    """Return of what there is the ids of the leads that have any of it."""
    owners = {}
    for name, (column, model_column) in BELONGINGS.items():
        of_leads = SQL("TRUE")
        if model_column:
            of_leads = SQL("%s = %s", SQL.identifier(model_column), leads._name)
        query = SQL(
            "SELECT DISTINCT %(column)s FROM %(table)s"
            " WHERE %(column)s IN %(ids)s AND %(of_leads)s",
            column=SQL.identifier(column),
            table=SQL.identifier(leads.env[name]._table),
            ids=leads._ids,
            of_leads=of_leads,
        )
        owners[name] = {lead_id for (lead_id,) in leads.env.execute_query(query)}
    return owners


def _find_kept(leads):
    """Return the names of the fields that are written also if they do not change, as
    more follows from it than what is computed; None if that may be so of all of them.
    """
    checks = {method.__module__ for method in leads._constraint_methods}
    if any(list_strangers(leads, WRITING, KNOWN)) or not checks.issubset(KNOWN):
        return None
    subtypes = leads.env["mail.message.subtype"]
    *_ids, relations = subtypes._get_auto_subscription_subtypes(leads._name)
    follow = set().union(*relations.values())
    return follow.union(
        LOG_ACCESS_COLUMNS,
        (name for name, field in leads._fields.items() if _has_more(field)),
    )


def _has_more(field):
    return (
        field.inverse
        or field.type in UNCOMPARED
        or field.translate
        or field.company_dependent
        or field.comodel_name == "res.users"
    )


def _read(leads):
    """Read what core looks at of one group after another."""
    names = [name for name in leads._merge_get_fields() if name in leads._fields]
    leads.fetch([*names, "lead_properties"])
    for name in ("message_ids", "activity_ids", "message_follower_ids"):
        leads.mapped(name)
    for name in names:
        if leads._fields[name].type == "many2one":
            leads[name].mapped("display_name")
    leads.country_id.mapped("code")
    leads.message_ids.fetch(["subject"])


def _find_same(lead, vals):
    """Return the names of the values that a lead has already."""
    return [
        name
        for name, value in vals.items()
        if lead._fields[name].type not in UNCOMPARED and _is_same(lead, name, value)
    ]


def _is_same(lead, name, value):
    field, now = lead._fields[name], lead[name]
    if field.type == "many2many":
        return _get_set_ids(value) == set(now.ids)
    return not field._filter_not_equal(lead, field.convert_to_cache(value, lead))


def _get_set_ids(value):
    """Return the ids that a value of links has, None if it adds or removes some."""
    if isinstance(value, BaseModel):
        return set(value.ids)
    if len(value) == 1 and value[0][0] == Command.SET:
        return set(value[0][2])
    return None


def _list_given(leads, names):
    """Return the fields that the ORM computes no more while ``names`` are written."""
    computed = leads.pool.field_computed
    return {
        other
        for field in map(leads._fields.get, names)
        if field.inverse or (field.compute and not field.readonly)
        for other in computed.get(field, [field])
    }
