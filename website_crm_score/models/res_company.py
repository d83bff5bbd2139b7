from odoo import api, models
from odoo.tools import ormcache

from ..fields import TechnicalBoolean


class ResCompany(models.Model):
    """Knows whether its managers have taken the first steps of lead scoring."""

    _inherit = "res.company"

    # Set once, whatever is taken back later.
    scoring_steps_over = TechnicalBoolean(copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env.registry.clear_cache()  # which companies there are
        return companies

    @api.model
    @ormcache()
    def _get_all_company_ids(self):
        """Return the ids of all companies, also of those that are archived or that the
        user may not see, without a query: each rule asks for it. A deleted one can
        still be among them."""
        # sudo: also those that the user may not see
        companies = self.sudo().with_context(active_test=False)
        return frozenset(companies.search([]).ids)  # pylint: disable=no-search-all
