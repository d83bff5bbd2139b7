import logging

from odoo import models

from ..tools.batch_log import BatchLog

_logger = logging.getLogger(__name__)


class CrmTeam(models.Model):
    """The first stage of assignment: leads are merged with their duplicates, then go to
    the team with the highest minimum that they reach, of equals in turn by capacity.
    """

    _inherit = "crm.team"

    def _allocate_leads(self, creation_delta_days=7):
        """Give leads without a team to the teams, merged with their duplicates first.

        As a part of a whole assignment they go to the members at the same time.

        :return: for each team with capacity the ids ``assigned``, ``merged`` (of
            leads that others were merged into) and ``duplicates`` (gone now)
        :rtype: dict
        """
        teams = self.filtered(lambda team: team._get_assignment_weight())
        result = {team: team._prepare_allocation_data() for team in teams}
        heads, busy_ids = teams._merge_duplicates(creation_delta_days, result)
        self.env["crm.lead"].browse(heads).exists()._score_now()
        run = self._get_run()
        if run:
            plan = run.plan = self._plan_assignment(
                creation_delta_days, force_quota=run.force_quota, without=busy_ids
            )
        else:
            plan = self._plan_allocation(creation_delta_days, without=busy_ids)
        self._carry_out(plan)
        teams = {team.id: team for team in teams}
        for outcome in plan.list_done():
            if not plan.leads[outcome.lead_id].team_id:
                data = result[teams[outcome.team]]
                is_head = outcome.lead_id in heads
                data["merged" if is_head else "assigned"].add(outcome.lead_id)
        self._add_merged_elsewhere(heads, result)
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

    def _merge_duplicates(self, creation_delta_days, result):
        """Merge the leads that the teams could take with their duplicates.

        Before anything is handed out, whatever the score: it is the merged lead that
        has a score to compare.

        :return: ``{id of a lead that others were merged into: the team that found it}``
            and the ids of leads that others write all the time: these are not to be
            handed out before they are merged
        :rtype: tuple[dict, list]
        """
        domain = self.env["crm.lead"]._get_allocation_domain(creation_delta_days)
        groups = self._group_duplicates(self._find_candidates(domain, {}))
        teams = {lead_id: team for leads, team in groups for lead_id in leads.ids}
        todo = [leads.ids for leads, _team in groups]
        heads, busy = {}, []
        for merged in self._in_batches(self._merge_batch, todo, leave=busy.extend):
            for head_id, gone in merged:
                heads[head_id] = teams[head_id]
                result[teams[head_id]]["duplicates"].update(gone)
        return heads, [lead_id for lead_ids in busy for lead_id in lead_ids]

    def _merge_batch(self, groups):
        """Merge each group of duplicates, as far as these are still there and open.

        :param list[list] groups: ids of leads
        :return: the ids that are left, each with those that are gone
        :rtype: list[tuple]
        """
        merged = self._attempt(self._merge_groups, groups)
        gone = [lead_id for _head, ids in merged for lead_id in ids]
        self.env["crm.lead"].browse(gone).unlink()
        return merged

    def _merge_groups(self, groups):
        log = BatchLog()
        # Who owns one of the leads knows it, and needs no message about the merger.
        leads = self.env["crm.lead"].with_context(
            mail_auto_subscribe_no_notify=True, merge_log=log
        )
        leads = leads.browse(id_ for lead_ids in groups for id_ in lead_ids).exists()
        leads = leads.filtered_domain(leads._open_domain())
        still = [leads.browse(lead_ids) & leads for lead_ids in groups]
        merged = leads._merge_automatically(
            same.with_prefetch(leads.ids) for same in still if len(same) > 1
        )
        leads._create_logs(log.messages)
        return [(head.id, gone.ids) for head, gone in merged.items()]

    def _add_merged_elsewhere(self, heads, result):
        """Count leads merged into one that already has a team or salesperson."""
        for lead in self.env["crm.lead"].browse(heads).exists():
            if not any(lead.id in result[team]["merged"] for team in result) and (
                lead.team_id or lead.user_id
            ):
                result[heads[lead.id]]["merged"].add(lead.id)


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
