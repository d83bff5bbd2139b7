from odoo import api, fields, models
from odoo.fields import Domain


class WebsiteCrmScored(models.AbstractModel):
    """Leads and contacts are above or below the level of an automation rule since a
    date, on which such a rule can be based."""

    _inherit = "website.crm.scored"

    score_level_date = fields.Datetime(
        string="Score Level Since",
        compute="_compute_score_level_date",
        search="_search_score_level_date",
        exportable=False,
        help="For automation rules: since when the score is above, or below, the level "
        "that the rule looks at.",
        groups="sales_team.group_sale_salesman",
    )

    @api.depends("score", "create_date")
    @api.depends_context("score_level")
    def _compute_score_level_date(self):
        name = self._ledger_field
        query = self._search_crossings(Domain(name, "in", self.ids))
        crossings = self.env["website.crm.score.crossing"].sudo().browse(query)
        dates = {crossing[name].id: crossing.date for crossing in crossings}
        for owner in self:
            owner.score_level_date = dates.get(owner._origin.id, owner.create_date)

    @api.model
    def _search_score_level_date(self, operator, value):
        # The ORM asks for the rights on fields that have a column alone.
        self._check_field_access(self._fields["score_level_date"], "read")
        if operator == "not in" and set(value) == {False}:
            return Domain.TRUE
        if operator not in ("<", "<=", ">", ">="):
            return NotImplemented
        is_created = Domain("create_date", operator, value)
        is_crossed = self._crossed_domain(Domain("date", operator, value))
        return is_crossed | (~self._crossed_domain() & is_created)

    @api.model
    def _crossed_domain(self, domain=Domain.TRUE):
        """Return the domain of those whose scores crossed the level at all, or so that
        ``domain`` holds for the crossing."""
        crossings = self._search_crossings(domain)
        return Domain("id", "in", crossings.subselect(self._ledger_field))

    @api.model
    def _search_crossings(self, domain):
        """Return a query of what crossed the level of the automation rule."""
        domain &= Domain("level", "=", self.env.context.get("score_level", 0.0))
        domain &= Domain(self._ledger_field, "!=", False)
        # sudo: the date is that of a record, whoever may read crossings
        return self.env["website.crm.score.crossing"].sudo()._search(domain)

    @api.model
    def _is_score_listened_to(self):
        # sudo: automation rules are run for everybody, whoever may read them
        automations = self.env["base.automation"].sudo()
        return super()._is_score_listened_to() or automations._hear_scores(self._name)

    @api.model
    def _write_scores(self, batch, alerts=None):
        # sudo: whoever makes scores change, automation rules are run for everybody
        levels = self.env["base.automation"].sudo()._get_score_levels(self._name)
        if levels:
            self.env["website.crm.score.crossing"].sudo()._note(self, batch, levels)
        return super()._write_scores(batch, alerts)
