from odoo.tests import TransactionCase, tagged

from odoo.addons.website_crm_score.tests.action_common import ActionPathTests


@tagged("post_install", "-at_install")
class TestActionPaths(ActionPathTests, TransactionCase):
    """What this addon opens has an address that can be read."""
