from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.event_report_common import EventReportMixin
from odoo.addons.website_crm_score.tests.report_common import count_queries, read_list

from .shop_common import ShopCase


@tagged("post_install", "-at_install", "is_query_count")
class TestProductReport(EventReportMixin, ShopCase):
    """What became of the leads that put products into the cart, or bought them."""

    report_name = "website.crm.product.report"
    about = "product_tmpl_id"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env[cls.report_name]
        cls.leads = cls.make_leads(8)
        cls.visitors = [cls.make_visitor(lead) for lead in cls.leads]
        cls.products = cls.tool + cls.toy
        # Of each lead: what was put into the cart, how long ago, whether it was bought.
        for number, visitor in enumerate(cls.visitors):
            products = (cls.tool, cls.toy, cls.products)[number % 3]
            cart = cls.make_cart(*products, visitor=visitor, hours=30)
            if number % 2:
                cart.action_confirm()
            cls.leave(cart, 30)

    def find_leads(self, condition):
        return self.leads.browse(
            lead.id for number, lead in enumerate(self.leads) if condition(number)
        )

    def get_happened(self):
        """Return the leads by what happened and product."""
        happened = {}
        for place, product in enumerate(self.products):
            template = product.product_tmpl_id
            # 0: the first product alone, 1: the second alone, 2: both
            here = self.find_leads(lambda number, x=place: number % 3 in (x, 2))
            bought = here & self.find_leads(lambda number: number % 2)
            happened["cart_add", template] = here
            happened["purchase", template] = bought
            happened["cart_abandoned", template] = here - bought
        return happened

    def close_all(self):
        for lead in self.leads[:4]:
            lead.action_set_won()
        for lead in self.leads[4:6]:
            lead.action_set_lost()

    def test_figures_of_products(self):
        self.close_all()
        self.assertRows(self.get_happened())

    def test_rows_are_what_rules_on_the_products_count(self):
        for (event_type, template), row in self.get_rows().items():
            rule = self.make_event_rule(
                event_type, product_tmpl_ids=[(6, 0, template.ids)]
            )
            self.env.flush_all()
            events = self.env.execute_query(rule._get_events())
            self.assertEqual(len(events), row.event_count)
            self.assertOpened(row, self.Lead.browse({event[0] for event in events}))

    def test_what_happens_after_the_end_is_left_out(self):
        lead = self.leads[0]
        lead.action_set_won()
        lead.date_closed = self.now - timedelta(hours=31)
        row = self.get_rows()["cart_add", self.tool.product_tmpl_id]
        self.assertOpened(row, self.get_happened()["cart_add", row[self.about]] - lead)

    def test_variants_are_one_product(self):
        template = self.tool.product_tmpl_id
        attribute = self.env["product.attribute"].create({"name": "Size"})
        sizes = self.env["product.attribute.value"].create(
            [{"name": name, "attribute_id": attribute.id} for name in ("S", "L")]
        )
        line = {"attribute_id": attribute.id, "value_ids": [(6, 0, sizes.ids)]}
        template.attribute_line_ids = [(0, 0, line)]
        before = self.get_rows()["cart_add", template].event_count
        variants = template.product_variant_ids
        self.make_cart(*variants, visitor=self.visitors[0], hours=30)
        row = self.get_rows()["cart_add", template]
        self.assertGreater(row.event_count, before)
        self.assertOpened(row, self.get_happened()["cart_add", template])

    def test_a_product_opens_its_rows(self):
        template = self.tool.product_tmpl_id
        action = template.action_open_score_report()
        rows = self.report.search(action["domain"])
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows.product_tmpl_id, template)

    def test_whose_orders_are_whose_is_found_out_once(self):
        orders = self.env["website.crm.score.orders"]._get_owned_orders(self.Lead)
        self.assertReadOnce("FROM sale_order cart", orders)

    def test_orders_of_another_company_are_left_out(self):
        lead = self.leads[2]
        lead.company_id = self.env["res.company"].create({"name": "Other"})
        companies = self.env.companies + lead.company_id
        report = self.report.with_context(allowed_company_ids=companies.ids)
        self.env.flush_all()
        row = report.search(
            [
                ("event_type", "=", "cart_add"),
                ("product_tmpl_id", "=", self.tool.product_tmpl_id.id),
            ]
        )
        self.assertOpened(row, self.get_happened()["cart_add", row[self.about]] - lead)

    def test_it_is_for_sales_managers(self):
        user = self.make_user("ws_seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            self.report.with_user(user).search([])

    def test_as_many_queries_for_any_number_of_products(self):
        counts = []
        for size in (2, 48):
            more = [self.make_product(f"{x}", 1) for x in range(size)]
            self.make_cart(*more, visitor=self.visitors[0], hours=30)
            read_list(self.report)
            counts.append(count_queries(self.env, lambda: read_list(self.report)))
        self.assertEqual(*counts)
