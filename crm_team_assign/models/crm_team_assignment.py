import logging
from collections import defaultdict
from functools import partial

from odoo import api, models
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from ..tools.assignment_plan import Seat, Share, draw_lots, seat_leads, share_out
from .crm_lead import ASSIGNMENT_ORDER

_logger = logging.getLogger(__name__)

MESSAGE_LEADS = 100


class CrmTeam(models.Model):
    """Lead assignment by score, in core's stages: leads go to teams, then to members.

    Each stage plans over ids in memory and carries the plan out in batches, each of
    which is committed in a scheduled action and tried again if something else changed
    the same leads. Outside of one, all is one transaction.
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
            self.env["ir.cron"]._commit_progress(remaining=1)
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

    # TEAMS

    def _allocate_leads(self, creation_delta_days=7):
        """Give leads without a team to the teams, merged with their duplicates first.

        :return: for each team with capacity the ids ``assigned``, ``merged`` (of
            leads that others were merged into) and ``duplicates`` (gone now)
        :rtype: dict
        """
        teams = self.filtered(lambda team: team._get_assignment_weight())
        domain = self.env["crm.lead"]._get_allocation_domain(creation_delta_days)
        result = {team: team._prepare_allocation_data() for team in teams}
        heads = teams._merge_duplicates(domain, result)
        if heads:
            self._update_scores()
        for team, lead_ids in teams._plan_allocation(domain).items():
            for taken in self._in_batches(team._take_batch, lead_ids):
                result[team]["assigned"] |= taken - heads.keys()
                result[team]["merged"] |= taken & heads.keys()
        teams._add_merged_elsewhere(heads, result)
        _log_allocation(result)
        return result

    def _prepare_allocation_data(self):
        return {
            "team": self,
            "leads": self.env["crm.lead"],
            "assigned": set(),
            "merged": set(),
            "duplicates": set(),
        }

    def _find_candidates(self, domain):
        """Return the leads in ``domain`` that match each team's filter and company.

        :return: ``{team: ids}`` without teams whose filter cannot be used
        :rtype: dict
        """
        found = {
            team: team._find_filtered_leads(
                domain & team._get_assignment_company_domain()
            )
            for team in self
        }
        return {team: ids for team, ids in found.items() if ids is not None}

    def _merge_duplicates(self, domain, result):
        """Merge the leads that the teams could take with their duplicates.

        Before anything is handed out, whatever the score: it is the merged lead that
        has a score to compare.

        :return: ``{id of a lead that others were merged into: the team that found it}``
        :rtype: dict
        """
        heads, seen = {}, set()
        for team, lead_ids in self._find_candidates(domain).items():
            todo = sorted(lead_ids - seen)
            seen |= lead_ids
            for merged, gone in self._in_batches(team._merge_batch, todo):
                heads.update(dict.fromkeys(merged, team))
                seen |= merged | gone
                result[team]["duplicates"] |= gone
        return heads

    def _merge_batch(self, lead_ids):
        """Merge each of the leads with its duplicates.

        :return: the ids of leads that others were merged into, and of those others
        :rtype: tuple[set, set]
        """
        Leads = self.env["crm.lead"]
        heads, gone = set(), set()
        for lead in Leads.browse(lead_ids).exists():
            if lead.id in heads | gone:
                continue
            twins = lead._get_mergeable_duplicates(self.company_id)
            twins -= Leads.browse(gone)
            if len(twins) > 1:
                for head_id in self._attempt(self._merge_leads, [twins.ids]):
                    heads.add(head_id)
                    gone.update(set(twins.ids) - {head_id})
        Leads.browse(gone).unlink()
        return heads - gone, gone

    def _merge_leads(self, groups):
        leads = map(self.env["crm.lead"].browse, groups)
        return [
            group._merge_opportunity(auto_unlink=False, max_length=0).id
            for group in leads
        ]

    def _add_merged_elsewhere(self, heads, result):
        """Count leads merged into one that already has a team or salesperson."""
        for lead in self.env["crm.lead"].browse(heads).exists():
            if not any(lead.id in result[team]["merged"] for team in self) and (
                lead.team_id or lead.user_id
            ):
                result[heads[lead.id]]["merged"].add(lead.id)

    def _plan_allocation(self, domain):
        """Return which team takes which leads, the best first.

        :rtype: dict[crm.team, list[int]]
        """
        shares = [
            Share(
                key=team,
                weight=team._get_assignment_weight(),
                minimum=team.min_for_assign,
                leads=lead_ids,
                credit=team.assignment_credit,
            )
            for team, lead_ids in self._find_candidates_by_score(domain).items()
        ]
        everybody = set().union(*(share.leads for share in shares))
        leads, is_scored = self._sort_by_score(Domain("id", "in", everybody))
        plan = defaultdict(list)
        share_leads = share_out if is_scored else draw_lots
        for lead_id, team in share_leads(leads.ids, shares):
            plan[team].append(lead_id)
        for share in shares:
            if share.key.assignment_credit != share.credit:
                # sudo: who may assign leads need not be able to write teams
                share.key.sudo().assignment_credit = share.credit
        return plan

    def _find_candidates_by_score(self, domain):
        found = {}
        for team in self:
            minimum = Domain("score", ">=", team.min_for_assign)
            found.update(team._find_candidates(domain & minimum))
        return found

    def _sort_by_score(self, domain, unscored_order=None):
        """Return the leads in ``domain``, the best first, and whether scores matter.

        As long as no lead has a score and no team wants one, the order is core's.

        :rtype: tuple[crm.lead, bool]
        """
        Leads = self.env["crm.lead"]
        leads = Leads.search_fetch(domain, ["score"], order=ASSIGNMENT_ORDER)
        is_scored = any(self.mapped("min_for_assign")) or any(leads.mapped("score"))
        if not is_scored:
            leads = Leads.search(domain, order=unscored_order)
        return leads, is_scored

    def _take_batch(self, lead_ids):
        return set(self._attempt(self._take_leads, lead_ids))

    def _take_leads(self, lead_ids):
        """Make this the team of the leads that are still free.

        :return: ids of the leads
        :rtype: list[int]
        """
        leads = self.env["crm.lead"].browse(lead_ids).exists()
        leads = leads.filtered(lambda lead: not lead.team_id and not lead.user_id)
        companies = leads.grouped("company_id")
        leads._handle_salesmen_assignment(user_ids=None, team_id=self.id)
        for company, same in companies.items():
            # In a team of all companies core forgets that of a lead.
            lost = same.filtered(lambda lead, company=company: not lead.company_id)
            if company and lost:
                lost.company_id = company
        return leads.ids

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
        """Return ``{member: quota}`` of the members with room, whose turn it is first."""
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

    # BATCHES

    @api.model
    def _in_batches(self, work, items):
        """Do ``work`` batch by batch; in a scheduled action, commit each of them.

        :param callable work: gets a list of items; can be called again for the same
        :param items: a list
        :return: an iterator of the results
        """
        jobs = self.env["ir.cron"]
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: as core does
        size = int(parameters.get_param("crm.assignment.commit.bundle", 100))
        for batch in split_every(max(size, 1), items, list):
            done = jobs._transact(partial(self._work_and_flush, work, batch))
            # The run has not ended before the last stage has.
            jobs._commit_batch(len(batch), 1)
            yield done

    @api.model
    def _work_and_flush(self, work, batch):
        done = work(batch)
        if self.env["ir.cron"]._is_job():
            self.env.cr.flush()  # what conflicts with others does so here
        return done

    @api.model
    def _attempt(self, work, items):
        """Return what ``work`` returns, left out the items that it fails on.

        :param callable work: gets a list of items, returns a list
        :param list items: done together if that works, else in ever smaller parts
        :rtype: list
        """
        try:
            with self.env.cr.savepoint():
                return work(items)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        # Whatever listens to leads runs here, and may raise anything.
        except Exception as error:  # pylint: disable=broad-exception-caught
            if len(items) > 1:
                half = len(items) // 2
                first, second = items[:half], items[half:]
                return self._attempt(work, first) + self._attempt(work, second)
            _logger.warning("Lead assignment left out %s: %s", items, error)
            return []


def _log_allocation(result):
    _logger.info(
        "## Assigned %s leads",
        sum(len(data["assigned"]) + len(data["merged"]) for data in result.values()),
    )
    for team, data in result.items():
        _logger.info(
            "## Assigned %s leads to team %s: direct %s, merged %s, duplicates %s",
            len(data["assigned"]) + len(data["merged"]),
            team.id,
            data["assigned"],
            data["merged"],
            data["duplicates"],
        )


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
