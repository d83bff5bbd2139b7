from odoo import fields, models
from odoo.tools import SQL

from ..planning.reasons import REASONS


class CrmAssignmentPlanReason(models.Model):
    """How many leads a plan assigns to nobody for one reason, by the team that it is
    about. As with the lines, one counts what one may see."""

    _name = "crm.assignment.plan.reason"
    _description = "Reason Why Leads Are Not Assigned"
    _auto = False
    _order = "plan_id desc, lead_count desc, id"
    _rec_name = "reason"
    _depends = {
        "crm.assignment.plan.line": [
            "lead_id",
            "outcome",
            "plan_id",
            "reason",
            "score",
            "team_id",
        ]
    }

    plan_id = fields.Many2one(comodel_name="crm.assignment.plan", readonly=True)
    reason = fields.Selection(
        selection=[(code, reason.name) for code, reason in REASONS.items()],
        string="Not Assigned Because",
        readonly=True,
    )
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    lead_count = fields.Integer(string="Leads", readonly=True)
    score = fields.Float(string="Best Score", digits=(16, 2), readonly=True)

    @property
    def _table_query(self):
        lines = self.env["crm.assignment.plan.line"]._search([("outcome", "=", "none")])
        return SQL(
            """
            SELECT min(%(line)s.id) AS id, %(line)s.plan_id, %(line)s.reason,
                   %(line)s.team_id, count(*) AS lead_count,
                   max(%(line)s.score) AS score
              FROM %(lines)s
             WHERE %(seen)s
          GROUP BY %(line)s.plan_id, %(line)s.reason, %(line)s.team_id
            """,
            line=SQL.identifier(lines.table),
            lines=lines.from_clause,
            seen=lines.where_clause,
        )

    def action_view_lines(self):
        """Open these leads of the plan.

        :rtype: dict
        """
        self.ensure_one()
        domain = [("plan_id", "=", self.plan_id.id), ("outcome", "=", "none")]
        domain += [("reason", "=", self.reason), ("team_id", "=", self.team_id.id)]
        names = dict(self._fields["reason"]._description_selection(self.env))
        values = {"name": names[self.reason], "display_name": names[self.reason]}
        return self.plan_id.action_view_lines() | values | {"domain": domain}
