from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.website_crm_score.fields import LedgerMany2one

from ..tools.plan_wording import explain


class CrmAssignmentPlanLine(models.Model):
    """What a plan has for a lead, why, and what became of it.

    It knows the lead as it was planned: what is carried out later leaves out the leads
    of which that has changed, and says what did.

    Leads are not locked by foreign keys: whoever writes a lead and whoever plans for it
    are not in each other's way.
    """

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
    lead_id = LedgerMany2one(
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    name = fields.Char(string="Lead Name", readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    score = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="What the lead has when it is assigned, with its duplicates.",
    )
    # What the plan rests on, beside the company: the lead as it was planned.
    lead_score = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    from_team_id = fields.Many2one(
        comodel_name="crm.team", readonly=True, ondelete="set null"
    )
    from_user_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="set null"
    )
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
            ("busy", "Being changed"),
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
    duplicate_of_id = LedgerMany2one(
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
            ("closed", "It was won, lost or archived meanwhile."),
            ("owned", "It has another salesperson."),
            ("team", "It has another team."),
            ("company", "It is of another company by now."),
            ("score", "It has another score."),
            ("minimum", "Its score is below the minimum."),
            ("team_filter", "The filter of the team excludes it."),
            ("member_filter", "The filter of the salesperson excludes it."),
            ("broken_filter", "The filter of the team cannot be used."),
            ("no_member", "The salesperson takes no leads any more."),
            ("duplicate", "One of its duplicates changed since."),
            ("full", "The capacity was used up meanwhile."),
            ("failed", "It could not be assigned; the log of the server says why."),
        ],
        string="Left out because",
        readonly=True,
    )
    # The lead as it was when it was left out.
    now_score = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    now_team_id = fields.Many2one(
        comodel_name="crm.team", readonly=True, ondelete="set null"
    )
    now_user_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="set null"
    )
    now_plan_id = fields.Many2one(
        comodel_name="crm.assignment.plan",
        readonly=True,
        ondelete="set null",
        help="What assigned the lead meanwhile.",
    )

    @api.depends("reason", "left_reason", "score", "team_id", "user_id", "lead_id")
    def _compute_explanation(self):
        for line in self:
            line.explanation = explain(line)

    def action_open_lead(self):
        """Open the lead, or what it was merged into.

        :rtype: dict
        :raise UserError: if it is gone
        """
        self.ensure_one()
        lead = self.lead_id.exists() or self.duplicate_of_id.exists()
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
                    plan_id, sequence, lead_id, name, company_id, lead_score,
                    from_team_id, from_user_id, score, outcome, reason, team_id,
                    minimum, member_id, user_id, duplicate_of_id, state)
                SELECT %s, row.number, lead.id, lead.name, lead.company_id, lead.score,
                       lead.team_id, lead.user_id, COALESCE(row.score, lead.score),
                       row.outcome, row.reason, team.id, team.min_for_assign,
                       member.id, member.user_id, row.head_id,
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
    def _forget_leads(self, leads):
        """Have no line point to leads that are deleted."""
        if leads:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_assignment_plan_line
                       SET lead_id = CASE WHEN lead_id = ANY(%(ids)s) THEN NULL
                                          ELSE lead_id END,
                           duplicate_of_id = CASE
                               WHEN duplicate_of_id = ANY(%(ids)s) THEN NULL
                               ELSE duplicate_of_id END
                     WHERE lead_id = ANY(%(ids)s) OR duplicate_of_id = ANY(%(ids)s)
                    """,
                    ids=leads.ids,
                )
            )
            self.invalidate_model(["lead_id", "duplicate_of_id"])

    # LEAVING OUT

    @api.model
    def _leave_out_changed(self, plan, lead_ids=None):
        """Leave out the leads that changed since they were planned, and what would have
        been merged with these.

        :param list[int] lead_ids: look at these alone; by default at all
        """
        self._leave_out(
            plan,
            SQL(
                """
                SELECT id, reason
                  FROM (SELECT line.id, %(reason)s AS reason
                          FROM crm_assignment_plan_line line
                     LEFT JOIN crm_lead lead ON lead.id = line.lead_id
                         WHERE line.plan_id = %(plan_id)s AND %(is_chosen)s
                           AND (line.state = 'planned' OR EXISTS (
                               -- what others are to be merged into
                               SELECT FROM crm_assignment_plan_line other
                                WHERE other.plan_id = line.plan_id
                                  AND other.duplicate_of_id = line.lead_id
                                  AND other.state = 'planned'))) line
                 WHERE reason IS NOT NULL
                """,
                plan_id=plan.id,
                reason=self._get_change_sql(is_exact=True),
                is_chosen=_is_among(lead_ids),
            ),
        )
        self._leave_out(
            plan,
            SQL(
                """
                WITH changed AS (
                    SELECT COALESCE(duplicate_of_id, lead_id) AS head_id
                      FROM crm_assignment_plan_line
                     WHERE plan_id = %(plan_id)s AND state = 'left_out'
                )
                SELECT line.id, 'duplicate' AS reason
                  FROM crm_assignment_plan_line line
                 WHERE line.plan_id = %(plan_id)s AND line.state = 'planned'
                   AND COALESCE(line.duplicate_of_id, line.lead_id) IN (
                       SELECT head_id FROM changed)
                """,
                plan_id=plan.id,
            ),
        )

    @api.model
    def _get_change_sql(self, is_exact):
        """Return what has changed of a ``lead`` since its ``line`` was made, or NULL.

        :param bool is_exact: whether the lead has to be as it was; by default it has to
            be free for what is planned
        :rtype: SQL
        """
        if not is_exact:
            return SQL(
                """
                CASE WHEN lead.id IS NULL THEN 'gone'
                     WHEN NOT lead.active OR lead.won_status != 'pending' THEN 'closed'
                     WHEN lead.user_id IS NOT NULL THEN 'owned'
                     WHEN lead.team_id != line.team_id THEN 'team' END
                """
            )
        return SQL(
            """
            CASE WHEN lead.id IS NULL THEN 'gone'
                 WHEN line.outcome = 'merge' AND line.duplicate_of_id IS NULL
                 THEN 'duplicate'
                 WHEN NOT lead.active OR lead.won_status != 'pending' THEN 'closed'
                 WHEN lead.user_id IS DISTINCT FROM line.from_user_id THEN 'owned'
                 WHEN lead.team_id IS DISTINCT FROM line.from_team_id THEN 'team'
                 WHEN lead.company_id IS DISTINCT FROM line.company_id THEN 'company'
                 WHEN lead.score != line.lead_score THEN 'score' END
            """
        )

    @api.model
    def _leave_out_obstacles(self, plan, obstacles):
        """Leave out leads that are no longer what teams and salespeople take.

        :param dict[int, str] obstacles: reasons by id of the lead
        """
        if obstacles:
            self._leave_out(
                plan,
                SQL(
                    """
                    SELECT line.id, found.reason
                      FROM crm_assignment_plan_line line
                      JOIN unnest(%s::int[], %s::text[]) AS found (lead_id, reason)
                     USING (lead_id)
                     WHERE line.plan_id = %s AND line.state = 'planned'
                    """,
                    list(obstacles),
                    list(obstacles.values()),
                    plan.id,
                ),
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
                SELECT ranked.id, 'full' AS reason
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
        )

    def _leave_out(self, plan, found):
        """Leave out lines, and note what their leads are like by now.

        :param SQL found: a query of ``id`` and ``reason``
        """
        self._execute(
            plan,
            SQL(
                """
                UPDATE crm_assignment_plan_line line
                   SET state = 'left_out', left_reason = found.reason,
                       now_score = lead.score, now_team_id = lead.team_id,
                       now_user_id = lead.user_id, now_plan_id = (
                           SELECT max(other.plan_id)
                             FROM crm_assignment_plan_line other
                            WHERE other.lead_id = line.lead_id
                              AND other.plan_id != line.plan_id
                              AND other.state = 'done'
                              AND other.team_id = lead.team_id
                              AND other.user_id IS NOT DISTINCT FROM lead.user_id)
                  FROM (%s) AS found
                  JOIN crm_assignment_plan_line this USING (id)
             LEFT JOIN crm_lead lead ON lead.id = this.lead_id
                 WHERE found.id = line.id
                """,
                found,
            ),
        )

    # MERGERS

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
    def _get_lines(self, plan, lead_ids):
        """Return the lines of leads by the id of the lead.

        :rtype: dict[int, crm.assignment.plan.line]
        """
        lines = self.search([("plan_id", "=", plan.id), ("lead_id", "in", lead_ids)])
        return lines.grouped(lambda line: line.lead_id.id)

    @api.model
    def _note_merged(self, plan, merged, lines):
        """Note which leads were merged; that changed what is left on purpose.

        :param list[tuple] merged: ids of what is left, each with those that are gone
        :param dict lines: those of all of them, as they were before
        """
        for head_id, gone in merged:
            lines[head_id]._name_what_is_left(
                head_id, self.union(*(lines[id_] for id_ in gone if id_ in lines))
            )
        self._execute(
            plan,
            SQL(
                """
                UPDATE crm_assignment_plan_line
                   SET state = 'done'
                 WHERE plan_id = %(plan_id)s AND state = 'planned'
                   AND outcome = 'merge' AND duplicate_of_id = ANY(%(heads)s);
                -- Its score is to be the one that was planned.
                UPDATE crm_assignment_plan_line line
                   SET company_id = lead.company_id, lead_score = line.score,
                       from_team_id = lead.team_id, from_user_id = lead.user_id
                  FROM crm_lead lead
                 WHERE line.plan_id = %(plan_id)s AND lead.id = line.lead_id
                   AND lead.id = ANY(%(heads)s)
                """,
                plan_id=plan.id,
                heads=[head_id for head_id, _gone in merged],
            ),
        )

    def _name_what_is_left(self, lead_id, others):
        """Have the lines of a merger name the lead that is left, this one: it is not
        always the one that was expected."""
        if self.outcome != "merge":
            return
        expected = others.filtered(lambda line: line.outcome != "merge")
        name = self.name
        self.write({"lead_id": False, "name": expected.name})
        expected.write({"lead_id": lead_id, "name": name})
        (self + others - expected).duplicate_of_id = lead_id

    @api.model
    def _get_merged_heads(self, plan):
        """Return the leads that others were merged into and that are to be assigned."""
        groups = self._read_group(
            [
                ("plan_id", "=", plan.id),
                ("outcome", "=", "merge"),
                ("state", "=", "done"),
                ("duplicate_of_id", "!=", False),
            ],
            ["duplicate_of_id"],
        )
        heads = [head.id for (head,) in groups]
        todo = [("plan_id", "=", plan.id), ("state", "=", "planned")]
        lines = self.search([*todo, ("lead_id", "in", heads)])
        return lines.lead_id

    # CARRYING OUT

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
        self._execute(
            plan,
            SQL(
                """
                UPDATE crm_assignment_plan_line
                   SET state = 'done'
                 WHERE plan_id = %s AND state = 'planned' AND lead_id = ANY(%s)
                """,
                plan.id,
                list(done),
            ),
        )
        self._leave_out(
            plan,
            SQL(
                """
                SELECT line.id, COALESCE(%s, 'failed') AS reason
                  FROM crm_assignment_plan_line line
             LEFT JOIN crm_lead lead ON lead.id = line.lead_id
                 WHERE line.plan_id = %s AND line.state = 'planned'
                   AND line.lead_id = ANY(%s)
                """,
                self._get_change_sql(is_exact=False),
                plan.id,
                lead_ids,
            ),
        )

    @api.model
    def _filter_planned(self, plan, lead_ids):
        """Return those of the leads that the plan still has something to do for.

        :rtype: set[int]
        """
        domain = [("plan_id", "=", plan.id), ("state", "=", "planned")]
        lines = self.search_fetch([*domain, ("lead_id", "in", lead_ids)], ["lead_id"])
        return set(lines.lead_id.ids)

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


def _is_among(lead_ids):
    if lead_ids is None:
        return SQL("TRUE")
    return SQL("line.lead_id = ANY(%s)", lead_ids)
