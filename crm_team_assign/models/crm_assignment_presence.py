from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from odoo.addons.website_crm_score.tools.time_zone import get_date, get_zone

from ..execution.presence import find_absences


class CrmAssignmentPresence(models.AbstractModel):
    """Whether a salesperson in a team is there to get leads: at work, and not paused.

    A pause is until a day, or until it is switched off.
    """

    _name = "crm.assignment.presence"
    _description = "Presence"

    assignment_paused_until = fields.Date(
        string="Paused Until",
        compute="_compute_assignment_paused_until",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="The day on which leads are assigned again. Without one, the pause lasts "
        "until it is switched off.",
    )
    assignment_absence = fields.Char(
        string="Presence",
        compute="_compute_assignment_absence",
        help="Who is away gets no leads.",
    )

    @api.constrains("assignment_paused_until")
    def _check_assignment_paused_until(self):
        for member in self:
            day = member.assignment_paused_until
            if day and member._get_today() >= day:
                raise ValidationError(
                    self.env._("A pause has to end on a day that is to come.")
                )

    @api.depends("assignment_optout")
    def _compute_assignment_paused_until(self):
        there = self - self.filtered("assignment_optout")
        there.assignment_paused_until = False

    @api.depends("assignment_optout", "assignment_paused_until", "user_id")
    def _compute_assignment_absence(self):
        away = find_absences(self._origin.filtered("user_id"))
        for member in self:
            absence = away.get(member._origin.id)
            member.assignment_absence = absence and self._describe_absence(
                absence.until
            )

    @api.model
    def _describe_absence(self, until):
        """Return in words that somebody is away, until he is back if that is known."""
        if not until:
            return self.env._("Away")
        return self.env._("Away until %s", self._describe_day(until))

    @api.model
    def _describe_day(self, day):
        """Return a day of the days to come as *Monday*, another one as a date."""
        days = (day - fields.Date.context_today(self)).days
        if 0 < days < 7:
            return format_date(self.env, day, date_format="EEEE")
        return format_date(self.env, day)

    def _get_today(self):
        return get_date(fields.Datetime.now(), get_zone(self.user_id.tz))

    def _get_pause_end(self):
        """Return the day on which the pause is over, None if there is no such day."""
        day = self.assignment_optout and self.assignment_paused_until
        return day if day and self._get_today() < day else None

    def _get_absences(self, date_from, date_to):
        """Return when these members are away, beside pauses, working hours and public
        holidays. To be extended by who knows.

        :param datetime date_from: absences that end before are not asked for
        :param datetime date_to: absences that begin later are not asked for
        :return: pairs of datetimes, in UTC without a time zone, by member
        :rtype: dict[crm.team.member, list[tuple]]
        """
        return defaultdict(list)

    def _get_working_hours(self):
        """Return the calendar that this member works by, its company, and the time
        zone: of his resource if there is one, as employees have it, else the company's
        calendar in his own time zone."""
        company = self.crm_team_id.company_id or self.user_id.company_id
        resources = self.user_id.resource_ids
        resource = resources.filtered(lambda item: item.company_id == company)[:1]
        resource = resource or resources[:1]
        if resource:
            zone = get_zone(resource.tz)
            return resource.calendar_id, resource.company_id or company, zone
        calendar = company.resource_calendar_id
        return calendar, company, get_zone(self.user_id.tz or calendar.tz)

    @api.model
    def _end_pauses(self):
        """Switch off the pauses whose day has come."""
        # sudo: who may assign leads need not write members
        paused = self.sudo().search(
            [("assignment_optout", "=", True), ("assignment_paused_until", "!=", False)]
        )
        over = paused.filtered(lambda member: not member._get_pause_end())
        over.assignment_optout = False
