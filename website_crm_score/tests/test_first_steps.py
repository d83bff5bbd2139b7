from odoo.tests import tagged

from .common import ScoringCase

PAGE, FORM, RULE = "Track a Page", "Let the Contact Form Make Leads", "Write a Rule"
OURS = [PAGE, FORM, RULE]
FORM_ARCH = '<t t-name="form"><form data-model_name="crm.lead" /></t>'


class FirstStepsCase(ScoringCase):
    """Nothing is set up, whatever the database has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["website.page"].search([("track", "=", True)]).track = False
        forms = cls.env["ir.ui.view"].search(
            [("arch_db", "like", 'data-model_name="crm.lead"')]
        )
        forms.active = False
        cls.env.company.scoring_steps_over = False
        cls.manager = cls.make_user(
            "ws_steps_manager",
            "sales_team.group_sale_manager,website.group_website_designer",
            name="Mia",
        )
        cls.env.flush_all()

    def steps(self, user=None):
        self.env.flush_all()
        steps = self.env["website.crm.first.steps"].with_user(user or self.manager)
        return {step["title"]: step for step in steps.get_steps()}

    def list_done(self, user=None):
        return [title for title, step in self.steps(user).items() if step["is_done"]]

    def make_page(self, **values):
        return self.env["website.page"].create(
            {"name": "Prices", "url": "/ws-prices", "type": "qweb", **values}
        )

    def make_form(self, **values):
        return self.env["ir.ui.view"].create(
            {"name": "Form", "type": "qweb", "arch": FORM_ARCH, **values}
        )


@tagged("post_install", "-at_install")
class TestFirstSteps(FirstStepsCase):
    """A manager sees what is to be set up first, and what of it is done."""

    def test_where_nothing_is_set_up_nothing_is_done(self):
        self.assertEqual(list(self.steps())[:3], OURS)
        self.assertEqual(self.list_done(), [])

    def test_a_tracked_page_is_a_step(self):
        page = self.make_page(track=True)
        self.assertEqual(self.list_done(), [PAGE])
        page.track = False
        self.assertEqual(self.list_done(), [])

    def test_a_form_that_makes_leads_is_a_step(self):
        form = self.make_form()
        self.assertEqual(self.list_done(), [FORM])
        form.arch = FORM_ARCH.replace("crm.lead", "mail.mail")
        self.assertEqual(self.list_done(), [])

    def test_a_rule_that_is_on_is_a_step(self):
        rule = self.make_rule(active=False)
        self.assertEqual(self.list_done(), [])
        rule.active = True
        self.assertEqual(self.list_done(), [RULE])

    def test_what_another_company_has_is_no_step_of_this_one(self):
        company = self.env["res.company"].create({"name": "Other"})
        website = self.env["website"].create({"name": "O", "company_id": company.id})
        self.manager.company_ids += company
        self.make_page(track=True, website_id=website.id)
        self.make_form(website_id=website.id)
        self.make_rule(company_id=company.id)
        self.assertEqual(self.list_done(), [])
        self.manager.company_id = company
        self.assertEqual(self.list_done(), OURS)

    def test_dismissed_steps_stay_dismissed_for_the_company(self):
        steps = self.env["website.crm.first.steps"].with_user(self.manager)
        company = self.env["res.company"].create({"name": "Other"})
        steps.action_dismiss()
        self.assertFalse(self.steps())
        self.manager.write({"company_ids": company.ids, "company_id": company.id})
        self.assertTrue(self.steps())

    def test_steps_that_are_all_done_do_not_come_back(self):
        rule = self.make_rule()
        titles = [title for title in self.steps() if title not in OURS]
        self.make_page(track=True)
        self.make_form()
        self.finish(titles)
        self.assertFalse(self.steps())
        rule.active = False
        self.assertFalse(self.steps())

    def finish(self, titles):
        """Take the steps of other addons."""
        if titles:
            team = self.env["crm.team"].create({"name": "T", "min_for_assign": 1})
            team.action_plan_assignment()

    def test_a_salesperson_neither_sees_nor_dismisses_them(self):
        seller = self.make_user("ws_steps_seller", "sales_team.group_sale_salesman")
        self.assertFalse(self.steps(seller))
        self.env["website.crm.first.steps"].with_user(seller).action_dismiss()
        self.assertTrue(self.steps())

    def test_a_manager_without_rights_on_the_website_has_no_links_to_it(self):
        manager = self.make_user("ws_steps_other", "sales_team.group_sale_manager")
        steps = self.steps(manager)
        self.assertEqual([bool(steps[title]["action"]) for title in OURS], [0, 0, 1])
        self.make_page(track=True)
        self.make_form()
        self.assertEqual(self.list_done(manager), [PAGE, FORM])

    def test_each_link_is_an_action(self):
        for step in self.steps().values():
            action = step["action"]
            if isinstance(action, str):
                action = self.env["ir.actions.actions"]._for_xml_id(action)
            self.assertTrue(action["type"].startswith("ir.actions."))

    def test_it_is_a_query_or_two_a_step(self):
        self.steps()  # warm
        self.env.invalidate_all()
        steps = self.env["website.crm.first.steps"].with_user(self.manager)
        with self.assertQueryCount(12):
            count = len(steps.get_steps())
        self.assertGreaterEqual(count, 3)
