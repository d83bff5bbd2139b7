from odoo import api, models


class WebsiteVisitor(models.Model):
    """Visitors tell their leads when the pages that these saw change other than by a
    new visit."""

    _inherit = "website.visitor"

    @api.model_create_multi
    def create(self, vals_list):
        visitors = super().create(vals_list)
        if any("lead_ids" in vals for vals in vals_list):
            visitors._mark_leads_outdated()
        return visitors

    def write(self, vals):
        result = super().write(vals)
        if "lead_ids" in vals:
            self._mark_leads_outdated()
        return result

    def _merge_visitor(self, target):
        result = super()._merge_visitor(target)
        target._mark_leads_outdated()  # the tracks that it got are not recent ones
        return result

    def _mark_leads_outdated(self):
        # sudo: visitors are merged by users who may not read leads
        self.sudo().lead_ids._mark_pageviews_outdated()
