from odoo import api, fields, models
from odoo.fields import Domain

RECENT_DAYS = 30


class CrmTeam(models.Model):
    """A sales team takes leads that reach its minimum score and match its filter."""

    _name = "crm.team"
    _inherit = ["crm.team", "crm.assignment.filter.mixin"]

    min_for_assign = fields.Float(
        string="Minimum Score",
        digits=(16, 2),
        default=0.0,
        tracking=True,
        help="Only leads with at least this score are assigned to the team and its "
        "salespeople. Of several teams that match, the one with the highest minimum "
        "takes the lead.",
    )
    assignment_member_error = fields.Boolean(
        compute="_compute_assignment_member_error",
        search="_search_assignment_member_error",
        help="The last assignment left out members of this team.",
    )
    # Where the next run goes on, so that turns are fair over many runs.
    assignment_last_member_id = fields.Many2one(
        comodel_name="crm.team.member",
        string="Last Assigned Member",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="The next run starts with the member after this one.",
    )
    assignment_credit = fields.Integer(
        readonly=True,
        copy=False,
        help="How much this team is owed of the leads that it shares with others.",
    )

    recent_lead_count = fields.Integer(
        string="Leads of the last 30 days", compute="_compute_recent_lead_counts"
    )
    recent_reach_count = fields.Integer(
        string="Of these, leads that reach the minimum",
        compute="_compute_recent_lead_counts",
    )

    @api.depends("min_for_assign", "assignment_domain", "company_id", "member_ids")
    def _compute_recent_lead_counts(self):
        """What if: how many of the last 30 days' leads would pass, as it is typed."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=RECENT_DAYS)
        Leads = self.env["crm.lead"].with_context(active_test=False)
        for team in self:
            domain = Domain("create_date", ">=", since)
            domain &= team._get_assignment_company_domain()
            domain &= team._get_filter_domain()
            minimum = Domain("score", ">=", team.min_for_assign)
            team.recent_lead_count = Leads.search_count(domain)
            team.recent_reach_count = Leads.search_count(domain & minimum)

    @api.constrains("assignment_domain")
    def _constrains_assignment_domain(self):
        """Instead of core's check: try the filter as it is used, and tell why not."""
        self._check_filter("assignment_domain")

    @api.depends("crm_team_member_ids.assignment_error")
    def _compute_assignment_member_error(self):
        for team in self:
            errors = team.crm_team_member_ids.mapped("assignment_error")
            team.assignment_member_error = any(errors)

    def _search_assignment_member_error(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("crm_team_member_ids.assignment_error", "!=", False)]

    @api.depends("crm_team_member_ids.assignment_unlimited")
    def _compute_lead_all_assigned_month_count(self):
        result = super()._compute_lead_all_assigned_month_count()
        for team in self:
            if any(team.crm_team_member_ids.mapped("assignment_unlimited")):
                team.lead_all_assigned_month_exceeded = False
        return result

    def action_start_assignment(self):
        """Ask how leads are to be assigned to these teams, or to all that take leads:
        it says how much of the day's share is used.

        :rtype: dict
        :raise UserError: if the user may not assign leads
        """
        self._check_assignment_allowed()
        teams = self or self.search(self._get_assignment_team_domain())
        return self.env["crm.assignment.start"]._open(teams)

    def action_plan_assignment(self):
        """Open a dry run: what would happen if these teams, or all teams that take
        leads, got what is left of the day's share now.

        :rtype: dict
        :raise UserError: if the user may not assign leads
        """
        self._check_assignment_allowed()
        teams = self or self.search(self._get_assignment_team_domain())
        return self.env["crm.assignment.plan"]._rehearse(teams)._open()

    @api.model
    def _get_assignment_team_domain(self):
        """Return the domain of the teams that the daily assignment looks at."""
        uses = Domain("use_leads", "=", True) | Domain("use_opportunities", "=", True)
        # Whatever the context says of archived ones.
        is_active = Domain("active", "=", True)
        return is_active & uses & Domain("assignment_optout", "=", False)

    def _get_assignment_weight(self):
        """Return the share of this team in leads that several teams could take."""
        self.ensure_one()
        members = self.crm_team_member_ids
        return sum(member._get_assignment_weight() for member in members)

    def _get_assignment_companies(self):
        """Return the companies whose leads this team can take.

        Leads of no company go to any team.
        """
        self.ensure_one()
        # sudo: companies that the one who assigns has no access to
        team = self.sudo()
        return team.company_id or team.crm_team_member_ids.user_id.company_ids

    def _get_assignment_company_domain(self):
        companies = self._get_assignment_companies()
        return Domain("company_id", "in", [*companies.ids, False])

    @api.model
    def _get_takers(self):
        """Return the teams that take leads by themselves, whoever asks.

        :rtype: crm.team
        """
        # sudo: the teams of other companies, for the leads of those
        return self.sudo().search(self._get_assignment_team_domain())

    def _get_matching_domain(self):
        """Return the domain of leads that this team takes if their score is enough: its
        own, and, if it has room at all, those without a team.

        :rtype: Domain
        """
        self.ensure_one()
        teams = [self.id, False] if self._get_assignment_weight() else [self.id]
        domain = Domain("team_id", "in", teams) & self._get_assignment_company_domain()
        return domain & self._get_filter_domain()
