from odoo import models
from odoo.fields import Domain


class CrmTeamMember(models.Model):
    """A salesperson whose employee is on time off gets no leads."""

    _inherit = "crm.team.member"

    def _get_absences(self, date_from, date_to):
        absences = super()._get_absences(date_from, date_to)
        domain = Domain("employee_id.user_id", "in", self.user_id.ids)
        domain &= Domain("state", "=", "validate")
        domain &= Domain("holiday_status_id.time_type", "=", "leave")
        domain &= Domain("date_from", "<=", date_to)
        domain &= Domain("date_to", ">=", date_from)
        # sudo: time off is private, but that one is away is told to who assigns leads
        leaves = self.env["hr.leave"].sudo().search(domain)
        by_user = leaves.grouped(lambda leave: leave.employee_id.user_id.id)
        for member in self:
            for leave in by_user.get(member.user_id.id, ()):
                absences[member].append((leave.date_from, leave.date_to))
        return absences
