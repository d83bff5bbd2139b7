from statistics import fmean

from odoo import api, fields, models

from odoo.addons.website_crm_score.fields import ParentMany2one

from ..planning.quota import UNLIMITED


class CrmAssignmentPlanShare(models.Model):
    """How many leads of a plan a salesperson gets, or a team without a salesperson."""

    _name = "crm.assignment.plan.share"
    _description = "Planned Share of Leads"
    _order = "plan_id desc, team_id, lead_count desc, id"

    plan_id = ParentMany2one(comodel_name="crm.assignment.plan")
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    member_id = fields.Many2one(comodel_name="crm.team.member", readonly=True)
    user_id = fields.Many2one(
        related="member_id.user_id", string="Salesperson", store=True
    )
    lead_count = fields.Integer(string="Planned", readonly=True)
    done_count = fields.Integer(string="Done", compute="_compute_done_count")
    score = fields.Float(
        string="Average Score", digits=(16, 2), readonly=True, aggregator="avg"
    )
    capacity = fields.Integer(
        string="Left of Today",
        readonly=True,
        help="How many leads there is room for today, or of another day's share.",
    )
    is_unlimited = fields.Boolean(readonly=True)
    is_away = fields.Boolean(readonly=True)
    away_until = fields.Date(readonly=True, help="The day on which he is back.")
    absence = fields.Char(string="Presence", compute="_compute_absence")
    used = fields.Float(
        string="Used of That (%)", compute="_compute_used", digits=(16, 0)
    )

    @api.depends("plan_id.line_ids.state")
    def _compute_done_count(self):
        # sudo: of all that were planned, as ``lead_count``
        lines = self.env["crm.assignment.plan.line"].sudo()
        done = [("plan_id", "in", self.plan_id.ids), ("state", "=", "done")]
        groups = lines._read_group(
            [*done, ("outcome", "in", ["member", "team"])],
            ["plan_id", "team_id", "member_id"],
            ["__count"],
        )
        counts = {tuple(key): count for *key, count in groups}
        for share in self.sudo():
            key = share.plan_id, share.team_id, share.member_id
            share.done_count = counts.get(key, 0)

    @api.depends(
        "lead_count", "done_count", "plan_id.state", "capacity", "is_unlimited"
    )
    def _compute_used(self):
        for share in self:
            is_done = share.plan_id.state == "done"
            count = share.done_count if is_done else share.lead_count
            capacity = not share.is_unlimited and share.capacity
            share.used = capacity and 100 * count / capacity

    @api.depends("is_away", "away_until")
    def _compute_absence(self):
        members = self.env["crm.team.member"]
        for share in self:
            until = share.away_until
            share.absence = share.is_away and members._describe_absence(until)

    @api.model
    def _add(self, plan, draft):
        """Add the shares of a plan: of members with room or away, and of teams.

        :param Draft draft: what the plan is made of
        """
        scores = draft.get_scores_by_share()
        members, away = self.env["crm.team.member"].browse(draft.quotas), draft.away
        absent = members.browse(away.keys() - draft.quotas.keys())
        members += absent.filtered(lambda member: member._get_assignment_weight())
        keys = {(member.crm_team_id.id, member.id) for member in members} | set(scores)
        self.create(
            [
                {
                    "plan_id": plan.id,
                    "team_id": team_id,
                    "member_id": member_id,
                    "lead_count": len(scores[team_id, member_id]),
                    "score": fmean(scores[team_id, member_id] or [0]),
                    "capacity": min(quota, UNLIMITED),
                    "is_unlimited": quota >= UNLIMITED,
                    "is_away": member_id in away,
                    "away_until": member_id in away and away[member_id].until,
                }
                for team_id, member_id in sorted(keys, key=str)
                for quota in [draft.quotas.get(member_id, 0)]
            ]
        )
