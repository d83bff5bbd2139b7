from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from odoo.addons.website_crm_score.fields import TechnicalInteger, TechnicalJson
from odoo.addons.website_crm_score.tools.actions import (
    RELOAD,
    get_action,
    notify,
    open_form,
)

from ..execution import lock, turns
from ..execution.executor import Executor
from ..execution.job import JOB, carry_out_plans
from ..execution.planner import rehearse
from ..queries import plan_lines

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
    that it was to change. What changed since a dry run was made, of what it rests on,
    is left out when it is carried out; the line says what it was. Until then the dry
    run can be brought up to date, or discarded.

    Plans are seen by who works in all companies of their teams. One sees and counts
    the leads of one's companies, though a team of no company looks at those of all; a
    plan says how many are not shown.
    """

    _name = "crm.assignment.plan"
    _description = "Lead Assignment Plan"
    _order = "id desc"

    origin = fields.Selection(
        selection=[
            ("rehearsal", "Dry Run"),
            ("button", "Assignment by Hand"),
            ("job", "Daily Assignment"),
            ("at_once", "Assignment of New Leads"),
            ("take_back", "Leads Taken Back"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "To Confirm"),
            ("confirmed", "In Progress"),
            ("done", "Carried Out"),
            ("failed", "Stopped"),
            ("discarded", "Discarded"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
    )
    team_ids = fields.Many2many(comodel_name="crm.team", string="Teams", readonly=True)
    force_quota = fields.Boolean(
        string="Another Day's Share",
        readonly=True,
        help="Whether salespeople get another day's share, whatever they got today.",
    )
    selection = TechnicalJson()  # ids of leads, if these alone are planned
    turns = TechnicalJson()  # where rotations go on, what teams are owed
    # Who shares the leads of lines, by number
    sharing = TechnicalJson(prefetch=False)
    update_date = fields.Datetime(string="Brought up to Date on", readonly=True)
    confirm_uid = fields.Many2one(
        comodel_name="res.users", string="Confirmed by", readonly=True
    )
    done_date = fields.Datetime(string="Carried Out on", readonly=True)
    error = fields.Text(readonly=True, help="Why it could not be carried out.")
    try_count = TechnicalInteger()
    line_ids = fields.One2many("crm.assignment.plan.line", "plan_id", readonly=True)
    share_ids = fields.One2many("crm.assignment.plan.share", "plan_id", readonly=True)
    reason_ids = fields.One2many(
        comodel_name="crm.assignment.plan.reason",
        inverse_name="plan_id",
        string="Reasons",
        readonly=True,
    )
    lead_count = fields.Integer(string="Leads", readonly=True)
    member_lead_count = fields.Integer(
        string="To Salespeople", compute="_compute_counts"
    )
    team_lead_count = fields.Integer(string="To Teams Only", compute="_compute_counts")
    merge_count = fields.Integer(string="Merged", compute="_compute_counts")
    unassigned_count = fields.Integer(string="Not Assigned", compute="_compute_counts")
    done_count = fields.Integer(string="Done", compute="_compute_counts")
    left_out_count = fields.Integer(string="Left Out", compute="_compute_counts")
    hidden_count = fields.Integer(string="Not Shown", compute="_compute_whole")
    # What is to be carried out, shown or not
    planned_count = fields.Integer(string="Planned", compute="_compute_whole")

    @api.depends("state", "line_ids.outcome", "line_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_counts(self):
        """Count what is planned; of what was carried out, what was done."""
        by_plan = self._count_lines()
        for plan in self:
            found = by_plan[plan.id]
            states = {"done"} if plan.state == "done" else {"planned", "done"}
            plan.member_lead_count = _sum(found, {"member"}, states)
            plan.team_lead_count = _sum(found, {"team"}, states)
            plan.merge_count = _sum(found, {"merge"}, states)
            plan.unassigned_count = _sum(found, {"none"}, {False, "left_out"})
            plan.done_count = _sum(found, CHANGES, {"done"})
            plan.left_out_count = _sum(found, CHANGES, {"left_out"})

    @api.depends("line_ids.state")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_whole(self):
        # sudo: how many leads there are in all tells nothing of them
        everything, seen = self.sudo()._count_lines(), self._count_lines()
        for plan in self:
            of_all = everything[plan.id]
            plan.hidden_count = of_all.total() - seen[plan.id].total()
            plan.planned_count = _sum(of_all, CHANGES, {"planned"})

    def _count_lines(self):
        """Return how many lines each plan has, by its id, of each outcome and state."""
        groups = self.env["crm.assignment.plan.line"]._read_group(
            [("plan_id", "in", self.ids)], ["plan_id", "outcome", "state"], ["__count"]
        )
        counts = defaultdict(Counter)
        for plan, outcome, state, count in groups:
            counts[plan.id][outcome, state] = count
        return counts

    @api.depends("origin", "create_date")
    def _compute_display_name(self):
        origins = dict(self._fields["origin"]._description_selection(self.env))
        for plan in self:
            tz = self.env.tz.zone  # of the context first
            date = format_datetime(self.env, plan.create_date, tz, dt_format="short")
            plan.display_name = f"{origins.get(plan.origin)} {date}".strip()

    # MAKING

    @api.model
    def _rehearse(self, teams, leads=None, force_quota=False):
        """Return a new plan of what the button *Assign Leads* would do now.

        :param crm.team teams: who takes leads
        :param crm.lead leads: look at these alone
        :param bool force_quota: see ``crm.team.member._get_assignment_quota``
        """
        draft = rehearse(teams, force_quota, leads)
        plan = self._create_for(teams, origin="rehearsal", force_quota=force_quota)
        plan.selection = leads and leads.ids
        plan._fill(draft, draft.outcomes.values())
        return plan

    @api.model
    def _create_for(self, teams, **values):
        # sudo: plans are nobody's to create but of the one who may assign leads
        return self.sudo().create({"team_ids": teams.ids, **values})

    def _fill(self, draft, outcomes):
        """Add what is planned to this plan, with lines of these outcomes.

        :param Draft draft: has the figures, and the facts of the leads
        """
        self.lead_count = len(draft.outcomes)
        self.turns = {
            "members": draft.last_members,
            "credits": draft.count_credits(),
            "owed": draft.member_credits,
        }
        self.env["crm.assignment.plan.share"]._add(self, draft)
        plan_lines.insert(self, draft, outcomes)
        self.sharing = draft.list_sharing()

    # BEFORE IT IS CARRIED OUT

    def action_update(self):
        """Make this dry run anew: what would happen now.

        :raise UserError: if the user may not assign leads, or it was confirmed
        """
        plan = self._begin(["draft"])
        leads = self.env["crm.lead"].browse(plan.selection or []).exists()
        teams = self.team_ids  # of whoever asks for it
        draft = rehearse(teams, plan.force_quota, leads if plan.selection else None)
        plan.line_ids.unlink()
        plan.share_ids.unlink()
        plan._fill(draft, draft.outcomes.values())
        plan.update_date = fields.Datetime.now()

    def action_switch_share(self):
        """Make this dry run anew, with another day's share or with what is left of
        today."""
        plan = self._begin(["draft"])
        plan.force_quota = not plan.force_quota
        self.action_update()

    def action_discard(self):
        """Discard this dry run: it cannot be confirmed any more.

        :raise UserError: if the user may not assign leads, or it was confirmed
        """
        plan = self._begin(["draft", "failed"])
        turns.give_back(plan)
        plan.state = "discarded"

    def _begin(self, states):
        """Return this plan, locked and free to be written, if it is in one of
        ``states`` still."""
        self.ensure_one()
        self.env["crm.team"]._check_assignment_allowed()
        self.check_access("read")
        # sudo: whoever may assign leads may carry out plans, which nobody may write
        plan = self.sudo()
        if not plan.try_lock_for_update() or plan.state not in states:
            if plan.state == "discarded":
                raise UserError(self.env._("This plan was discarded."))
            raise UserError(self.env._("This plan is carried out already."))
        return plan

    # CARRYING OUT

    def action_confirm(self):
        """Carry out this plan, at once or, a large one, by the scheduled action.

        :return: a notification that tells what happened
        :rtype: dict
        :raise UserError: if the user may not assign leads, or not see all that are to
            be, if it was carried out, or if leads are being assigned at the moment
        """
        plan = self._begin(["draft", "failed"])
        # In all companies of whoever confirms, as by the scheduled action: those that
        # he chose to look at may not be all that it was planned in.
        companies = self.env.company | self.env.user.company_ids
        everywhere = self.with_context(allowed_company_ids=companies.ids)
        everywhere._check_leads_seen()
        plan.write({"state": "confirmed", "confirm_uid": self.env.uid})
        plan.write({"error": False, "try_count": 0})  # of tries before
        if plan.planned_count > DIRECT_SIZE:
            self.env.ref(JOB).sudo()._trigger()
            result = {"message": self.env._("The plan is being carried out.")}
        else:
            lock.take(self.env)
            everywhere._carry_out()
            result = plan._get_result()
        return notify(**result, next=RELOAD)

    def _check_leads_seen(self):
        """Have no plan be confirmed of which only a part could be carried out.

        :raise UserError: if leads are to be assigned or merged that are not seen
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        # sudo: how many leads there are in all tells nothing of them
        lines = self.env["crm.assignment.plan.line"].sudo()
        todo = lines._search([("plan_id", "=", self.id), ("state", "=", "planned")])
        domain = [("id", "in", todo.subselect("lead_id"))]
        if leads.search_count(domain) < leads.sudo().search_count(domain):
            raise UserError(
                self.env._(
                    "Leads of companies that you have no access to are part of this"
                    " plan. Update it, or have it confirmed by somebody who has."
                )
            )

    def _carry_out(self):
        """Carry out what is left of this plan, as its user; see :class:`Executor`."""
        return Executor(self).run()

    @api.model
    def _cron_carry_out(self):
        """Carry out the plans that were confirmed, or interrupted."""
        carry_out_plans(self)

    def _get_result(self):
        """Return what a notification says of what was done."""
        self.invalidate_recordset()
        if not self.left_out_count:
            message = self.env._("%s done.", self.done_count)
            return {"type": "success", "message": message}
        message = self.env._(
            "%(done)s done, %(left_out)s left out: the plan tells why.",
            done=self.done_count,
            left_out=self.left_out_count,
        )
        return {"type": "success" if self.done_count else "warning", "message": message}

    # LOOKING AT IT

    def _open(self):
        """Return an action that shows this plan."""
        return open_form(self, self.env._("Dry Run"))

    def action_view_lines(self):
        """Open the leads of this plan; the context says which of them.

        :rtype: dict
        """
        action = "crm_team_assign.crm_assignment_plan_line_action"
        return get_action(self.env, action, domain=[("plan_id", "in", self.ids)])

    def action_view_leads(self):
        """Open the leads that this plan was carried out for.

        :rtype: dict
        """
        done = [("state", "=", "done"), ("plan_id", "in", self.ids)]
        lines = self.env["crm.assignment.plan.line"]._search(done)
        leads = self.env["crm.lead"]._search([("id", "in", lines.subselect("lead_id"))])
        return get_action(
            self.env,
            "crm.crm_lead_action_pipeline",
            domain=[("id", "in", list(leads))],
            context={"default_type": "opportunity"},
        )

    # FORGETTING

    @api.autovacuum
    def _gc_plans(self):
        """Delete plans of long ago. 0 days keep all."""
        settings = self.env["res.config.settings"]
        days = settings._get_scoring_number("crm_team_assign.keep_days")
        if days:
            limit = fields.Datetime.now() - timedelta(days=days)
            self.search([("create_date", "<", limit)], limit=VACUUM_SIZE).unlink()


def _sum(found, outcomes, states):
    """Return how many lines there are of these outcomes in these states."""
    return sum(
        count
        for (outcome, state), count in found.items()
        if outcome in outcomes and state in states
    )
