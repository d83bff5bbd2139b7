from odoo import api, fields, models

from ..fields import TechnicalDatetime
from ..scoring.grading import ENGAGEMENT, FIT
from ..scoring.matching import looks_at_pages


class WebsiteCrmScoreCategory(models.AbstractModel):
    """What the points of a rule are part of: the fit or the engagement.

    Unless somebody chose it, what the rule looks at says so.
    """

    _name = "website.crm.score.category"
    _description = "Category of a Scoring Rule"

    category = fields.Selection(
        selection=[(FIT, "Fit"), (ENGAGEMENT, "Engagement")],
        string="Belongs to",
        compute="_compute_category",
        store=True,
        precompute=True,
        required=True,
        readonly=False,
        help="Fit: who they are.\nEngagement: what they do.",
    )
    category_date = TechnicalDatetime(
        copy=False, groups="base.group_system", help="When the category last changed."
    )

    @api.depends("rule_type", "domain", "apply_to")
    def _compute_category(self):
        for rule in self:
            # In a form, it follows what the rule comes to look at; a choice is kept as
            # long as that stays. Elsewhere, only the type of a rule changes it.
            saved, is_in_form = rule._origin, not isinstance(rule.id, int)
            guess = rule._guess_category()
            before = (saved.rule_type, saved._guess_category()) if saved else None
            follows = is_in_form and before != (rule.rule_type, guess)
            rule.category = guess if follows else rule.category or guess

    def _follow_category(self, before):
        """Have those who hold points of the rules that changed their category since
        ``before`` have these points in the other part of their score."""
        if moved := self.filtered(lambda rule: rule.category != before[rule]):
            # sudo: of a rule that may be changed, this is what the jobs note
            moved.sudo().category_date = self.env.cr.now()
            # sudo: nobody may write the ledger, but whoever may change the rule
            self.env["website.crm.score.line"].sudo()._resum_holders(moved)

    def _guess_category(self):
        """Return what this rule belongs to by what it looks at."""
        is_engagement = self.rule_type == "event" or looks_at_pages(self)
        return ENGAGEMENT if is_engagement else FIT
