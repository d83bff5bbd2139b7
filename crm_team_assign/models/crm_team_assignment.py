import logging
from collections import defaultdict
from functools import partial

from odoo import api, models
from odoo.fields import Domain

from ..tools.assignment_plan import Seat, seat_leads
from .crm_lead import ASSIGNMENT_ORDER

_logger = logging.getLogger(__name__)

# How many leads a message lists.
MESSAGE_LEADS = 100


class CrmTeam(models.Model):
    """Assignment as a whole, and its second stage: the members of a team get leads in
    turns, the best first. Scores are brought up to date before.

    Each stage plans over ids in memory, then carries the plan out.
    """

    _inherit = "crm.team"

    @api.model
    def _cron_assign_leads(self, force_quota=False, creation_delta_days=0):
        """Assign leads of any age: old leads that nobody looked at are leads too."""
        return super()._cron_assign_leads(
            force_quota=force_quota, creation_delta_days=creation_delta_days
        )

    def _action_assign_leads(self, force_quota=False, creation_delta_days=7):
        """Bring scores up to date, then assign.

        In a scheduled action the time for scoring can run out. Nothing is assigned
        then, and the action runs again to go on.
        """
        if self._is_assignment_allowed() and not self._update_scores():
            self.env["ir.cron"]._commit_batch(0, 1)
            return {}, {}
        result = super()._action_assign_leads(
            force_quota=force_quota, creation_delta_days=creation_delta_days
        )
        self.env["ir.cron"]._commit_batch(0, 0)
        return result

    @api.model
    def _is_assignment_allowed(self):
        """Return what core checks, and refuses with its own words."""
        is_manager = self.env.user.has_group("sales_team.group_sale_manager")
        return is_manager or self.env.is_system()

    @api.model
    def _update_scores(self):
        """Score leads as the hourly job does.

        :return: whether all is done; in a scheduled action time can run out
        :rtype: bool
        """
        # sudo: administrators may assign leads without a right on scoring rules
        rules = self.env["website.crm.score"].sudo()
        return not rules.search_count([], limit=1) or rules.assign_scores_to_leads()

    # MEMBERS

    def _get_lead_to_assign_domain(self):
        """Return the domain of leads to hand to members: open ones that reach the
        minimum, however they got their team."""
        domain = Domain(super()._get_lead_to_assign_domain())
        return (
            domain
            & self.env["crm.lead"]._open_domain()
            & Domain.OR(
                Domain("team_id", "=", team.id)
                & Domain("score", ">=", team.min_for_assign)
                & team._get_assignment_company_domain()
                for team in self
            )
        )

    def _assign_and_convert_leads(self, force_quota=False):
        """Make opportunities of the teams' leads and hand them to the members.

        :return: for each member with room: the leads ``assigned`` and the ``quota``
        :rtype: dict
        """
        result = {}
        for team in self:
            result.update(team._assign_to_members(force_quota))
        self._notify_assignees(result)
        counts = ["lead_day_count", "lead_month_count"]
        self.crm_team_member_ids.invalidate_recordset(counts, flush=False)
        _log_assignment(result)
        return result

    def _assign_to_members(self, force_quota):
        self.ensure_one()
        Leads = self.env["crm.lead"]
        quotas = self._get_member_quotas(force_quota)
        lead_ids = self._find_leads_to_assign() if quotas else []
        if not lead_ids:
            return {}
        result = {
            member: {"assigned": Leads, "quota": quota}
            for member, quota in quotas.items()
        }
        plan = seat_leads(lead_ids, self._get_seats(quotas, lead_ids))
        for assigned in self._in_batches(self._assign_batch, plan):
            for member, ids in assigned.items():
                result[member]["assigned"] += Leads.browse(ids)
        return result

    def _get_member_quotas(self, force_quota):
        """Return ``{member: quota}`` of members with room, whose turn it is first."""
        members = self.crm_team_member_ids.sorted("id")
        last_id = self.assignment_last_member_id.id or 0
        later = members.filtered(lambda member: member.id > last_id)
        counts = members._count_assigned_per_day()  # in one query
        members = members.with_context(assigned_per_day=counts)
        quotas = {
            member: member._get_assignment_quota(force_quota=force_quota)
            for member in later + (members - later)
            if not member.assignment_optout and member.user_id.active
        }
        return {member: quota for member, quota in quotas.items() if quota > 0}

    def _find_leads_to_assign(self):
        """Return the ids of leads that the members can get, the best first."""
        lead_ids = self._find_filtered_leads(self._get_lead_to_assign_domain())
        leads, _is_scored = self._sort_by_score(
            Domain("id", "in", lead_ids or []), "probability desc, id"
        )
        return leads.ids

    def _get_seats(self, quotas, lead_ids):
        """Return the places in the rotation, without members with unusable filters."""
        seats = []
        for member, quota in quotas.items():
            leads = member._find_assignable_leads(lead_ids)
            preferred = set()
            if leads and member._has_preference():
                preferred = member._find_assignable_leads(lead_ids, preferred=True)
            if leads is not None and preferred is not None:
                seats.append(Seat(member.id, quota, leads, preferred))
        return seats

    def _assign_batch(self, plan):
        """Carry out a part of the plan.

        :param list[tuple] plan: pairs of lead and member id
        :return: ``{member: ids of leads}``
        :rtype: dict
        """
        lead_ids = defaultdict(list)
        for lead_id, member_id in plan:
            lead_ids[member_id].append(lead_id)
        members = self.env["crm.team.member"].browse(lead_ids).exists()
        members = members.filtered(lambda m: m.active and m.user_id.active)
        assigned = {
            member: self._attempt(member._take_leads, lead_ids[member.id])
            for member in members
        }
        last = members.filtered(lambda member: member.id == plan[-1][1])
        # sudo: who may assign leads need not be able to write teams
        self.sudo().assignment_last_member_id = last or members[:1]
        return assigned

    @api.model
    def _notify_assignees(self, members_data):
        """Tell each salesperson, in one message, which leads he got, the best first."""
        leads = defaultdict(self.env["crm.lead"].browse)
        for member, data in members_data.items():
            leads[member.user_id] |= data["assigned"]
        todo = [(user, part.ids) for user, part in leads.items() if part]
        for _done in self._in_batches(self._notify_batch, todo):
            pass

    def _notify_batch(self, todo):
        return [
            self._attempt(partial(self._notify_assignee, user), [lead_ids])
            for user, lead_ids in todo
        ]

    def _notify_assignee(self, user, items):
        [lead_ids] = items
        domain = Domain("id", "in", lead_ids) & Domain("user_id", "=", user.id)
        leads = self.env["crm.lead"].search(domain, order=ASSIGNMENT_ORDER)
        if not leads:
            return []
        self = self.with_context(lang=user.lang)
        values = {"leads": leads[:MESSAGE_LEADS], "count": len(leads)}
        self.env["mail.thread"].message_notify(
            partner_ids=user.partner_id.ids,
            subject=self._get_assignment_subject(leads),
            body=self.env["ir.qweb"]._render(
                "crm_team_assign.message_leads_assigned", values
            ),
        )
        return leads.ids

    @api.model
    def _get_assignment_subject(self, leads):
        if len(leads) == 1:
            return self.env._("New lead for you: %s", leads.name)
        return self.env._("%s new leads for you", len(leads))


def _log_assignment(result):
    _logger.info(
        "Assigned %s leads to %s salesmen",
        sum(len(data["assigned"]) for data in result.values()),
        len(result),
    )
    for member, data in result.items():
        _logger.info(
            "-> member %s of team %s: assigned %d/%d leads (%s)",
            member.id,
            member.crm_team_id.id,
            len(data["assigned"]),
            data["quota"],
            data["assigned"],
        )
