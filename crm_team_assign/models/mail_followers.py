from odoo import api, models

from odoo.addons.website_crm_score.tools.own_context import OURS

from ..execution import plain_create
from ..execution.new_followers import NewFollowers

# What records know of their followers
OF_FOLLOWERS = ("message_follower_ids", "message_partner_ids", "message_is_follower")


class MailFollowers(models.Model):
    """Who follows leads since he was assigned them is added to all at once."""

    _inherit = "mail.followers"

    @api.model_create_multi
    def create(self, vals_list):
        is_batch = self.env.context.get("is_batch") is OURS
        if not is_batch or not plain_create.can_add(self, vals_list):
            return super().create(vals_list)
        followers = plain_create.add(self, vals_list)
        leads = self.env["crm.lead"].browse(vals["res_id"] for vals in vals_list)
        leads.invalidate_recordset(OF_FOLLOWERS, flush=False)
        return followers

    def _insert_followers(
        self,
        res_model,
        res_ids,
        partner_ids,
        subtypes=None,
        customer_ids=None,
        check_existing=True,
        existing_policy="skip",
    ):
        new = NewFollowers.get(self.env)
        how = res_model, check_existing, existing_policy
        if new and subtypes and how == ("crm.lead", True, "skip"):
            new.asked.append((res_ids, {id_: subtypes[id_] for id_ in partner_ids}))
            return None
        return super()._insert_followers(
            res_model,
            res_ids,
            partner_ids,
            subtypes,
            customer_ids,
            check_existing,
            existing_policy,
        )

    def _get_subscription_data(
        self, doc_data, pids, include_pshare=False, include_active=False
    ):
        asked = doc_data, pids, include_pshare, include_active
        new = NewFollowers.get(self.env)
        if not new or any(model != "crm.team" for model, _ids in doc_data):
            return super()._get_subscription_data(*asked)
        # Who follows the team: asked for each of its members.
        key = repr(asked)
        if key not in new.answers:
            new.answers[key] = super()._get_subscription_data(*asked)
        return new.answers[key]
