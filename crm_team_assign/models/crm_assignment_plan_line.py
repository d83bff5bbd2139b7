from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_repr


class CrmAssignmentPlanLine(models.Model):
    """What a plan has for a lead, why, and what became of it."""

    _name = "crm.assignment.plan.line"
    _description = "Planned Lead"
    _order = "plan_id desc, sequence, id"
    _log_access = False

    plan_id = fields.Many2one(
        comodel_name="crm.assignment.plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(readonly=True)
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    name = fields.Char(string="Lead Name", readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    score = fields.Float(digits=(16, 2), readonly=True, aggregator="avg")
    # That of the lead, which tells whether it has changed since.
    lead_date = fields.Datetime(readonly=True)
    outcome = fields.Selection(
        selection=[
            ("member", "To a salesperson"),
            ("team", "To a team only"),
            ("merge", "Merged"),
            ("none", "Not assigned"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Selection(
        selection=[
            ("turn", "Their turn"),
            ("preferred", "Preferred"),
            ("capacity", "Capacity used up"),
            ("no_member", "Nobody takes leads"),
            ("member_filter", "Filters of salespeople"),
            ("minimum", "Below the minimum"),
            ("team_filter", "Filters of teams"),
            ("broken_filter", "Filter that cannot be used"),
            ("company", "Other company"),
            ("duplicate", "Duplicate"),
            ("merged", "Merged into"),
            ("owned", "Has a salesperson"),
            ("closed", "Won or lost"),
            ("other_team", "Other team"),
            ("waiting", "Too new"),
        ],
        required=True,
        readonly=True,
    )
    explanation = fields.Char(string="Why", compute="_compute_explanation")
    team_id = fields.Many2one(
        comodel_name="crm.team", readonly=True, ondelete="set null"
    )
    minimum = fields.Float(
        string="Minimum Score", digits=(16, 2), readonly=True, aggregator=None
    )
    member_id = fields.Many2one(
        comodel_name="crm.team.member", readonly=True, ondelete="set null"
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
        ondelete="set null",
    )
    duplicate_of_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Duplicate of",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("done", "Done"),
            ("left_out", "Left out"),
        ],
        string="Status",
        readonly=True,
        help="Empty if there is nothing to do for the lead.",
    )
    # Whether the salesperson was told of the lead
    is_told = fields.Boolean(readonly=True)
    left_reason = fields.Selection(
        selection=[
            ("changed", "It was changed since."),
            ("gone", "It was deleted since, or merged with another."),
            ("full", "The capacity was used up meanwhile."),
            ("failed", "It could not be assigned; the log of the server says why."),
        ],
        string="Left out because",
        readonly=True,
    )

    @api.depends("reason", "left_reason", "score", "team_id", "user_id", "lead_id")
    def _compute_explanation(self):
        left_reasons = dict(
            self._fields["left_reason"]._description_selection(self.env)
        )
        for line in self:
            if line.left_reason:
                line.explanation = left_reasons[line.left_reason]
            else:
                line.explanation = line._explain()

    def _explain(self):
        """Return the reason in words."""
        names = {
            "team": self.team_id.name or self.env._("The team"),
            "user": self.user_id.name or self.env._("The salesperson"),
            "lead": self.duplicate_of_id.name or self.env._("another lead"),
            "score": float_repr(self.score, 2),
            "minimum": float_repr(self.minimum, 2),
        }
        if self.outcome == "member":
            return self._explain_member(names)
        return self._explain_team(names) or self._explain_no_part(names)

    def _explain_member(self, names):
        if self.reason == "preferred":
            return self.env._("%(user)s prefers such leads.", **names)
        return self.env._("It is the turn of %(user)s in %(team)s.", **names)

    def _explain_team(self, names):
        """Return why a lead goes to this team and no further, or not even there."""
        match self.reason:
            case "turn":
                return self.env._("%(team)s takes it.", **names)
            case "capacity":
                return self.env._(
                    "%(team)s takes it, but all capacity is used up.", **names
                )
            case "no_member":
                return self.env._("Nobody in %(team)s takes leads.", **names)
            case "member_filter":
                return self.env._(
                    "The filter of every salesperson of %(team)s with capacity left"
                    " excludes it.",
                    **names,
                )
            case "minimum":
                return self.env._(
                    "%(team)s wants %(minimum)s, the score is %(score)s.", **names
                )
            case "team_filter" if self.team_id:
                return self.env._("The filter of %(team)s excludes it.", **names)
            case "team_filter":
                return self.env._(
                    "No team with salespeople has a filter that matches it."
                )
            case "broken_filter":
                return self.env._("The filter of %(team)s cannot be used.", **names)
        return None

    def _explain_no_part(self, names):
        """Return why a lead has no part in the assignment."""
        match self.reason:
            case "company":
                return self.env._("No team works for its company.")
            case "duplicate":
                return self.env._("It is a duplicate of %(lead)s.", **names)
            case "merged":
                return self.env._(
                    "A duplicate of it has a team or a salesperson already."
                )
            case "owned":
                return self.env._("It has a salesperson already.")
            case "closed":
                return self.env._("It is won or lost.")
            case "other_team":
                return self.env._("Its team, %(team)s, takes no part.", **names)
        return self.env._("It is too new to be assigned.")

    def action_open_lead(self):
        """Open the lead, or what it was merged into.

        :rtype: dict
        :raise UserError: if it is gone
        """
        self.ensure_one()
        lead = self.lead_id or self.duplicate_of_id
        if not lead:
            raise UserError(self.env._("This lead does not exist any more."))
        return lead.redirect_lead_opportunity_view()

    # SETS OF LINES

    def _execute(self, plan, statement):
        """Execute a statement that writes lines of a plan."""
        self.env.flush_all()
        self.env.cr.execute(statement)
        plan.invalidate_recordset()
        self.invalidate_model()

    @api.model
    def _insert(self, plan, rows):
        """Add lines to a plan, with what is known of their leads at this moment.

        :param list[tuple] rows: ids of lead, team, member and of what it is a duplicate
            of, then outcome, reason and score
        """
        self._execute(
            plan,
            SQL(
                """
                INSERT INTO crm_assignment_plan_line (
                    plan_id, sequence, lead_id, name, company_id, lead_date, score,
                    outcome, reason, team_id, minimum, member_id, user_id,
                    duplicate_of_id, state)
                SELECT %s, row.number, lead.id, lead.name, lead.company_id,
                       lead.write_date, COALESCE(row.score, lead.score, 0), row.outcome,
                       row.reason, team.id, team.min_for_assign, member.id,
                       member.user_id, row.head_id,
                       CASE WHEN row.outcome != 'none' THEN 'planned' END
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::text[],
                              %s::text[], %s::numeric[])
                       WITH ORDINALITY
                       AS row (lead_id, team_id, member_id, head_id, outcome, reason,
                               score, number)
                  JOIN crm_lead lead ON lead.id = row.lead_id
             LEFT JOIN crm_team team ON team.id = row.team_id
             LEFT JOIN crm_team_member member ON member.id = row.member_id
                """,
                plan.id,
                *map(list, zip(*rows, strict=True)),
            ),
        )

    @api.model
    def _leave_out_changed(self, plan):
        """Leave out the leads that changed since they were planned, and what would have
        been merged with these."""
        self._leave_out(
            plan,
            SQL(
                """
                SELECT line.id, lead.id IS NULL AS is_gone
                  FROM crm_assignment_plan_line line
             LEFT JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.plan_id = %s
                   AND line.state = 'planned'
                   AND (lead.id IS NULL
                        OR lead.write_date IS DISTINCT FROM line.lead_date
                        OR lead.score != line.score AND NOT EXISTS (
                            -- a lead with duplicates has the score after the merger
                            SELECT FROM crm_assignment_plan_line other
                             WHERE other.plan_id = line.plan_id
                               AND other.duplicate_of_id = line.lead_id
                               AND other.state = 'planned'))
                """,
                plan.id,
            ),
            SQL("CASE WHEN found.is_gone THEN 'gone' ELSE 'changed' END"),
        )
        self._leave_out(
            plan,
            SQL(
                """
                WITH changed AS (
                    SELECT COALESCE(duplicate_of_id, lead_id) AS head_id
                      FROM crm_assignment_plan_line
                     WHERE plan_id = %(plan_id)s AND left_reason = 'changed'
                )
                SELECT id FROM crm_assignment_plan_line
                 WHERE plan_id = %(plan_id)s AND state = 'planned'
                   AND COALESCE(duplicate_of_id, lead_id) IN (
                       SELECT head_id FROM changed)
                """,
                plan_id=plan.id,
            ),
            SQL("'changed'"),
        )

    @api.model
    def _leave_out_beyond(self, plan, quotas):
        """Leave out what salespeople have no room for any more.

        :param dict[int, int] quotas: how many leads members can take, by id
        """
        self._leave_out(
            plan,
            SQL(
                """
                SELECT ranked.id
                  FROM (SELECT id, member_id, row_number() OVER (
                               PARTITION BY member_id ORDER BY sequence) AS place
                          FROM crm_assignment_plan_line
                         WHERE plan_id = %s AND state = 'planned'
                           AND outcome = 'member') AS ranked
             LEFT JOIN unnest(%s::int[], %s::bigint[]) AS quota (member_id, room)
                 USING (member_id)
                 WHERE ranked.place > COALESCE(quota.room, 0)
                """,
                plan.id,
                list(quotas),
                list(quotas.values()),
            ),
            SQL("'full'"),
        )

    def _leave_out(self, plan, found, reason):
        self._execute(
            plan,
            SQL(
                """
                UPDATE crm_assignment_plan_line line
                   SET state = 'left_out', left_reason = %s
                  FROM (%s) AS found WHERE found.id = line.id
                """,
                reason,
                found,
            ),
        )

    @api.model
    def _get_groups(self, plan):
        """Return the ids of the duplicates that are to be merged, group by group."""
        groups = self._read_group(
            [
                ("plan_id", "=", plan.id),
                ("outcome", "=", "merge"),
                ("state", "=", "planned"),
                ("duplicate_of_id", "!=", False),
            ],
            ["duplicate_of_id"],
            ["lead_id:array_agg"],
        )
        return [[head.id, *lead_ids] for head, lead_ids in groups]

    @api.model
    def _note_merged(self, plan, merged):
        """Note which leads were merged; that changed what is left on purpose.

        :param list[tuple] merged: ids of what is left, each with those that are gone
        """
        heads = [head_id for head_id, _gone in merged]
        self._execute(
            plan,
            SQL(
                """
                UPDATE crm_assignment_plan_line
                   SET state = 'done'
                 WHERE plan_id = %(plan_id)s AND state = 'planned'
                   AND outcome = 'merge' AND duplicate_of_id = ANY(%(heads)s);
                UPDATE crm_assignment_plan_line line
                   SET lead_date = lead.write_date, score = lead.score
                  FROM crm_lead lead
                 WHERE line.plan_id = %(plan_id)s AND lead.id = line.lead_id
                   AND lead.id = ANY(%(heads)s)
                """,
                plan_id=plan.id,
                heads=heads,
            ),
        )

    @api.model
    def _read_todo(self, plan):
        """Return what is left to do: id, score and team of each lead, then the planned
        team and member, and the reason."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT lead.id, line.score::float8, lead.team_id, line.team_id,
                       line.member_id, line.reason
                  FROM crm_assignment_plan_line line
                  JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.plan_id = %s AND line.state = 'planned'
                   AND line.outcome IN ('member', 'team') AND line.team_id IS NOT NULL
              ORDER BY line.sequence
                """,
                plan.id,
            )
        )

    @api.model
    def _note_batch(self, plan, lead_ids, done):
        """Note what became of the leads of a batch.

        :param list[int] lead_ids: the batch
        :param list[int] done: those of them for which the plan was carried out
        """
        Leads = self.env["crm.lead"]
        left = Leads.browse(set(lead_ids) - set(done)).exists()
        failed = left.filtered(lambda lead: lead._is_free_for(lead.team_id))
        self._execute(
            plan,
            SQL(
                """
                UPDATE crm_assignment_plan_line
                   SET state = CASE WHEN lead_id = ANY(%(done)s) THEN 'done'
                                    ELSE 'left_out' END,
                       left_reason = CASE WHEN lead_id = ANY(%(done)s) THEN NULL
                                          WHEN lead_id = ANY(%(failed)s) THEN 'failed'
                                          ELSE 'changed' END
                 WHERE plan_id = %(plan_id)s AND state = 'planned'
                   AND lead_id = ANY(%(lead_ids)s)
                """,
                plan_id=plan.id,
                lead_ids=lead_ids,
                done=list(done),
                failed=failed.ids,
            ),
        )

    @api.model
    def _count_done(self, plan):
        """Return how many leads members got by a plan, by id.

        :rtype: dict[int, int]
        """
        done = [("plan_id", "=", plan.id), ("state", "=", "done")]
        groups = self._read_group(done, ["member_id"], ["__count"])
        return {member.id: count for member, count in groups}

    def _get_untold_domain(self, plan):
        return [
            ("plan_id", "=", plan.id),
            ("state", "=", "done"),
            ("outcome", "=", "member"),
            ("member_id", "!=", False),
            ("is_told", "=", False),
        ]

    @api.model
    def _get_untold(self, plan):
        """Return the ids of leads by the member who got them and was not told yet."""
        domain = self._get_untold_domain(plan) + [("lead_id", "!=", False)]
        return self._read_group(domain, ["member_id"], ["lead_id:array_agg"])

    @api.model
    def _note_told(self, plan, user_ids):
        """Note that users were told of the leads that they got."""
        domain = self._get_untold_domain(plan)
        domain += [("member_id.user_id", "in", user_ids)]
        self.search(domain).is_told = True
