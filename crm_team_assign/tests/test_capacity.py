from odoo import fields
from odoo.tests import tagged

from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestCapacity(AssignmentCase):
    """A capacity counts what was handed over or taken, not what was imported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.make_team("Direct", 0, [(cls.ann, {"assignment_max": 30})])
        cls.member = cls.get_member(cls, cls.team, cls.ann)

    def import_leads(self, columns, *rows):
        """Import a file as its wizard does; return the leads."""
        lines = [columns, *rows]
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "crm.lead",
                "file": "\n".join(";".join(row) for row in lines).encode(),
                "file_type": "text/csv",
            }
        )
        options = {"quoting": '"', "separator": ";", "has_headers": True}
        result = wizard.execute_import(columns, columns, options)
        self.assertFalse(result["messages"])
        self.env.flush_all()
        self.member.invalidate_recordset()
        return self.Lead.browse(result["ids"])

    def import_history(self):
        rows = [(f"Deal {i}", "Ann", "Direct", "opportunity") for i in range(40)]
        return self.import_leads(["name", "user_id", "team_id", "type"], *rows)

    def test_imported_deals_take_up_no_capacity(self):
        deals = self.import_history()
        self.assertEqual((deals.user_id, deals.team_id), (self.ann, self.team))
        self.assertEqual(self.member.lead_month_count, 0)
        lead = self.make_scored(50)
        self.assign()
        self.assertEqual(lead.user_id, self.ann)

    def test_imported_deals_have_no_date_of_assignment(self):
        self.assertFalse(any(self.import_history().mapped("date_open")))

    def test_a_date_of_assignment_that_is_imported_counts(self):
        names = ["name", "user_id/id", "team_id/.id", "date_open"]
        now = fields.Datetime.to_string(fields.Datetime.now())
        xml_id = self.ann.export_data(["id"])["datas"][0][0]
        row = ["Deal", xml_id, str(self.team.id), now]
        result = self.Lead.load(names, [row])
        self.assertFalse(result["messages"])
        self.assertEqual(self.member.lead_month_count, 1)

    def test_a_deal_that_is_handed_over_after_its_import_counts(self):
        deal = self.import_history()[:1]
        deal.user_id = self.bob
        deal.user_id = self.ann
        self.env.flush_all()
        self.member.invalidate_recordset()
        self.assertEqual(self.member.lead_month_count, 1)

    def test_what_is_made_for_a_salesperson_by_hand_counts(self):
        self.make_lead(user_id=self.ann.id, team_id=self.team.id)
        self.assertEqual(self.member.lead_month_count, 1)

    def test_what_was_counted_of_the_month_otherwise_holds(self):
        self.assertGreater(self.member._get_assignment_quota(), 0)
        self.member.lead_month_count = self.member.assignment_max
        for is_another in (False, True):
            self.assertEqual(self.member._get_assignment_quota(is_another), 0)
