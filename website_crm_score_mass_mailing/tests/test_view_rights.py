from odoo.tests import TransactionCase, tagged

from odoo.addons.website_crm_score.tests.rights_common import ViewRightsTests

MAILING = "mass_mailing.group_mass_mailing_user"


@tagged("post_install", "-at_install")
class TestManagersScreens(ViewRightsTests, TransactionCase):
    """What became of the leads by newsletters, sales managers are offered."""

    groups = f"sales_team.group_sale_manager,{MAILING}"
    others = f"sales_team.group_sale_salesman,{MAILING}"

    views = {
        "website_crm_score_mass_mailing.mailing_mailing_view_form": (
            "action_open_score_report"
        ),
    }
    menus = "website_crm_mailing_report_menu"


@tagged("post_install", "-at_install")
class TestSalespeoplesScreens(ViewRightsTests, TransactionCase):
    """By which rules newsletters count, salespeople are offered."""

    groups = f"sales_team.group_sale_salesman,{MAILING}"
    others = MAILING

    views = {
        "website_crm_score_mass_mailing.mailing_mailing_view_form": (
            "action_open_score_rules"
        ),
    }
