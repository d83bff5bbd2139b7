from odoo import models

from odoo.addons.website_crm_score.tools.merging import get_pairs_sql, move_to_owners


class WebsiteVisitor(models.Model):
    """Visitors who log in keep the carts that they had before."""

    _inherit = "website.visitor"

    def _merge_visitor(self, target):
        pairs = get_pairs_sql({target: self})
        move_to_owners(self.env["sale.order"], "website_visitor_id", pairs)
        return super()._merge_visitor(target)
