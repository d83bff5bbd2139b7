from odoo.tests import TransactionCase, tagged

from .rights_common import ViewRightsTests

BUTTONS = (
    "action_apply website_crm_score.website_crm_score_preview_rules_action"
    " website_crm_score.website_crm_score_template_action"
    " website_crm_score.website_crm_score_suggestion_action_new"
)


@tagged("post_install", "-at_install")
class TestManagersScreens(ViewRightsTests, TransactionCase):
    """What sales managers do, salespeople are not offered."""

    views = {
        "website_crm_score.website_crm_score_view_form": (
            "action_apply action_open_runs action_unarchive score_preview score_test"
            " last_run_date last_run_state last_matched_count last_gained_count"
            " last_seconds"
        ),
        "website_crm_score.website_crm_score_view_form_win_rate": (
            "action_open_win_rate closed_count win_rate"
        ),
        "website_crm_score.website_crm_score_view_list": f"{BUTTONS} sequence",
        "website_crm_score.website_crm_score_view_kanban": BUTTONS,
        "website_crm_score.website_crm_score_view_list_win_rate": (
            "closed_count win_rate"
        ),
        "website_crm_score.website_page_properties_base_view_form": (
            "action_open_page_report"
        ),
    }
    menus = (
        "website_crm_page_report_menu website_crm_score_quality_menu"
        " website_crm_score_ranking_menu website_crm_score_rule_report_menu"
        " website_crm_score_run_menu website_crm_score_suggestion_menu"
        " website_crm_uncounted_hit_menu"
    )


@tagged("post_install", "-at_install")
class TestSalespeoplesScreens(ViewRightsTests, TransactionCase):
    """What salespeople read of contacts, other employees do not."""

    groups = "sales_team.group_sale_salesman"
    others = "base.group_user,base.group_partner_manager"

    views = {
        "website_crm_score.view_partner_form": (
            "score score_date score_card staff_until"
        ),
        "website_crm_score.view_partner_tree": (
            "score score_date score_engagement score_fit score_grade score_week_change"
        ),
        "website_crm_score.view_res_partner_filter": (
            "score_ids cooled_down risen very_engaged not_scored grade_a grade_b"
            " grade_c group_by_score_grade group_by_score_ids"
        ),
    }
    menus = "website_crm_score_menu website_crm_score_report_menu"
