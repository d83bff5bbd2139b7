from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .event_common import EventCase
from .exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestRuleFileTours(ExchangeCase, HttpCase):
    """A sales manager exports rules and imports a file, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.make_user(
            "score_exchanger", "sales_team.group_sale_manager,crm.group_use_lead"
        )

    def setUp(self):
        super(EventCase, self).setUp()  # in the time that the browser has

    def start(self, tour, url="/odoo"):
        self.start_tour(url, f"website_crm_score.{tour}", login=self.manager.login)
        self.env.invalidate_all()

    def test_rules_are_exported(self):
        self.make_rule(name="Old friend")
        self.start("manager_exports_rules")

    def test_a_file_is_imported_as_drafts(self):
        with mute_logger("odoo.http"):  # the file that is refused
            self.start("manager_imports_rules")
        [rule] = self.Rule.search([])
        self.assertEqual(rule.name, "From Belgium")
        self.assertTrue(rule.is_draft)
        country = self.env.ref("base.be")
        self.assertEqual(rule.domain, f"[('country_id', '=', {country.id})]")

    def test_a_file_is_imported_on_the_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start("manager_imports_rules_on_the_phone", "/odoo/scoring-rules")
        self.assertEqual(self.Rule.search([]).mapped("name"), ["From Belgium"])
