"""What follows when leads get what their duplicates had, as when Odoo writes them."""

from .own_context import OURS

# What a lead tells its contact, by its field: whether it does, and in which field.
TOLD = {
    "email_from": ("_get_partner_email_update", "email"),
    "phone": ("_get_partner_phone_update", "phone"),
}
OWNERS = ("user_id", "team_id")
# What core estimates of a lead
ESTIMATES = ("probability", "automated_probability")
# What core computes of a lead's own columns alone: where these stay, it stays
SETTLED = (
    "day_close",
    "day_open",
    "email_domain_criterion",
    "email_normalized",
    "email_state",
    "phone_sanitized",
    "phone_state",
    "prorated_revenue",
    "recurring_revenue_monthly",
    "recurring_revenue_monthly_prorated",
    "recurring_revenue_prorated",
)


def follow_up(heads, names, changes):
    """Compute what follows from the values of merged leads, and tell their contacts,
    whose other leads follow.

    It is done without that an automation rule runs or a message tells of it.

    :param crm.lead heads: leads that were given values in SQL; no two of a contact
    :param names: the fields that a merger writes, whether they change or not
    :param dict changes: the names of those that change, by the id of the lead
    """
    # sudo: a merger is planned by whom may assign leads, whatever contacts he sees
    heads = heads.sudo().with_context(tracking_disable=True, is_restated=OURS)
    heads.invalidate_recordset(flush=False)
    before = {lead.id: lead.probability for lead in heads}
    written = _list_written(heads, names, changes)
    settled = list_settled(heads, find_sources(heads, names), changes)
    with heads.env.protecting(written + settled):
        for fields, leads in written:
            leads.modified([field.name for field in fields])
        for name in TOLD:
            _tell_contacts(heads, name)
    estimate(heads, before)
    heads.env.flush_all()


def _list_written(heads, names, changes):
    """Return which fields are written of which leads: a user or team that stays is
    not."""
    pairs = [([name for name in names if name not in OWNERS], heads.ids)]
    for name in OWNERS:
        pairs.append(([name], [id_ for id_, n in changes.items() if name in n]))
    return [
        ([heads._fields[name] for name in names], heads.browse(ids))
        for names, ids in pairs
    ]


def _tell_contacts(heads, name):
    asks, of_contact = TOLD[name]
    for lead in heads:
        if getattr(lead, asks)(force_void=False):
            contact = lead.partner_id
            contact._write({of_contact: lead[name]})
            contact.invalidate_recordset([of_contact], flush=False)
            contact.modified([of_contact])


def find_sources(leads, names):
    """Return of which of the fields ``names`` each settled field is computed.

    :rtype: dict[odoo.fields.Field, set]
    """
    sources = {field: set() for field in map(leads._fields.get, SETTLED) if field}
    for name in names:
        for field in leads.pool.get_dependent_fields(leads._fields[name]):
            if field in sources:
                sources[field].add(name)
    return sources


def list_settled(leads, sources, changes):
    """Return which fields stay of which leads that are given values.

    :param dict sources: see :func:`find_sources`
    :param dict changes: the names of the fields that change, by the id of the lead
    :return: what ``Environment.protecting`` takes
    :rtype: list[tuple]
    """
    return [
        (
            [field],
            leads.browse(id_ for id_ in leads.ids if names.isdisjoint(changes[id_])),
        )
        for field, names in sources.items()
    ]


def estimate(leads, before):
    """Have leads estimated where core does, and computed what follows from it.

    :param dict before: the probability of each, by its id
    """
    keep_unknown_probabilities(leads)
    changed = leads.filtered(lambda lead: lead.probability != before[lead.id])
    changed.modified(["probability"])


def keep_unknown_probabilities(leads):
    """Keep the probability of leads whose team has not won or not lost any.

    Core does so with one lead, as it merges them, but asked for several it has an
    answer for all but the first.
    """
    for same in leads.filtered("stage_id").grouped("team_id").values():
        if not same[0]._pls_get_naive_bayes_probabilities()[0]:
            for name in ESTIMATES:
                same.env.remove_to_compute(same._fields[name], same)


def split_by_contact(groups):
    """Return groups of leads in portions, one after another: what one portion tells a
    contact, a later one finds.

    :param list groups: leads
    :rtype: list[list]
    """
    portions, last = [], {}
    for leads in groups:
        contacts = leads.sudo().partner_id.ids  # sudo: as in follow_up
        place = max((last[id_] + 1 for id_ in contacts if id_ in last), default=0)
        last |= dict.fromkeys(contacts, place)
        if place == len(portions):
            portions.append([])
        portions[place].append(leads)
    return portions
