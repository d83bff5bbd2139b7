from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.actions import get_action

OF_LAST_RUN = {
    "compute": "_compute_last_run",
    "groups": "sales_team.group_sale_manager",
}


class WebsiteCrmScoreResults(models.AbstractModel):
    """What a rule did: which owners have points of it, what its last run found, and how
    many of the leads that it gave points to were won.
    """

    _name = "website.crm.score.results"
    _description = "Results of a Scoring Rule"

    lead_count = fields.Integer(string="Matched Leads", compute="_compute_lead_count")
    partner_count = fields.Integer(
        string="Matched Contacts", compute="_compute_lead_count"
    )
    last_run_date = fields.Datetime(string="Last Run", **OF_LAST_RUN)
    last_run_state = fields.Selection(
        string="Result of Last Run",
        selection=lambda self: self.env["website.crm.score.run"]
        ._fields["state"]
        ._description_selection(self.env),
        **OF_LAST_RUN,
    )
    last_matched_count = fields.Integer(string="Matched in Last Run", **OF_LAST_RUN)
    last_gained_count = fields.Integer(string="New in Last Run", **OF_LAST_RUN)
    last_seconds = fields.Float(
        string="Seconds of Last Run", digits=(16, 2), **OF_LAST_RUN
    )
    closed_count = fields.Integer(
        string="Closed Leads",
        compute="_compute_win_rate",
        groups="sales_team.group_sale_manager",
    )
    win_rate = fields.Float(
        compute="_compute_win_rate",
        aggregator=None,
        groups="sales_team.group_sale_manager",
        help="How many of the won and lost leads with points of the rule are won.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_count(self):
        self.lead_count = self.partner_count = 0
        for owners, rules in self._group_by_owners():
            name = f"{rules[:1].apply_to}_count"
            domain = [("score_ids", "in", rules.ids)]
            owners = owners.with_context(active_test=False)
            by = ["score_ids", "company_id"]
            for rule, company, count in owners._read_group(domain, by, ["__count"]):
                if rule in rules and rule.company_id in (company, company.browse()):
                    rule[name] += count

    def _compute_last_run(self):
        lines = self.env["website.crm.score.run.line"]
        newest = lines._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["id:max"]
        )
        last = {rule: lines.browse(id_) for rule, id_ in newest}
        for rule in self:
            line = last.get(rule, lines)
            rule.last_run_date = line.start_date
            rule.last_run_state = line.state
            rule.last_matched_count = line.matched_count
            rule.last_gained_count = line.gained_count
            rule.last_seconds = line.seconds

    @api.depends_context("allowed_company_ids")
    def _compute_win_rate(self):
        rates = self.env["website.crm.score.rule.report"]._get_win_rates(self)
        for rule in self:
            rule.closed_count, rule.win_rate = rates.get(rule._origin.id, (0, 0.0))

    # HOLDERS

    def _get_holders_domain(self):
        """Return the domain of the owners with points of these rules.

        Reasons of another company's rules wait until the owner is that company's again.
        """
        groups = self.grouped("company_id").items()
        return Domain.OR(
            Domain("score_ids", "in", rules.ids)
            & (Domain("company_id", "=", company.id) if company else Domain.TRUE)
            for company, rules in groups
        )

    def _count_holders(self):
        return sum(
            owners.with_context(active_test=False).search_count(
                rules._get_holders_domain()
            )
            for owners, rules in self._group_by_owners()
        )

    # ACTIONS

    def action_open_leads(self):
        """Open the leads and opportunities, or contacts, with points of this rule."""
        self.ensure_one()
        name = "crm_lead" if self.apply_to == "lead" else "res_partner"
        return get_action(
            self.env,
            f"website_crm_score.{name}_action_scored",
            domain=list(self._get_holders_domain()),
        )

    def action_open_win_rate(self):
        """Show what became of the leads with points of this rule, and of others."""
        self.ensure_one()
        return get_action(
            self.env,
            "website_crm_score.website_crm_score_rule_report_action",
            domain=[("rule_id", "=", self.id)],
            context={"active_test": False},
        )

    def action_open_runs(self):
        """Open what the last runs did with this rule."""
        self.ensure_one()
        return get_action(
            self.env,
            "website_crm_score.website_crm_score_run_line_action",
            domain=[("rule_id", "=", self.id)],
        )
