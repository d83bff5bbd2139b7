from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.website_crm_score.fields import TechnicalInteger
from odoo.addons.website_crm_score.tools.rule_domain import parse_domain

from ..execution import lock
from ..execution.assignment import Assignment
from ..execution.at_once import assign_at_once
from ..execution.idle import find_overdue
from ..execution.merging import merge_duplicates
from ..execution.report import report_members, report_teams

RECENT_DAYS = 30


class CrmTeam(models.Model):
    """A sales team takes leads that reach its minimum score and match its filter."""

    _name = "crm.team"
    _inherit = [
        "crm.team",
        "crm.assignment.filter.mixin",
        "crm.assignment.taking.back",
    ]

    # One word for one thing, also where core has others.
    assignment_domain = fields.Char(string="Filter")
    assignment_optout = fields.Boolean(string="Paused")
    assignment_max = fields.Integer(string="Capacity (a Month)")
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
        help="The next run starts with the member after this one.",
    )
    assignment_credit = TechnicalInteger(
        copy=False,
        help="How much this team is owed of the leads that it shares with others.",
    )

    assignment_working_hours = fields.Boolean(
        string="Working Hours Only",
        tracking=True,
        help="Salespeople get leads only if they are at work within a day, by their "
        "working hours and public holidays. Otherwise the leads of a weekend are "
        "assigned on the weekend, for Monday.",
    )
    assignment_balance = fields.Boolean(
        string="Balance Over the Month",
        tracking=True,
        help="Whoever comes back makes up for the leads that he would have got while "
        "he was away: he is first, and gets up to two days' shares a day until then. "
        "Otherwise the days that he was away are over.",
    )
    assignment_at_once = fields.Boolean(
        string="Assign New Leads at Once",
        tracking=True,
        help="A lead that comes to reach the minimum score is handed over within "
        "minutes, not only by the next daily assignment. Capacities and turns are the "
        "same: what is given at once is part of what the day has.",
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
        recent = Domain("create_date", ">=", since)
        recent &= Domain("active", "in", [True, False])
        leads = self._get_filter_reader()
        for team in self:
            domain = Domain.FALSE
            if not team._find_filter_error("assignment_domain"):
                domain = recent & team._get_assignment_company_domain()
                domain &= parse_domain(team.assignment_domain, self.env)
            minimum = Domain("score", ">=", team.min_for_assign)
            team.recent_lead_count = leads.search_count(domain)
            team.recent_reach_count = leads.search_count(domain & minimum)

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
        unlimited = self.filtered("crm_team_member_ids.assignment_unlimited")
        unlimited.lead_all_assigned_month_exceeded = False
        return result

    # WHICH LEADS

    @api.model
    def _get_assignment_team_domain(self):
        """Return the domain of the teams that the daily assignment looks at."""
        uses = Domain("use_leads", "=", True) | Domain("use_opportunities", "=", True)
        uses &= Domain("assignment_optout", "=", False)
        return uses & Domain("active", "=", True)  # whatever the context says of others

    def _get_assignment_weight(self, without=()):
        """Return the weight of this team in leads that several teams could take.

        :param without: ids of members who are away
        """
        self.ensure_one()
        members = self.crm_team_member_ids.filtered(lambda item: item.id not in without)
        return sum(member._get_assignment_weight() for member in members)

    def _get_assignment_companies(self):
        self.ensure_one()
        # sudo: companies that the one who assigns has no access to
        team = self.sudo()
        companies = team.company_id or team.crm_team_member_ids.user_id.company_ids
        return frozenset(companies.ids)

    @api.model
    def _get_takers(self):
        """Return the teams that take leads by themselves, whoever asks."""
        # sudo: the teams of other companies, for the leads of those
        return self.sudo().search(self._get_assignment_team_domain())

    def _find_candidates(self, free, draft):
        """Return which leads without a team each of these teams could take, by team:
        ids; None if it has no capacity, or a filter that fails.

        :param Domain free: these leads
        :param Draft draft: has their facts, and gets the errors of filters
        """
        # Read of all teams at once; sudo: see _get_assignment_companies
        self.sudo().crm_team_member_ids.mapped("user_id.company_ids")
        lead_ids = [facts.id for facts in draft.leads.values() if not facts.team_id]
        found = {}
        return {
            team: team._find_assignable_leads(draft, lead_ids, found, free)
            if team._get_assignment_weight()
            else None
            for team in self
        }

    def _get_member_quotas(self, force_quota, given=None, noted=None):
        """Return ``{member: quota}`` of members with room, there or away, by team;
        whose turn it is comes first.

        :param bool force_quota: see ``crm.team.member._get_assignment_quota``
        :param dict given: how many they got by the plan that is gone on with, by id
        :param dict noted: what that plan had noted that they are owed, by id
        """
        members = self.crm_team_member_ids.filtered(
            lambda member: member._takes_leads()
        )
        quotas = members._get_assignment_quotas(force_quota, given, noted)
        return {
            team: {
                member: quotas[member]
                for member in team._get_rotation()
                if quotas.get(member, 0) > 0
            }
            for team in self
        }

    def _get_rotation(self):
        """Return the members of this team, whose turn it is first."""
        members = self.crm_team_member_ids.sorted("id")
        last_id = self.assignment_last_member_id.id or 0
        later = members.filtered(lambda member: member.id > last_id)
        return later + (members - later)

    # ASKING FOR IT

    def action_start_assignment(self):
        """Ask how leads are to be assigned to these teams, or to all that take leads:
        it says how much of the day's share is used.

        :rtype: dict
        :raise UserError: if the user may not assign leads
        """
        return self.env["crm.assignment.start"]._open(self._get_asked())

    def action_plan_assignment(self):
        """Open a dry run: what would happen if these teams, or all teams that take
        leads, got what is left of the day's share now.

        :rtype: dict
        :raise UserError: if the user may not assign leads
        """
        return self.env["crm.assignment.plan"]._rehearse(self._get_asked())._open()

    def _get_asked(self):
        self._check_assignment_allowed()
        return self or self.search(self._get_assignment_team_domain())

    @api.model
    def _is_assignment_allowed(self):
        """Return what core checks, and refuses with its own words."""
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        return is_manager or self.env.is_system()

    @api.model
    def _check_assignment_allowed(self):
        """
        :raise UserError: if the user is neither a sales manager nor an administrator
        """
        if not self._is_assignment_allowed():
            raise UserError(
                self.env._("Leads are assigned by managers or administrators.")
            )

    # ASSIGNMENT: core's methods, each a hook on a plan that is carried out

    @api.model
    def _cron_assign_leads(self, force_quota=False, creation_delta_days=0):
        """Assign leads of any age: old leads that nobody looked at are leads too."""
        return super()._cron_assign_leads(
            force_quota=force_quota, creation_delta_days=creation_delta_days
        )

    def _action_assign_leads(self, force_quota=False, creation_delta_days=7):
        """Bring scores up to date, then assign.

        In a scheduled action the time for scoring can run out, or another one assigns
        leads at the moment. Nothing is assigned then, and the action runs again.

        :raise UserError: if leads are being assigned at the moment
        """
        if not self._is_assignment_allowed():
            return super()._action_assign_leads(force_quota, creation_delta_days)
        with lock.hold(self.env) as is_free:
            if not is_free or not self._update_scores():
                self.env["ir.cron"]._commit_batch(0, 1)
                return {}, {}
            self.env["crm.team.member"]._end_pauses()
            assignment = Assignment.get(self.env) or Assignment(force_quota)
            teams = self.with_context(assignment=assignment)
            result = super(CrmTeam, teams)._action_assign_leads(
                assignment.force_quota, creation_delta_days
            )
            self.env["ir.cron"]._commit_batch(0, 0)
        return result

    @api.model
    def _cron_assign_at_once(self):
        """Assign the leads that came to reach a minimum lately."""
        assign_at_once(self)

    @api.model
    def _update_scores(self):
        """Score leads as the hourly job does; return whether all is done, since in a
        scheduled action time can run out."""
        # sudo: administrators may assign leads without a right on scoring rules
        rules = self.env["website.crm.score"].sudo()
        return not rules.search_count([], limit=1) or rules.assign_scores_to_leads()

    def _allocate_leads(self, creation_delta_days=7):
        """Give leads without a team to the teams, merged with their duplicates first.

        As a stage of an assignment they go to the members at the same time.

        :return: for each team with capacity the ids ``assigned``, ``merged`` (of
            leads that others were merged into) and ``duplicates`` (gone now)
        :rtype: dict
        """
        free = self.env["crm.lead"]._get_allocation_domain(creation_delta_days)
        merged = merge_duplicates(self, free)
        free &= Domain("id", "not in", merged.busy)
        assignment, waiting, overdue = Assignment.get(self.env), None, None
        if assignment:
            waiting, overdue = self._get_lead_to_assign_domain(), find_overdue(self)
        assignment = assignment or Assignment()
        assignment.carry_out(self, free, waiting, overdue=overdue)
        return report_teams(self, assignment, merged)

    def _get_lead_to_assign_domain(self):
        """Return the domain of open leads of these teams that wait for a salesperson,
        whatever their score: the planner tells why those below the minimum stay."""
        domain = Domain(super()._get_lead_to_assign_domain())
        return domain & self.env["crm.lead"]._open_domain()

    def _assign_and_convert_leads(self, force_quota=False):
        """Make opportunities of the teams' leads and hand them to the members.

        As a stage of an assignment this is done already.

        :return: for each member with room: the leads ``assigned`` and the ``quota``
        :rtype: dict
        """
        assignment = Assignment.get(self.env)
        if not assignment:
            assignment = Assignment(force_quota)
            waiting = self._get_lead_to_assign_domain()
            assignment.carry_out(self, waiting=waiting, overdue=find_overdue(self))
        return report_members(self.env, assignment)
