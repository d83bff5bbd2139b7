from odoo import api, models


class CrmLead(models.Model):
    """Leads are scored again when they turn out to be another customer, whose orders
    are old ones."""

    _inherit = "crm.lead"

    # The customers of many orders have no lead: they are looked up by their address.
    # The newsletters' addon has the same one: by its name, it is there once, as long as
    # one of the two is installed.
    _score_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    @api.model
    def _get_identity_fields(self):
        return super()._get_identity_fields() | self._email_fields

    def _mark_pageviews_stale(self):
        # Other visitors have other carts, even those who saw no tracked page.
        self._mark_stale()
        return super()._mark_pageviews_stale()
