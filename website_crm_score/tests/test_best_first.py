from lxml import etree

from odoo.tests import tagged

from .common import ScoringCase

ORDER = "score desc, priority desc, id desc"


@tagged("post_install", "-at_install")
class TestBestFirst(ScoringCase):
    """Where salespeople work, the best lead is on top, if that is set."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.cold = cls.make_lead("Cold", priority="3", user_id=cls.seller.id)
        cls.hot = cls.make_lead("Hot", priority="0", user_id=cls.seller.id)
        mate = cls.make_user("teammate", "sales_team.group_sale_salesman")
        cls.other = cls.make_lead("Other", priority="1", user_id=mate.id)
        cls.make_rule("[('name', 'in', ['Hot', 'Other'])]", 10)
        cls.Rule.assign_scores_to_leads()

    def get_order(self, view_type, name=None, user=None):
        view = name and self.env.ref(name)
        leads = self.Lead.with_user(user or self.seller)
        arch = leads.get_view(view and view.id, view_type)["arch"]
        return etree.fromstring(arch).get("default_order")

    def switch(self, is_on):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_best_first": is_on}).execute()

    def test_lists_and_cards_begin_with_the_best(self):
        for view_type in ("list", "kanban"):
            self.assertEqual(self.get_order(view_type), ORDER)
        for name in ("crm_case_tree_view_leads", "crm_case_tree_view_oppor"):
            self.assertEqual(self.get_order("list", f"crm.{name}"), ORDER)
        kanban = self.get_order("kanban", "crm.crm_case_kanban_view_leads")
        self.assertEqual(kanban, ORDER)
        leads = self.Lead.with_user(self.seller).search([], order=ORDER)
        self.assertEqual(leads.mapped("name"), ["Other", "Hot", "Cold"])

    def test_views_with_an_order_of_their_own_keep_it(self):
        order = self.get_order("list", "crm.crm_lead_view_list_activities")
        self.assertEqual(order, "my_activity_date_deadline")
        self.assertFalse(self.get_order("form"))

    def test_it_is_on_by_default_and_can_be_switched_off_and_on(self):
        self.assertEqual(self.get_order("list"), ORDER)
        self.switch(False)
        self.assertFalse(self.get_order("list"))
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.website_crm_score_best_first)
        self.switch(True)
        self.assertEqual(self.get_order("list"), ORDER)

    def test_who_may_not_see_scores_has_the_order_of_core(self):
        clerk = self.make_user("clerk", "base.group_user")
        self.env["ir.model.access"].create(
            {
                "name": "Leads for all",
                "model_id": self.env.ref("crm.model_crm_lead").id,
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )
        self.assertFalse(self.get_order("list", user=clerk))
        self.assertEqual(self.get_order("list"), ORDER)

    def read_groups(self, order):
        result = self.Lead.with_user(self.seller).web_read_group(
            [],
            ["user_id"],
            ["score:avg"],
            order=order,
            auto_unfold=True,
            unfold_read_specification={"name": {}},
        )
        return [
            [record["name"] for record in group["__records"]]
            for group in result["groups"]
        ]

    def test_the_best_are_first_in_each_group_and_groups_stay_where_they_were(self):
        as_core = self.read_groups(None)
        self.assertEqual(as_core, [["Cold", "Hot"], ["Other"]])
        self.assertEqual(self.read_groups(ORDER), [["Hot", "Cold"], ["Other"]])

    def test_groups_are_sorted_by_the_score_for_who_chose_that(self):
        self.assertEqual(self.read_groups("score desc")[0], ["Other"])
        self.assertEqual(self.read_groups("score asc")[0], ["Cold", "Hot"])
        chosen = f"user_id desc, {ORDER}"
        self.assertEqual(self.read_groups(chosen)[0], ["Other"])
