from odoo import api, fields, models

from odoo.addons.website_crm_score.fields import LedgerMany2one
from odoo.addons.website_crm_score.scoring.grading import GRADES

from ..execution.follow_up import follow_up
from ..execution.worktime import count_hours
from ..queries import first_contacts, handovers


class CrmAssignmentHandover(models.Model):
    """A lead that a plan gave to a salesperson, and what he did then.

    The first contact is what he did first for the lead: wrote a message or a note, had
    a meeting entered, did an activity, or moved the lead to another stage. To open the
    lead is none, nor is what Odoo writes by itself. It is derived from what Odoo keeps
    of these, again and again: nothing is noted when it happens.

    A handover ends when the lead is no longer open or no longer his: that of a lead
    which somebody reassigns by hand, too, and that begins no other.
    """

    _name = "crm.assignment.handover"
    _description = "Lead Handed Over"
    _order = "date desc, id desc"
    _rec_name = "lead_id"
    _log_access = False

    lead_id = LedgerMany2one(comodel_name="crm.lead", index="btree_not_null")
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        readonly=True,
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(
        comodel_name="crm.assignment.plan",
        readonly=True,
        index="btree_not_null",
    )
    date = fields.Datetime(string="Handed Over on", required=True, readonly=True)
    score = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="What the lead had when it was handed over.",
    )
    grade = fields.Selection(
        selection=[(grade, grade) for grade in GRADES],
        readonly=True,
        help="What the lead had when it was handed over.",
    )
    first_contact_date = fields.Datetime(string="First Contact on", readonly=True)
    contact_hours = fields.Float(
        string="Hours to First Contact",
        readonly=True,
        aggregator="avg",
        help="Working hours between the handover and the first contact.",
    )
    warned_date = fields.Datetime(string="Reminded on", readonly=True)
    taken_back_date = fields.Datetime(string="Taken Back on", readonly=True)
    end_date = fields.Datetime(
        string="Ended on",
        readonly=True,
        help="When the lead was won, lost or archived, or was no longer theirs.",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "No Contact Yet"),
            ("contacted", "Contacted"),
            ("taken_back", "Taken Back"),
            ("ended", "Ended"),
        ],
        string="Status",
        compute="_compute_state",
    )

    _open_index = models.Index("(lead_id, user_id) WHERE end_date IS NULL")
    _date_index = models.Index("(date)")

    @api.depends("first_contact_date", "taken_back_date", "end_date")
    def _compute_state(self):
        for handover in self:
            if handover.taken_back_date:
                handover.state = "taken_back"
            elif handover.first_contact_date:
                handover.state = "contacted"
            else:
                handover.state = "ended" if handover.end_date else "waiting"

    # WHAT IS DERIVED

    @api.model
    def _bring_up_to_date(self, leads=None):
        """Note first contacts and which handovers have ended, of ``leads`` or all."""
        first_contacts.note(self.env, leads)
        self._note_contact_hours()
        handovers.note_ends(self.env, leads)

    @api.model
    def _note_contact_hours(self):
        found = first_contacts.read_without_hours(self.env)
        counts = count_hours(self.env, [times for _id, *times in found])
        for (handover_id, *_times), hours in zip(found, counts, strict=True):
            self.browse(handover_id).contact_hours = hours

    @api.model
    def _cron_follow_up(self):
        """Bring handovers up to date, and take back leads that wait too long."""
        follow_up(self.env["crm.team"])
