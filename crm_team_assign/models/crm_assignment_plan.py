from collections import defaultdict
from datetime import timedelta
from itertools import product

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.assignment import Assignment, LeadFacts
from ..tools.assignment_plan import Outcome

# What changes leads, unlike "none"
CHANGES = ("member", "team", "merge")
# Larger plans are carried out by a scheduled action.
DIRECT_SIZE = 500
KEEP_DAYS = 90
VACUUM_SIZE = 100


class CrmAssignmentPlan(models.Model):
    """A plan of who gets which lead and why: a dry run, which can be carried out just
    as it is; or what an assignment did, kept as a log.

    A dry run has a line for each lead that was looked at, an assignment for each lead
    that it was to change.
    """

    _name = "crm.assignment.plan"
    _description = "Lead Assignment Plan"
    _order = "id desc"

    origin = fields.Selection(
        selection=[
            ("rehearsal", "Dry Run"),
            ("button", "Assignment by Hand"),
            ("job", "Daily Assignment"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "To Confirm"),
            ("confirmed", "In Progress"),
            ("done", "Carried Out"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
    )
    team_ids = fields.Many2many(comodel_name="crm.team", string="Teams", readonly=True)
    force_quota = fields.Boolean(readonly=True)
    turns = fields.Json(readonly=True)  # where rotations go on, what teams are owed
    done_date = fields.Datetime(string="Carried Out on", readonly=True)
    line_ids = fields.One2many("crm.assignment.plan.line", "plan_id", readonly=True)
    share_ids = fields.One2many("crm.assignment.plan.share", "plan_id", readonly=True)
    lead_count = fields.Integer(string="Leads", readonly=True)
    member_lead_count = fields.Integer(
        string="To Salespeople", compute="_compute_counts"
    )
    team_lead_count = fields.Integer(string="To Teams Only", compute="_compute_counts")
    merge_count = fields.Integer(string="Merged", compute="_compute_counts")
    unassigned_count = fields.Integer(string="Not Assigned", compute="_compute_counts")
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    left_out_count = fields.Integer(string="Left Out", compute="_compute_counts")

    @api.depends("line_ids.outcome", "line_ids.state")
    def _compute_counts(self):
        groups = self.env["crm.assignment.plan.line"]._read_group(
            [("plan_id", "in", self.ids), ("outcome", "in", CHANGES)],
            ["plan_id", "outcome", "state"],
            ["__count"],
        )
        counts = {
            (plan.id, outcome, state): count for plan, outcome, state, count in groups
        }

        def count(plan, outcomes=CHANGES, states=("planned", "done", "left_out")):
            return sum(
                counts.get((plan.id, *key), 0) for key in product(outcomes, states)
            )

        for plan in self:
            plan.member_lead_count = count(plan, ["member"])
            plan.team_lead_count = count(plan, ["team"])
            plan.merge_count = count(plan, ["merge"])
            plan.unassigned_count = max(plan.lead_count - count(plan), 0)
            plan.done_count = count(plan, states=["done"])
            plan.left_out_count = count(plan, states=["left_out"])

    @api.depends("origin", "create_date")
    def _compute_display_name(self):
        origins = dict(self._fields["origin"]._description_selection(self.env))
        for plan in self:
            date = plan.create_date and self.env[
                "ir.qweb.field.datetime"
            ].value_to_html(plan.create_date, {"format": "short"})
            plan.display_name = f"{origins.get(plan.origin)} {date or ''}".strip()

    # MAKING

    @api.model
    def _rehearse(self, teams, leads=None):
        """Return a new plan of what the button *Assign Leads* would do now.

        :param crm.team teams: who takes leads
        :param crm.lead leads: look at these alone
        :rtype: crm.assignment.plan
        """
        assignment = teams._plan_assignment(
            force_quota=True, leads=leads, with_merges=True
        )
        plan = self._save(assignment, teams, "rehearsal", force_quota=True)
        plan._add_lines(assignment.outcomes.values(), assignment)
        return plan

    @api.model
    def _save(self, assignment, teams, origin, force_quota=False):
        """Return a new plan with its figures, without lines.

        :param Assignment assignment: what is planned
        :param str origin: see the field
        """
        # sudo: plans are nobody's to create but of the one who may assign leads
        plan = self.sudo().create(
            {
                "origin": origin,
                "state": "draft" if origin == "rehearsal" else "confirmed",
                "team_ids": teams.ids,
                "force_quota": force_quota,
                "lead_count": len(assignment.outcomes),
                "turns": {
                    "members": assignment.last_members,
                    "credits": assignment.credits,
                },
            }
        )
        plan.env["crm.assignment.plan.share"]._add(plan, assignment)
        return plan

    def _add_lines(self, outcomes, assignment):
        """Add lines to this plan, in the order of ``outcomes``.

        :param outcomes: of leads, see :class:`Outcome`
        :param Assignment assignment: has the facts of these leads
        """
        rows = [
            (
                outcome.lead_id,
                outcome.team,
                outcome.member,
                outcome.head_id,
                assignment.get_kind(outcome),
                outcome.reason,
                assignment.get_score(outcome.lead_id),
            )
            for outcome in assignment.sort(outcomes)
        ]
        if rows:
            self.env["crm.assignment.plan.line"]._insert(self, rows)

    # CARRYING OUT

    def action_confirm(self):
        """Carry out this plan, at once or, a large one, by the scheduled action.

        :return: a notification that tells what happened
        :rtype: dict
        :raise UserError: if the user may not assign leads, if it was carried out, or
            if leads are being assigned at the moment
        """
        self.ensure_one()
        teams = self.env["crm.team"]
        teams._check_assignment_allowed()
        # sudo: whoever may assign leads may carry out plans, which nobody may write
        plan = self.sudo()
        if not plan.try_lock_for_update() or plan.state != "draft":
            raise UserError(self.env._("This plan is carried out already."))
        plan.state = "confirmed"
        if plan.line_ids.search_count(plan._get_todo_domain()) > DIRECT_SIZE:
            self.env.ref("crm_team_assign.ir_cron_carry_out_plans").sudo()._trigger()
            message = self.env._("The plan is being carried out.")
        else:
            teams._lock_assignment()
            self._carry_out()
            message = self._describe_result()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_carry_out(self):
        """Carry out the plans that were confirmed, or interrupted."""
        jobs = self.env["ir.cron"]
        with self.env["crm.team"]._hold_assignment() as is_free:
            if not is_free:
                jobs._commit_batch(0, 1)
                return
            for plan in self.search([("state", "=", "confirmed")], order="id"):
                # Whoever confirmed it is who assigns.
                plan.with_user(plan.write_uid)._carry_out()
                plan._tell_result()
            jobs._commit_batch(0, 0)

    def _get_todo_domain(self):
        return [
            ("plan_id", "in", self.ids),
            ("state", "=", "planned"),
            ("outcome", "in", CHANGES),
        ]

    def _carry_out(self):
        """Carry out what is left of this plan; leave out what changed meanwhile."""
        plan = self.sudo()  # sudo: see action_confirm
        Lines = plan.env["crm.assignment.plan.line"]
        teams = self.env["crm.team"].browse(plan.team_ids.ids)
        Lines._leave_out_changed(plan)
        groups = Lines._get_groups(plan)
        for merged in teams._in_batches(teams._merge_batch, groups):
            Lines._note_merged(plan, merged)
        # Another assignment may have been between, also where this one goes on.
        quotas = teams._get_quotas(plan.force_quota, given=Lines._count_done(plan))
        Lines._leave_out_beyond(plan, quotas)
        teams._carry_out(plan._load())

    def _load(self):
        """Return what is left to do of this plan.

        :rtype: Assignment
        """
        rows = self.env["crm.assignment.plan.line"]._read_todo(self)
        turns = self.turns or {}
        return Assignment(
            leads={
                lead_id: LeadFacts(lead_id, score, None, None, team_id, None)
                for lead_id, score, team_id, *_others in rows
            },
            outcomes={
                lead_id: Outcome(lead_id, reason, team, member)
                for lead_id, _score, _team_id, team, member, reason in rows
            },
            last_members=_int_keys(turns.get("members")),
            credits={} if self.done_count else _int_keys(turns.get("credits")),
            plan_id=self.id,
        )

    def _note_batch(self, lead_ids, done):
        """Note which of the leads of a batch the plan was carried out for."""
        self.env["crm.assignment.plan.line"]._note_batch(self, lead_ids, done)

    def _list_untold(self):
        """Return who got leads by this plan, and was not told of them yet.

        :return: pairs of a user and ids of leads
        :rtype: list[tuple]
        """
        untold = defaultdict(list)
        for member, lead_ids in self.env["crm.assignment.plan.line"]._get_untold(self):
            untold[member.user_id] += lead_ids
        return list(untold.items())

    def _note_told(self, user_ids):
        """Note that users were told of their leads."""
        self.env["crm.assignment.plan.line"]._note_told(self, user_ids)

    def _finish(self):
        self.write({"state": "done", "done_date": fields.Datetime.now()})

    def _describe_result(self):
        """Return in words what was done, for whoever confirmed it."""
        self.invalidate_recordset()
        if self.left_out_count:
            return self.env._(
                "%(done)s leads done, %(left_out)s left out since they changed.",
                done=self.done_count,
                left_out=self.left_out_count,
            )
        return self.env._("%s leads done.", self.done_count)

    def _tell_result(self):
        user = self.write_uid
        self = self.with_context(lang=user.lang)
        user._bus_send(
            "simple_notification",
            {"type": "success", "message": self._describe_result()},
        )

    # LOOKING AT IT

    def _open(self):
        """Return an action that shows this plan."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_view_lines(self):
        """Open the leads of this plan; the context says which of them.

        :rtype: dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_team_assign.crm_assignment_plan_line_action"
        )
        return action | {"domain": [("plan_id", "in", self.ids)]}

    def action_view_leads(self):
        """Open the leads that this plan was carried out for.

        :rtype: dict
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm.crm_lead_action_pipeline"
        )
        done = [("state", "=", "done"), ("plan_id", "in", self.ids)]
        lines = self.env["crm.assignment.plan.line"]._search(done)
        leads = self.env["crm.lead"]._search([("id", "in", lines.subselect("lead_id"))])
        return action | {
            "domain": [("id", "in", list(leads))],
            "context": {"default_type": "opportunity"},
        }

    # FORGETTING

    @api.autovacuum
    def _gc_plans(self):
        """Delete plans of long ago. 0 days keep all."""
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: it is the cleaner
        days = int(parameters.get_param("crm_team_assign.keep_days", KEEP_DAYS))
        if days > 0:
            limit = fields.Datetime.now() - timedelta(days=days)
            old = self.search([("create_date", "<", limit)], limit=VACUUM_SIZE)
            old.unlink()


def _int_keys(values):
    """Return a dictionary that was kept as JSON, whose keys are texts."""
    return {int(key): value for key, value in (values or {}).items()}
