from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.mail import email_normalize_all

ASSIGNMENT_ORDER = "score desc, create_date, id"


class CrmLead(models.Model):
    """Leads go to the team whose minimum score they reach, the best first."""

    _inherit = "crm.lead"

    below_minimum = fields.Boolean(
        compute="_compute_below_minimum",
        search="_search_below_minimum",
        help="Open, without salesperson, and the score is below the minimum of the "
        "lead's team or, without a team, of every team that could take it.",
    )

    @api.depends("score", "team_id", "user_id", "company_id", "active", "won_status")
    def _compute_below_minimum(self):
        below = self.filtered_domain(self._get_below_minimum_domain())
        below.below_minimum = True
        (self - below).below_minimum = False

    def _search_below_minimum(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._get_below_minimum_domain()

    @api.model
    def _get_below_minimum_domain(self):
        """Return the domain of open leads without salesperson below every minimum.

        :rtype: Domain
        """
        of_teams, of_companies = self.env["crm.team"]._get_minimums()
        below = [
            Domain("team_id", "in", ids) & Domain("score", "<", minimum)
            for minimum, ids in _group_by_minimum(of_teams)
        ]
        below += [
            Domain("team_id", "=", False)
            & Domain("company_id", "in", ids)
            & Domain("score", "<", minimum)
            for minimum, ids in _group_by_minimum(of_companies)
        ]
        unassigned = self._open_domain() & Domain("user_id", "=", False)
        return unassigned & Domain.OR(below)

    @api.model
    def _get_allocation_domain(self, creation_delta_days=0):
        """Return the domain of leads that no team and no salesperson has yet.

        :param int creation_delta_days: the age that leads have at most; 0 for any
        """
        parameters = self.env["ir.config_parameter"].sudo()  # sudo: as core does
        delay = float(parameters.get_param("crm.assignment.delay", default=0))
        now = self.env.cr.now()
        domain = Domain("team_id", "=", False) & Domain("user_id", "=", False)
        domain &= Domain("won_status", "!=", "won")
        domain &= Domain("create_date", "<=", now - timedelta(hours=delay))
        if creation_delta_days > 0:
            since = now - timedelta(days=creation_delta_days)
            domain &= Domain("create_date", ">", since)
        return domain

    def _filter_possible_duplicates(self):
        """Return those of these leads that can have duplicates, found at once.

        :meth:`_get_lead_duplicates` looks for one lead after another, which most
        leads, having an address of their own, need not be put through every day.
        """
        addresses = self.filtered("email_normalized").mapped("email_normalized")
        groups = self.with_context(active_test=False)._read_group(
            self._open_domain() & Domain("email_normalized", "in", addresses),
            ["email_normalized"],
            having=[("__count", ">", 1)],
        )
        shared = {address for (address,) in groups}
        return self.filtered(
            lambda lead: lead.email_normalized in shared
            or len(email_normalize_all(lead.email_from or "")) > 1
        )

    def _get_mergeable_duplicates(self, company):
        """Return this lead and its duplicates, of one company only.

        :param res.company company: the company that may take the lead, if any
        """
        self.ensure_one()
        duplicates = self._get_lead_duplicates(email=self.email_from)
        company = self.company_id or company
        others = duplicates.company_id - company
        if company or len(others) > 1:
            duplicates = duplicates.filtered(lambda lead: lead.company_id not in others)
        return duplicates


def _group_by_minimum(minimums):
    """Return ``(minimum, ids)`` pairs of ``{id: minimum}``."""
    groups = defaultdict(list)
    for id_, minimum in minimums.items():
        groups[minimum].append(id_)
    return groups.items()
