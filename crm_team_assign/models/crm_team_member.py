from odoo import api, fields, models

from odoo.addons.website_crm_score.fields import TechnicalInteger
from odoo.addons.website_crm_score.tools.time_zone import get_date, get_zone

from ..execution.foresight import Foresight
from ..planning.quota import DAYS, UNLIMITED, get_allowance, get_quota
from ..planning.turns import LEAD
from ..queries.foreseen import put_team

# Leads; the month's are enough for most.
MOST_OWED = 1000


class CrmTeamMember(models.Model):
    """A salesperson in a team takes leads that match the filter, as many as the
    capacity on 30 days has room for, evenly spread: 6 are one every fifth day.

    Days are those of the salesperson's time zone.
    """

    _name = "crm.team.member"
    _inherit = [
        "crm.team.member",
        "crm.assignment.filter.mixin",
        "crm.assignment.presence",
    ]

    # One word for one thing, also where core has others.
    assignment_domain = fields.Char(string="Filter")
    assignment_domain_preferred = fields.Char(string="Priority Filter")
    assignment_optout = fields.Boolean(string="Paused")
    assignment_max = fields.Integer(string="Capacity (a Month)")
    assignment_unlimited = fields.Boolean(
        string="Unlimited",
        help="Assign any number of leads. The capacity then only says how large a "
        "share of the leads the team gets.",
    )
    lead_day_count = fields.Integer(
        string="Leads (today)",
        compute="_compute_lead_counts",
        help="Leads assigned to this member today.",
    )
    lead_month_count = fields.Integer(
        compute="_compute_lead_counts",
        help="Leads assigned to this member on the last 30 days, today included.",
    )

    assignment_pace = fields.Char(
        compute="_compute_assignment_pace", help="What the capacity is on a day."
    )
    assignment_credit = TechnicalInteger(
        copy=False,
        help="How much this member is owed of the leads of the team, by the turns.",
    )

    @api.constrains("assignment_domain")
    def _constrains_assignment_domain(self):
        """Instead of core's check: try the filter as it is used, and tell why not."""
        self._check_filter("assignment_domain")

    @api.constrains("assignment_domain_preferred")
    def _constrains_assignment_domain_preferred(self):
        self._check_filter("assignment_domain_preferred")

    @api.depends("assignment_max", "assignment_unlimited")
    def _compute_assignment_pace(self):
        for member in self:
            member.assignment_pace = member._describe_pace()

    def _describe_pace(self):
        capacity = self.assignment_max
        if self.assignment_unlimited or capacity <= 0:
            return False
        is_daily = capacity >= DAYS
        count, rest = divmod(*(capacity, DAYS) if is_daily else (DAYS, capacity))
        names = {"month": capacity, "count": count, "more": count + 1}
        match is_daily, count, bool(rest):
            case True, _, False:
                return self.env._("%(month)s a month = %(count)s a day", **names)
            case True, _, True:
                return self.env._(
                    "%(month)s a month = %(count)s or %(more)s a day", **names
                )
            case False, _, False:
                return self.env._(
                    "%(month)s a month = one every %(count)s days", **names
                )
        return self.env._(
            "%(month)s a month = one every %(count)s or %(more)s days", **names
        )

    @api.depends("user_id", "crm_team_id")
    def _compute_lead_counts(self):
        assigned = self._count_assigned_per_day()
        for member in self:
            member.lead_day_count = assigned[member.id][0]
            member.lead_month_count = sum(assigned[member.id])

    @api.autovacuum
    def _gc_pauses(self):
        self._end_pauses()

    # CAPACITY

    def _count_assigned_per_day(self):
        """Return ``{member id: numbers}``: how many leads each member got today,
        yesterday and so on, for 30 days."""
        dates = self._get_assignment_dates()
        now = fields.Datetime.now()
        assigned = {}
        for member in self:
            zone = get_zone(member.user_id.tz)
            days = assigned[member.id] = [0] * DAYS
            for date in dates.get((member.user_id.id, member.crm_team_id.id), ()):
                age = max((get_date(now, zone) - get_date(date, zone)).days, 0)
                if age < DAYS:
                    days[age] += 1
        return assigned

    def _get_assignment_dates(self):
        """Return ``{(user id, team id): dates}`` of leads assigned on the last days."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=DAYS + 1)
        # sudo: leads that one may not see take up capacity as well
        leads = self.env["crm.lead"].sudo().with_context(active_test=False)
        groups = leads._read_group(
            [
                ("date_open", ">=", since),
                ("user_id", "in", self.user_id.ids),
                ("team_id", "in", self.crm_team_id.ids),
            ],
            ["user_id", "team_id"],
            ["date_open:array_agg"],
        )
        return {(user.id, team.id): dates for user, team, dates in groups}

    # LEAD ASSIGNMENT

    def _get_assignment_quota(self, force_quota=False):
        """Return how many leads this member can take now.

        :param bool force_quota: give the full share of a day again, whatever was
            assigned today; the capacity on 30 days holds all the same
        """
        self.ensure_one()
        return self._get_assignment_quotas(force_quota=force_quota)[self]

    def _get_assignment_quotas(self, force_quota=False, given=None, noted=None):
        """Return ``{member: quota}``: how many leads these members can take now.

        :param bool force_quota: see :meth:`_get_assignment_quota`
        :param dict given: how many leads members got by the plan that is gone on with,
            by id
        :param dict noted: what that plan had noted that members are owed, by id
        """
        assigned = self._count_assigned_per_day()
        given, noted, quotas = given or {}, noted or {}, {}
        for member in self:
            if member.assignment_unlimited:
                quotas[member] = UNLIMITED
                continue
            if force_quota:
                day = get_allowance(member.assignment_max, 1)
                room = day - given.get(member.id, 0)
            else:
                room = member._get_room(assigned[member.id], noted.get(member.id, 0))
            # As in core, what the record says holds, whoever counted it.
            counts = sum(assigned[member.id]), member.lead_month_count
            quotas[member] = min(room, member.assignment_max - max(counts))
        return quotas

    def _get_room(self, assigned, noted):
        """Return how many more leads the day has room for."""
        owed = (self.assignment_credit - noted) // LEAD
        if self.crm_team_id.assignment_balance and owed > 0:
            day = get_allowance(self.assignment_max, 1)
            return day + min(day, owed) - assigned[0]
        return get_quota(self.assignment_max, assigned)

    def _add_credit(self, credit):
        """Note what this member is owed more, within what can be made up for."""
        leads = 2
        if self.crm_team_id.assignment_balance:
            leads = min(max(self.assignment_max, leads), MOST_OWED)
        limit = leads * LEAD
        credit += self.assignment_credit
        self.assignment_credit = max(-limit, min(credit, limit))

    def _takes_leads(self):
        """Return whether this member takes part in assignment, there or away."""
        return bool(self) and (
            self.active
            and self.user_id.active
            and (not self.assignment_optout or bool(self.assignment_paused_until))
        )

    def _get_day_shares(self):
        """Return how much of the day's share each of these members got, and what there
        is, as values of the wizard's lines; without a limit there is no share."""
        limited = self.filtered(
            lambda member: not member.assignment_unlimited
            and not member.assignment_absence
        )
        rest = limited._get_assignment_quotas()
        another = limited._get_assignment_quotas(force_quota=True)
        return [
            {
                "member_id": member.id,
                "given_count": member.lead_day_count,
                "rest_count": max(rest.get(member, 0), 0),
                "another_count": max(another.get(member, 0), 0),
                "is_unlimited": member.assignment_unlimited,
                "absence": member.assignment_absence,
            }
            for member in self
        ]

    def _get_assignment_weight(self):
        """Return the share of this member in the capacity of the team."""
        self.ensure_one()
        return max(self.assignment_max, 1 if self.assignment_unlimited else 0)

    def _foresee(self, domain, foresights):
        """As in core, a lead has got its team when salespeople are asked."""
        foresight = Foresight.of(self.crm_team_id, foresights)
        return put_team(domain, self._get_filter_reader(), foresight)

    def _asks_for_probability(self):
        """Return whether a filter of this member may look at the probability."""
        return any("probability" in (self[name] or "") for name in self._list_filters())

    def _find_preferred_leads(self, draft, lead_ids):
        """Return which of the leads this member prefers, or None without a preference.

        :param Draft draft: gets the error of a filter that cannot be used
        """
        if not self._has_filter("assignment_domain_preferred"):
            return None
        name = "assignment_domain_preferred"
        return self._find_filtered_leads(fields.Domain.TRUE, draft, name, lead_ids)

    def _get_assignment_companies(self):
        # sudo: companies that the one who assigns has no access to
        return frozenset(self.sudo().user_id.company_ids.ids)
