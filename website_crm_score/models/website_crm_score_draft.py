from odoo import api, fields, models
from odoo.fields import Domain


class WebsiteCrmScoreDraft(models.AbstractModel):
    """What is a draft as long as it was never switched on: it does nothing yet."""

    _name = "website.crm.score.draft"
    _description = "Draft"

    is_draft = fields.Boolean(
        string="Draft",
        readonly=True,
        help="A rule that was never switched on: nothing scores by it yet. It is no "
        "draft any more once it is switched on.",
    )

    _draft_is_off = models.Constraint(
        "CHECK (NOT (active AND is_draft))",
        "A draft is not switched on: it is a draft no more as soon as it is.",
    )

    @api.model
    def _search(self, domain, *args, active_test=True, **kwargs):
        # What the list of rules shows, and its groups: archived ones by a filter alone.
        if active_test and self.env.context.get("website_crm_score_with_drafts"):
            domain = Domain(domain)
            if not any(one.field_expr == "active" for one in domain.iter_conditions()):
                domain &= self._shown_domain()
        return super()._search(domain, *args, active_test=active_test, **kwargs)

    @api.model
    def _shown_domain(self):
        """Return the domain of the rules that are switched on, or drafts."""
        return Domain("active", "=", True) | Domain("is_draft", "=", True)

    @api.model
    def _settle_draft(self, vals):
        """Return ``vals`` of a rule that is switched on, or a draft, but not both."""
        if vals.get("is_draft"):
            return {**vals, "active": False}
        return {**vals, "is_draft": False} if vals.get("active") else vals
