from odoo import api, fields, models

from odoo.addons.website_crm_score.tools.actions import open_form

from ..execution.inquiry import Inquiry


class CrmAssignmentWhy(models.TransientModel):
    """Why a lead is not assigned: what the next assignment would do, and what each team
    says of the lead. Who asks may read the lead."""

    _name = "crm.assignment.why"
    _description = "Why a Lead Is Not Assigned"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, readonly=True, ondelete="cascade"
    )
    answer_html = fields.Html(readonly=True, sanitize=False)

    @api.model
    def _open(self, lead):
        """Return an action that shows why ``lead`` is not assigned."""
        lead.check_access("read")
        inquiry = Inquiry(lead)
        line = inquiry.plan()
        # sudo: whether leads are assigned every day is a matter of the settings
        cron = self.env.ref("crm.ir_cron_crm_lead_assign").sudo()
        values = {
            "line": line,
            "explanation": line._explain(),
            "is_daily": cron.active,
            "teams": inquiry.ask_teams(),
        }
        answer = self.env["ir.qweb"]._render(
            "crm_team_assign.crm_assignment_why", values
        )
        # sudo: users have it answered, and answer nothing
        why = self.sudo().create({"lead_id": lead.id, "answer_html": answer})
        return open_form(why, self.env._("Why Not Assigned?"), target="new")
