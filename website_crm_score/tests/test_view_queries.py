from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from .common import ScoringCase

FEW, MANY = 5, 50
RELATIONAL = ("many2one", "many2many", "one2many")


@tagged("post_install", "-at_install")
class TestViewQueries(ScoringCase):
    """What a salesperson looks at takes the same number of queries, however many leads
    or contacts there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.leads = cls.make_leads(MANY, type="opportunity", user_id=cls.seller.id)
        cls.contacts = cls.env["res.partner"].create(
            [{"name": f"Contact {number}"} for number in range(MANY)]
        )
        cls.make_rule(value=30)
        cls.make_rule([("name", "like", "Contact")], 20, apply_to="partner")
        cls.Rule.assign_scores_to_leads()
        week = fields.Date.today() - timedelta(days=2)
        for owners in (cls.leads, cls.contacts):
            cls.env["website.crm.score.history"].create(
                [
                    {
                        owners._ledger_field: owner.id,
                        "date": week,
                        "score_before": 10,
                        "score": owner.score,
                    }
                    for owner in owners
                ]
            )

    def get_spec(self, records, view_type, view=None):
        """Return what the web client reads for a view."""
        arch = records.get_view(view and self.env.ref(view).id, view_type)["arch"]
        names = {node.get("name") for node in etree.fromstring(arch).iter("field")}
        names |= {"score_grade", "score_week_change"}  # what the badge depends on
        self.assertIn("score", names)
        shown = {"fields": {"display_name": {}}}
        return {
            name: shown if records._fields[name].type in RELATIONAL else {}
            for name in names
        }

    def assertSameQueries(self, read, owners):
        counts = []
        owners = owners.with_user(self.seller)
        for size in (FEW, FEW, MANY):  # the first reads what is read once a process
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records = read(owners[:size])
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(records), size)
            self.assertTrue(all(record["score_grade"] for record in records))
            self.assertTrue(all(record["score_week_change"] for record in records))
        self.assertEqual(counts[1], counts[2])

    def read_list(self, view):
        def read(owners):
            order = "score desc, id desc"
            spec = self.get_spec(owners, "list", view)
            domain = [("id", "in", owners.ids)]
            return owners.web_search_read(domain, spec, order=order)["records"]

        return read

    def read_cards(self, leads):
        result = leads.web_read_group(
            [("id", "in", leads.ids)],
            ["stage_id"],
            ["expected_revenue:sum", "__count"],
            auto_unfold=True,
            unfold_read_specification=self.get_spec(
                leads, "kanban", "crm.crm_case_kanban_view_leads"
            ),
            unfold_read_default_limit=80,
            order="score desc, priority desc, id desc",
        )
        return [one for group in result["groups"] for one in group.get("__records", ())]

    def test_cards_of_the_pipeline(self):
        self.assertSameQueries(self.read_cards, self.leads)

    def test_lists_of_leads(self):
        for name in ("crm_case_tree_view_oppor", "crm_case_tree_view_leads"):
            with self.subTest(name):
                self.assertSameQueries(self.read_list(f"crm.{name}"), self.leads)

    def test_the_list_of_contacts(self):
        self.assertSameQueries(self.read_list("base.view_partner_tree"), self.contacts)
