"""Who is to follow leads that are handed over, added to all of a batch at once."""

from odoo.addons.website_crm_score.tools.own_context import HandedDown


class NewFollowers(HandedDown):
    """Collects whom ``_insert_followers`` is to add, for some leads after others."""

    context_key = "new_followers"

    def __init__(self):
        self.asked = []
        self.answers = {}

    def insert(self, leads):
        """Add who does not follow yet, as ``_insert_followers``.

        :param crm.lead leads: that were handed over, in their own environment
        """
        if not self.asked:
            return
        # sudo: as core adds followers
        followers = leads.env["mail.followers"].sudo()
        partner_ids = {id_ for _ids, subtypes in self.asked for id_ in subtypes}
        asked = [(leads._name, leads.ids)], list(partner_ids)
        there = {row[1:3] for row in followers._get_subscription_data(*asked)}
        vals_list = []
        for lead_ids, subtypes in self.asked:
            for lead_id in lead_ids:
                missing = [id_ for id_ in subtypes if (lead_id, id_) not in there]
                there.update((lead_id, id_) for id_ in missing)
                new, _known = followers._add_followers(
                    leads._name, [lead_id], missing, subtypes, check_existing=False
                )
                for vals in new.get(lead_id, ()):
                    vals_list.append(vals | {"res_id": lead_id})
        followers.with_context(default_partner_id=False).create(vals_list)
