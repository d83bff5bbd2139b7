"""What follows when leads get what their duplicates had, as when Odoo writes them."""

from .own_context import OURS

# What a lead tells its contact, by its field: whether it does, and in which field.
TOLD = {
    "email_from": ("_get_partner_email_update", "email"),
    "phone": ("_get_partner_phone_update", "phone"),
}
# What core estimates of a lead
ESTIMATES = ("probability", "automated_probability")


class MergeFollowUp:
    """What is computed from the values of merged leads, and what their contacts are
    told, whose other leads follow.

    It is done without that an automation rule runs or a message tells of it.

    :param crm.lead heads: leads that are about to get other values in SQL; no two of
        a contact
    :param names: the fields that a merger writes, whether they change or not
    """

    def __init__(self, heads, names):
        # sudo: a merger is planned by whom may assign leads, whatever contacts he sees
        silent = heads.sudo().with_context(tracking_disable=True, is_restated=OURS)
        self.heads = silent
        self.fields = [heads._fields[name] for name in names]
        self.owners = {lead: (lead.user_id, lead.team_id) for lead in silent}

    def run(self):
        """Have all follow from what the leads have now."""
        self.heads.invalidate_recordset(flush=False)
        with self.heads.env.protecting(self._list_written()):
            for fields, leads in self._list_written():
                leads.modified([field.name for field in fields])
            for name in TOLD:
                self._tell_contacts(name)
        keep_unknown_probabilities(self.heads)
        self.heads.env.flush_all()

    def _list_written(self):
        """Return which fields are written of which leads: a user or team that stays
        is not."""
        written = [
            field for field in self.fields if field.name not in ("user_id", "team_id")
        ]
        pairs = [(written, self.heads)]
        for place, name in enumerate(("user_id", "team_id")):
            changed = self.heads.filtered(
                lambda lead, place=place, name=name: self.owners[lead][place]
                != lead[name]
            )
            pairs.append(([self.heads._fields[name]], changed))
        return pairs

    def _tell_contacts(self, name):
        asks, of_contact = TOLD[name]
        for lead in self.heads:
            if getattr(lead, asks)(force_void=False):
                contact = lead.partner_id
                contact._write({of_contact: lead[name]})
                contact.invalidate_recordset([of_contact], flush=False)
                contact.modified([of_contact])


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
        contacts = leads.sudo().partner_id.ids  # sudo: as MergeFollowUp
        place = max((last[id_] + 1 for id_ in contacts if id_ in last), default=0)
        last |= dict.fromkeys(contacts, place)
        if place == len(portions):
            portions.append([])
        portions[place].append(leads)
    return portions
