from odoo import api, models

from odoo.addons.website_crm_score.tools.own_context import OURS

from ..execution import plain_create

# What core finds out for messages that come without it
GIVEN = {"body", "email_from", "message_id", "reply_to"}


class MailMessage(models.Model):
    """What an assignment logs on its leads is added at once, see ``BatchLog``."""

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        is_batch = self.env.context.get("is_batch") is OURS
        if is_batch and all(_is_log(vals) for vals in vals_list):
            if plain_create.can_add(self, vals_list):
                return plain_create.add(self, vals_list)
        return super().create(vals_list)


def _is_log(vals):
    """Return whether core would add a message with these values as they are."""
    return vals.keys() >= GIVEN and "data:image" not in vals["body"]
