import logging
from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ..tools.assignment_plan import Share, draw_lots, share_out
from .crm_lead import ASSIGNMENT_ORDER

_logger = logging.getLogger(__name__)


class CrmTeam(models.Model):
    """The first stage of assignment: leads are merged with their duplicates, then go to
    the team with the highest minimum that they reach, of equals in turn by capacity.
    """

    _inherit = "crm.team"

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
        leads = Leads.browse(lead_ids).exists()
        for lead in leads._filter_possible_duplicates():
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
        # Who owns one of the leads knows it, and needs no message about the merger.
        # Nobody looks whether they are the same person, see crm.lead._find_strangers.
        Leads = self.env["crm.lead"].with_context(
            mail_auto_subscribe_no_notify=True, is_automatic_merge=True
        )
        leads = map(Leads.browse, groups)
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
