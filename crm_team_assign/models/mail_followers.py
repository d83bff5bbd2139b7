from odoo import api, models

from odoo.addons.website_crm_score.tools.own_context import OURS

from ..execution import plain_create

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
