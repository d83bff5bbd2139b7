from odoo import api, fields, models

from odoo.addons.website_crm_score.tools.actions import open_form

from ..execution.assignment import Assignment


class CrmAssignmentStart(models.TransientModel):
    """What is asked before leads are assigned by hand: how much of the day's share the
    salespeople have got already, and whether they are to get another one."""

    _name = "crm.assignment.start"
    _description = "Assign Leads"

    team_ids = fields.Many2many(
        comodel_name="crm.team", string="Teams", required=True, readonly=True
    )
    share = fields.Selection(
        selection=[
            ("rest", "What is left of today"),
            ("another", "Another day's share"),
        ],
        string="Give",
        required=True,
        default="rest",
        help="What is left of today: together with what they got today, nobody gets "
        "more than a day's share of the capacity.\n"
        "Another day's share: whatever they got today, they get a day's share again; "
        "the capacity on 30 days holds all the same.",
    )
    line_ids = fields.One2many(
        comodel_name="crm.assignment.start.line",
        inverse_name="start_id",
        readonly=True,
    )
    given_count = fields.Integer(compute="_compute_counts")
    share_count = fields.Integer(compute="_compute_counts")
    has_unlimited = fields.Boolean(compute="_compute_counts")

    @api.model
    def _open(self, teams):
        """Return an action that asks how leads are to be assigned to ``teams``."""
        members = teams.crm_team_member_ids
        members = members.filtered(lambda member: member._takes_leads())
        lines = [fields.Command.create(values) for values in members._get_day_shares()]
        start = self.create({"team_ids": teams.ids, "line_ids": lines})
        return open_form(start, self.env._("Assign Leads"), target="new")

    @api.depends("line_ids")
    def _compute_counts(self):
        for start in self:
            lines = start.line_ids.filtered(lambda line: not line.is_unlimited)
            start.given_count = sum(lines.mapped("given_count"))
            start.share_count = start.given_count + sum(lines.mapped("rest_count"))
            start.has_unlimited = lines != start.line_ids

    def action_assign(self):
        """Assign leads to the teams.

        :return: a notification of what was done
        :rtype: dict
        """
        self.ensure_one()
        # Core's button always gives another day's share.
        assignment = Assignment(force_quota=self.share == "another")
        return self.team_ids.with_context(assignment=assignment).action_assign_leads()

    def action_plan(self):
        """Open a dry run of just that.

        :rtype: dict
        """
        self.ensure_one()
        self.env["crm.team"]._check_assignment_allowed()
        plans = self.env["crm.assignment.plan"]
        is_another = self.share == "another"
        return plans._rehearse(self.team_ids, force_quota=is_another)._open()


class CrmAssignmentStartLine(models.TransientModel):
    """How much of the day's share a salesperson has got, and how much there is."""

    _name = "crm.assignment.start.line"
    _description = "Share of a Day"

    start_id = fields.Many2one(
        comodel_name="crm.assignment.start", required=True, ondelete="cascade"
    )
    member_id = fields.Many2one(
        comodel_name="crm.team.member", required=True, readonly=True, ondelete="cascade"
    )
    team_id = fields.Many2one(related="member_id.crm_team_id")
    user_id = fields.Many2one(related="member_id.user_id")
    given_count = fields.Integer(string="Given Today", readonly=True)
    rest_count = fields.Integer(string="Left of Today", readonly=True)
    another_count = fields.Integer(string="Another Day's Share", readonly=True)
    is_unlimited = fields.Boolean(string="Unlimited", readonly=True)
    absence = fields.Char(string="Presence", readonly=True)
