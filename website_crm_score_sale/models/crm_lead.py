from odoo import models


class CrmLead(models.Model):
    """Leads are scored again when they turn out to be another customer, whose orders
    are old ones."""

    _inherit = "crm.lead"

    # The customers of many orders have no lead: they are looked up by their address.
    _email_normalized_order_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    def write(self, vals):
        result = super().write(vals)
        if {"email_from", "partner_id"} & vals.keys():
            self._mark_stale()
        return result

    def _mark_pageviews_stale(self):
        # Other visitors have other carts, even those who saw no tracked page.
        result = super()._mark_pageviews_stale()
        self._mark_stale()
        return result
