from odoo import api, models

from ..tools.merging import get_pairs_sql
from ..tools.own_context import OURS


class BasePartnerMerge(models.TransientModel):
    """Merged contacts have the points of all of them, each rule counting once."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # sudo: whoever may merge contacts, nobody may write the ledger
        lines = self.env["website.crm.score.line"].sudo()
        pairs = get_pairs_sql({dst_partner: src_partners})
        lines._merge(dst_partner, pairs)
        dst_partner._merge_events(pairs)
        # What happened to all of them is what happened to one, and to the leads of one:
        # count it again.
        # sudo: the mark is the job's
        dst_partner.sudo()._mark_stale()
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        leads.search([("partner_id", "=", dst_partner.id)])._mark_stale()
        return result

    @api.model
    def _update_values(self, src_partners, dst_partner):
        dst_partner = dst_partner.with_context(is_partner_merge=OURS)
        return super()._update_values(src_partners, dst_partner)
