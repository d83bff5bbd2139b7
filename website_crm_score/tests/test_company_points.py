from odoo.fields import Command
from odoo.tests import tagged

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestCompanyPoints(EventCase):
    """The rules of a company give points to what is of that company, as long as it is.

    Core empties and sets the company of a lead when its customer, team or salesperson
    changes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a = cls.env.company
        cls.company_b = cls.env["res.company"].create({"name": "Company B"})
        both = cls.company_a + cls.company_b
        cls.env.user.company_ids += cls.company_b
        cls.Lead = cls.Lead.with_context(allowed_company_ids=both.ids)
        cls.seller_a = cls.make_seller("ws_seller_a", cls.company_a)
        cls.seller_b = cls.make_seller("ws_seller_b", cls.company_b)
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.rule = cls.make_rule(
            [("name", "=", "Lead")], name="Of B", company_id=cls.company_b.id
        )
        cls.lead = cls.make_lead(company_id=cls.company_b.id)

    @classmethod
    def make_seller(cls, login, company):
        return cls.make_user(
            login,
            "sales_team.group_sale_salesman_all_leads",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def link_customer(self):
        """Link a customer of all companies, as on the form."""
        self.lead.partner_id = self.customer
        self.assertFalse(self.lead.company_id)

    def assign_to_b(self):
        self.lead.user_id = self.seller_b
        self.assertEqual(self.lead.company_id, self.company_b)

    def test_points_come_back_with_the_company(self):
        self.run_rules()
        self.link_customer()
        self.assertScores(self.lead, [0])
        self.run_rules()
        self.assertScores(self.lead, [0])
        self.assign_to_b()
        self.assertScores(self.lead, [10])
        self.run_rules()
        self.assertScores(self.lead, [10])

    def test_points_come_back_when_the_company_changes_behind_the_rules(self):
        self.run_rules()
        for company, score in ((self.company_a, 0), (self.company_b, 10)):
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE crm_lead SET company_id = %s WHERE id = %s",
                (company.id, self.lead.id),
            )
            self.env.invalidate_all()
            self.run_rules()
            self.assertScores(self.lead, [score])

    def test_points_come_back_with_the_company_of_the_rule(self):
        self.run_rules()
        self.rule.company_id = self.company_a
        self.assertScores(self.lead, [0])
        self.run_rules()
        self.rule.company_id = self.company_b
        self.assertScores(self.lead, [10])

    def test_points_of_a_contact_come_back_with_its_company(self):
        ann = self.env["res.partner"].create(
            {"name": "Ann", "company_id": self.company_b.id}
        )
        values = {"apply_to": "partner", "company_id": self.company_b.id}
        self.make_rule([("name", "=", "Ann")], 7, **values)
        self.run_rules()
        for company, score in ((False, 0), (self.company_a, 0), (self.company_b, 7)):
            ann.company_id = company
            self.assertEqual(ann.score, score)
            self.run_rules()
            self.assertEqual(ann.score, score)

    def test_what_happened_without_the_company_counts_when_it_is_set_again(self):
        rule = self.make_event_rule(value=3, company_id=self.company_b.id)
        visitor = self.make_visitor(self.lead)
        self.visit(visitor, 2)
        self.run_rules()
        self.assertCounted(self.lead, rule, 1, 3)
        self.link_customer()
        self.visit(visitor, 1)
        self.run_again()
        self.assertScores(self.lead, [0])
        self.assign_to_b()
        self.run_again()
        self.assertCounted(self.lead, rule, 2, 6)

    def test_points_that_wait_for_their_company_survive_a_merger(self):
        self.run_rules()
        self.link_customer()
        other = self.make_lead("Other", type="opportunity", user_id=self.seller_b.id)
        self.assertEqual(other.company_id, self.company_b)
        self.run_rules()
        wizard = self.env["crm.merge.opportunity"].create(
            {"opportunity_ids": [Command.set((other + self.lead).ids)]}
        )
        wizard.user_id = self.seller_b
        wizard.action_merge()
        self.assertEqual((other.exists(), self.lead.exists()), (other, self.lead[:0]))
        self.assertScores(other, [10])

    def test_what_waits_for_its_company_is_not_counted(self):
        self.run_rules()
        self.assertEqual(self.rule.lead_count, 1)
        self.link_customer()
        self.rule.invalidate_recordset()
        self.assertEqual(self.rule.lead_count, 0)
        domain = self.rule.action_open_leads()["domain"]
        self.assertFalse(self.Lead.search(domain))
        self.assertTrue(self.rule.action_apply()["params"]["message"].endswith(": 0"))

    def test_no_company_sees_the_reasons_of_another(self):
        self.run_rules()
        self.link_customer()
        self.lead.user_id = self.seller_a
        self.assertEqual(self.lead.company_id, self.company_a)
        self.env.invalidate_all()
        leads = self.env["crm.lead"].with_user(self.seller_a)
        seen = leads.browse(self.lead.id)
        self.assertFalse(seen.score_line_ids)
        self.assertFalse(seen.score_ids)

    def test_the_company_of_one_contact_is_looked_at_alone(self):
        contacts = self.env["res.partner"].create(
            [{"name": "Ann", "company_id": self.company_b.id} for _index in range(2)]
        )
        ann, bob = contacts
        values = {"apply_to": "partner", "company_id": self.company_b.id}
        rule = self.make_rule([("name", "=", "Ann")], **values)
        self.run_rules()
        wrong = self.Line.search([("partner_id", "=", bob.id)])
        self.env.cr.execute(
            "UPDATE website_crm_score_line SET points = 99 WHERE id = %s", [wrong.id]
        )
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = NULL WHERE id = %s", [bob.id]
        )
        self.env.invalidate_all()
        ann.company_id = False
        self.assertEqual(ann.score, 0)
        lines = self.Line.search([("rule_id", "=", rule.id)])
        self.assertEqual(lines.sorted("points").mapped("points"), [0, 99])
