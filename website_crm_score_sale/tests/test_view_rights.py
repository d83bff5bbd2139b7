from odoo.tests import TransactionCase, tagged

from odoo.addons.website_crm_score.tests.rights_common import ViewRightsTests


@tagged("post_install", "-at_install")
class TestViewRights(ViewRightsTests, TransactionCase):
    """What became of the leads by their products, sales managers are offered."""

    views = {
        "website_crm_score_sale.product_template_view_form": "action_open_score_report",
    }
    menus = "website_crm_product_report_menu"
