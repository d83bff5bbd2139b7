import json
from datetime import datetime, timedelta

from odoo.tests import HttpCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import ScoringCase

PASSWORD = "ws_remote_1"


@tagged("post_install", "-at_install")
class TestRemoteCalls(HttpCase, ScoringCase):
    """Programs elsewhere run scoring rules, all or some, by Odoo's own interfaces."""

    def setUp(self):
        super().setUp()
        self.manager = self.make_user(
            "ws_manager", "sales_team.group_sale_manager", password=PASSWORD
        )
        self.lead = self.make_lead()
        self.rule = self.make_rule(value=1)
        self.make_rule(value=2)
        self.env.flush_all()

    def call_json(self, **values):
        keys = self.env["res.users.apikeys"].with_user(self.manager)
        tomorrow = datetime.now() + timedelta(days=1)
        key = keys._generate("rpc", "test", tomorrow)
        response = self.url_open(
            "/json/2/website.crm.score/assign_scores_to_leads",
            data=json.dumps(values),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "X-Odoo-Database": get_db_name(),
            },
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.env.invalidate_all()
        return response.json()

    # Odoo warns of this interface, which is there until 20.
    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")
    def call_xml(self, *arguments):
        result = self.xmlrpc_object.execute_kw(
            get_db_name(),
            self.manager.id,
            PASSWORD,
            "website.crm.score",
            "assign_scores_to_leads",
            *arguments,
        )
        self.env.invalidate_all()
        return result

    def test_all_rules_run_by_json(self):
        self.assertIs(self.call_json(), True)
        self.assertScores(self.lead, [3])

    def test_given_rules_run_by_json(self):
        self.assertIs(self.call_json(rule_ids=self.rule.ids), True)
        self.assertScores(self.lead, [1])

    def test_given_no_rules_nothing_happens_by_json(self):
        self.assertIs(self.call_json(rule_ids=[]), True)
        self.assertScores(self.lead, [0])

    def test_all_rules_run_by_xml_rpc(self):
        for arguments in ([()], [(), {}], [(), {"ids": False}], [[False]]):
            with self.subTest(arguments):
                other = self.make_lead()
                self.assertIs(self.call_xml(*arguments), True)
                self.assertScores(self.lead + other, [3, 3])

    def test_given_rules_run_by_xml_rpc(self):
        ids = self.rule.ids
        for arguments in ([[ids]], [(), {"ids": ids}], [(), {"rule_ids": ids}]):
            with self.subTest(arguments):
                other = self.make_lead()
                self.assertIs(self.call_xml(*arguments), True)
                self.assertScores(other, [1])

    def test_given_no_rules_nothing_happens_by_xml_rpc(self):
        for arguments in ([[[]]], [(), {"ids": []}], [(), {"rule_ids": []}]):
            with self.subTest(arguments):
                self.assertIs(self.call_xml(*arguments), True)
                self.assertScores(self.lead, [0])

    def test_given_rules_run_in_code(self):
        ids = self.rule.ids
        for arguments, values in (
            ((ids,), {}),
            ((), {"ids": ids}),
            ((), {"rule_ids": ids}),
        ):
            with self.subTest(arguments=arguments, **values):
                other = self.make_lead()
                self.assertTrue(self.Rule.assign_scores_to_leads(*arguments, **values))
                self.assertScores(other, [1])
