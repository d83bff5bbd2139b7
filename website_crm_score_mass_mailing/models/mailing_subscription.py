from odoo import api, models


class MailingSubscription(models.Model):
    """Who left a mailing list left it when it happened, also where a reason is added
    later."""

    _inherit = "mailing.subscription"

    @api.depends("opt_out")
    def _compute_opt_out_datetime(self):
        left = self.filtered(lambda one: one.opt_out and one.opt_out_datetime)
        return super(MailingSubscription, self - left)._compute_opt_out_datetime()
