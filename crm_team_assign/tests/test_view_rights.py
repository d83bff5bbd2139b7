from odoo.tests import TransactionCase, tagged

from odoo.addons.website_crm_score.tests.rights_common import ViewRightsTests


@tagged("post_install", "-at_install")
class TestViewRights(ViewRightsTests, TransactionCase):
    """Who assigns leads is offered to, others are not."""

    views = {
        "crm_team_assign.crm_lead_view_form": (
            "action_view_handovers assignment_handover_count"
        ),
        "crm_team_assign.crm_team_view_form": (
            "action_plan_assignment action_start_assignment"
        ),
        "crm_team_assign.crm_team_view_list_assign": (
            "action_plan_assignment action_start_assignment"
        ),
        "crm_team_assign.crm_team_view_kanban_assign": (
            "action_plan_assignment action_start_assignment"
        ),
    }
    menus = (
        "crm_assignment_load_menu crm_assignment_plan_menu crm_assignment_report_menu"
        " crm_assignment_waiting_menu crm_team_assign_menu"
    )
