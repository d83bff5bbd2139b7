from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.website_crm_score.fields import TechnicalDatetime

MAX_HOURS = 1000
MAX_DAYS = 3650


class CrmAssignmentTakingBack(models.AbstractModel):
    """A team that takes leads back from salespeople who do not contact them."""

    _name = "crm.assignment.taking.back"
    _description = "Leads Taken Back"

    take_back_hours = fields.Float(
        string="Take Back After",
        digits=(16, 1),
        tracking=True,
        help="Working hours without a first contact, after which a lead that was "
        "assigned goes to somebody else. 0 to leave it where it is.\n"
        "A first contact is a message or note of the salesperson, a meeting, an "
        "activity done, or another stage. Working hours are those of the salesperson; "
        "while he is away, the time stands still.",
    )
    take_back_times = fields.Integer(
        string="Take Back at Most",
        default=2,
        help="How often a lead is taken back. After that it goes to the team leader.",
    )
    take_back_days = fields.Integer(
        string="Not to the Same within",
        default=30,
        help="Days in which nobody gets a lead again that was taken back from him.",
    )
    take_back_date = TechnicalDatetime(
        copy=False,
        help="Leads that were handed over before this date are not taken back.",
    )

    @api.constrains("take_back_hours", "take_back_times", "take_back_days")
    def _check_take_back(self):
        for team in self:
            if not 0 <= team.take_back_hours <= MAX_HOURS:
                raise ValidationError(
                    self.env._(
                        "Leads are taken back after 0 to %s working hours.", MAX_HOURS
                    )
                )
            if team.take_back_times < 1 or not 0 <= team.take_back_days <= MAX_DAYS:
                raise ValidationError(
                    self.env._(
                        "Leads are taken back once at least, and not given to the same "
                        "for 0 to %s days.",
                        MAX_DAYS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        teams._note_take_back()
        return teams

    def write(self, vals):
        result = super().write(vals)
        if "take_back_hours" in vals:
            self._note_take_back()
        return result

    def _note_take_back(self):
        """Note since when leads are taken back: not those that were handed over before
        anybody knew of it."""
        for team in self:
            if bool(team.take_back_date) != (team.take_back_hours > 0):
                now = team.take_back_hours > 0 and fields.Datetime.now()
                # sudo: who may write the team may not write this
                team.sudo().take_back_date = now
