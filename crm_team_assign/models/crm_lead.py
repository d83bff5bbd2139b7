from datetime import timedelta
from itertools import compress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.website_crm_score.tools.actions import get_action
from odoo.addons.website_crm_score.tools.merging import move_to_owners
from odoo.addons.website_crm_score.tools.numbers import read_number
from odoo.addons.website_crm_score.tools.own_context import OURS

from ..execution.batch_log import BatchLog, MergeLog
from ..execution.foresight import Foresight
from ..planning.reasons import MINIMUM
from ..queries import handovers, plan_lines, waiting

MAX_DELAY = 24.0 * 36_500  # in hours
# Where Odoo notes what leads had before they are changed, and we that it is all noted
TRACKED = "mail.tracking.crm.lead"
TRACKED_AHEAD = "crm_team_assign.tracked_ahead"


class CrmLead(models.Model):
    """Leads go to the team whose minimum score they reach, the best first."""

    _inherit = "crm.lead"

    below_minimum = fields.Boolean(
        compute="_compute_untaken",
        search="_search_below_minimum",
        groups="sales_team.group_sale_salesman",
        help="Open, without salesperson, and the score is below the minimum of the "
        "lead's team or, without a team, of every team whose filter takes it.",
    )
    untaken = fields.Boolean(
        string="No Team Takes It",
        compute="_compute_untaken",
        search="_search_untaken",
        groups="sales_team.group_sale_salesman",
        help="Open, without salesperson, and neither the lead's team nor, without a "
        "team, any other takes it: the score is below the minimum, or the filters and "
        "companies are others.",
    )

    reaches_minimum = fields.Boolean(
        string="Reaches the Minimum",
        compute="_compute_reaches_minimum",
        search="_search_reaches_minimum",
        groups="sales_team.group_sale_salesman",
        help="The score is not below the minimum of the lead's team.",
    )

    waiting_id = fields.Many2one(
        comodel_name="crm.assignment.waiting",
        string="Waits Because",
        compute="_compute_waiting_id",
        search="_search_waiting_id",
        groups="sales_team.group_sale_manager",
        help="Why this open lead has no salesperson.",
    )
    assignment_handover_ids = fields.One2many(
        comodel_name="crm.assignment.handover",
        inverse_name="lead_id",
        string="Handovers",
        readonly=True,
        groups="sales_team.group_sale_manager",
    )
    assignment_handover_count = fields.Integer(
        compute="_compute_assignment_handover_count",
        groups="sales_team.group_sale_manager",
    )

    def unlink(self):
        result = super().unlink()
        plan_lines.forget_leads(self)
        handovers.forget_leads(self)
        return result

    @api.model
    def _merge_events(self, pairs):
        move_to_owners(self.env["crm.assignment.handover"], "lead_id", pairs)
        return super()._merge_events(pairs)

    @api.depends("assignment_handover_ids")
    def _compute_assignment_handover_count(self):
        for lead in self:
            lead.assignment_handover_count = len(lead.assignment_handover_ids)

    @api.depends("score", "team_id", "user_id", "company_id", "active", "won_status")
    def _compute_untaken(self):
        keys = waiting.read_keys(self.env, self.ids, by_team=True)
        for lead in self:
            code = waiting.get_code(keys.get(lead._origin.id))
            lead.untaken = code in waiting.UNTAKEN
            lead.below_minimum = code == MINIMUM

    def _search_below_minimum(self, operator, value):
        return self._search_untaken_because("below_minimum", operator, [MINIMUM])

    def _search_untaken(self, operator, value):
        return self._search_untaken_because("untaken", operator, waiting.UNTAKEN)

    @api.model
    def _search_untaken_because(self, name, operator, codes):
        if operator != "in":
            return NotImplemented
        self._check_field_access(self._fields[name], "read")
        team_ids = [0, *self.env["crm.team"]._get_takers().ids]
        keys = [waiting.get_key(code, id_) for code in codes for id_ in team_ids]
        return waiting.get_keys_domain(self.env, keys, by_team=True)

    @api.depends("score", "team_id", "user_id", "company_id", "active", "won_status")
    def _compute_waiting_id(self):
        keys = waiting.read_keys(self.env, self.ids)
        for lead in self:
            lead.waiting_id = keys.get(lead._origin.id)

    def _search_waiting_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._check_field_access(self._fields["waiting_id"], "read")
        found = waiting.get_keys_domain(self.env, [key or 0 for key in value])
        return found if False not in value else found | ~waiting.get_domain(self.env)

    @api.depends("score", "team_id.min_for_assign")
    def _compute_reaches_minimum(self):
        for lead in self:
            team = lead.sudo().team_id  # sudo: as _get_score_minimum
            lead.reaches_minimum = bool(team) and lead.score >= team.min_for_assign

    def _search_reaches_minimum(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._check_field_access(self._fields["reaches_minimum"], "read")
        # sudo: as _get_score_minimum
        teams = self.env["crm.team"].sudo().with_context(active_test=False)
        teams = teams.search([])  # pylint: disable=no-search-all
        return Domain.OR(
            Domain("team_id", "in", group.ids) & Domain("score", ">=", minimum)
            for minimum, group in teams.grouped("min_for_assign").items()
        )

    @api.model
    def _check_not_asked_by_filters(self):
        if self.env.context.get("is_asking_filters") is OURS:
            raise UserError(
                self.env._(
                    "a filter of teams or salespeople cannot ask which leads no team "
                    "takes, which follows from these filters"
                )
            )

    def _get_score_minimum(self):
        # sudo: who may read a lead may read the minimum of its team
        team = self.sudo().team_id
        return bool(team.min_for_assign) and {
            "name": team.name,
            "points": team.min_for_assign,
        }

    @api.model
    def _get_allocation_domain(self, creation_delta_days=0):
        """Return the domain of leads that no team and no salesperson has yet.

        :param int creation_delta_days: the age that leads have at most; 0 for any
        """
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: as core does
        delay = parameters.get_param("crm.assignment.delay")
        delay = read_number(delay, default=0.0, largest=MAX_DELAY)
        now = self.env.cr.now()
        domain = Domain("team_id", "=", False) & Domain("user_id", "=", False)
        domain &= self._open_domain()
        domain &= Domain("create_date", "<=", now - timedelta(hours=delay))
        if creation_delta_days > 0:
            since = now - timedelta(days=creation_delta_days)
            domain &= Domain("create_date", ">", since)
        return domain

    def _load_records_create(self, vals_list):
        """Imported history takes up no capacity: nobody was handed what was made with
        its salesperson, and when that was is unknown unless the file says so."""
        leads = super()._load_records_create(vals_list)
        undated = [not vals.get("date_open") for vals in vals_list]
        leads.browse(compress(leads.ids, undated)).date_open = False
        return leads

    def action_plan_assignment(self):
        """Open a dry run of the assignment of these leads alone.

        :rtype: dict
        :raise UserError: if the user may not assign leads
        """
        teams = self.env["crm.team"]._get_asked()
        return self.env["crm.assignment.plan"]._rehearse(teams, leads=self)._open()

    def action_explain_assignment(self):
        """Show why this lead is not assigned, team by team.

        :rtype: dict
        """
        self.ensure_one()
        return self.env["crm.assignment.why"]._open(self)

    def action_view_handovers(self):
        """Open to whom this lead was handed over.

        :rtype: dict
        """
        action = "crm_team_assign.crm_assignment_handover_action"
        return get_action(self.env, action, domain=[("lead_id", "in", self.ids)])

    # HANDING OVER, see execution/giving.py

    def _check_company(self, fnames=None):
        is_alike = self.env.context.get("is_assignment") is OURS
        if is_alike and fnames is not None and "company_id" not in fnames:
            # The same values for all: one lead of each company stands for the others.
            groups = self.grouped("company_id").values()
            self = self.browse(leads[0].id for leads in groups)
        return super()._check_company(fnames)

    def _pls_get_lead_pls_values(self, domain=None):
        values = super()._pls_get_lead_pls_values(domain)
        foresight = Foresight.get(self.env)
        if foresight is None:
            return values
        for of_lead in values.values():
            foresight.change(of_lead)
        # In the order of the leads, as when core computes them.
        return {id_: values[id_] for id_ in self.ids if id_ in values}

    # LOGGING: what an assignment changes is logged on each lead, as all that is
    # tracked; but for many leads at once, where Odoo makes each message with
    # statements of its own.

    def _track_ahead(self):
        """Note all that is tracked of these leads, which are about to change."""
        self._track_prepare(self._fields)
        noted = self.env.cr.precommit.data
        noted[TRACKED_AHEAD] = noted[TRACKED], frozenset(self.ids)

    def _track_prepare(self, fields_iter):
        # Odoo looks at it at each write, and for each field that is computed.
        noted = self.env.cr.precommit.data
        values, lead_ids = noted.get(TRACKED_AHEAD, (None, ()))
        is_noted = values is not None and values is noted.get(TRACKED)
        if is_noted and lead_ids.issuperset(self._ids):
            return None
        return super()._track_prepare(fields_iter)

    def _message_track(self, fields_iter, initial_values_dict):
        is_assignment = self.env.context.get("is_assignment") is OURS
        if not is_assignment and not MergeLog.get(self.env):
            return super()._message_track(fields_iter, initial_values_dict)
        log = BatchLog()
        self = self.with_context(assignment_log=log)
        tracking = super()._message_track(fields_iter, initial_values_dict)
        log.create_all(self)
        return tracking

    def _message_track_post_template(self, changes):
        is_assignment = self.env.context.get("is_assignment") is OURS
        if is_assignment and not self._track_template(changes):
            return True  # Odoo makes environments for each lead before it asks
        return super()._message_track_post_template(changes)

    def message_post(self, *, body="", **kwargs):
        log = MergeLog.get(self.env)
        if not log or self.message_follower_ids:
            return super().message_post(body=body, **kwargs)
        # The summary of an automatic merger, of which nobody is to be told.
        return self.with_context(assignment_log=log)._message_log(body=body)

    def _mail_track_order_fields(self, tracked_fields):
        log = BatchLog.get(self.env)
        if not log:
            return super()._mail_track_order_fields(tracked_fields)
        # The same of each lead: Odoo sorts them for one after another.
        log.order = log.order or super()._mail_track_order_fields(tracked_fields)
        return log.order

    def _message_log(self, **kwargs):
        log = BatchLog.get(self.env)
        if not log:
            return super()._message_log(**kwargs)
        with log.collect():
            return super()._message_log(**kwargs)

    def _message_create(self, values_list):
        log = BatchLog.get(self.env)
        if not log or not log.is_collecting:
            return super()._message_create(values_list)
        log.messages.extend(values_list)
        return self.env["mail.message"]
