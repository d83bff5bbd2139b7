from odoo.tests import HttpCase, tagged

from .test_first_steps import OURS, FirstStepsCase

ARCH = '<t t-name="steps"><t t-call="website.layout">Steps</t></t>'


class FirstStepsTourCase(FirstStepsCase, HttpCase):
    """Steps that are taken in a browser."""

    def start(self, tour, user=None, url="/odoo/scoring-rules", **kwargs):
        login = (user or self.manager).login
        self.start_tour(url, f"website_crm_score.{tour}", login=login, **kwargs)
        self.env.invalidate_all()

    def take_our_steps(self):
        """Take the steps from nothing, in the browser; the form's as core's tour
        does."""
        page = self.make_page(name="Steps Page", arch=ARCH, is_published=True)
        self.start("manager_takes_first_steps", url="/odoo")
        self.assertTrue(page.track)
        editor = self.env["website"].get_client_action_url("/contactus", True)
        self.start_tour(editor, "website_crm_pre_tour", login="admin")
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestFirstStepsTours(FirstStepsTourCase):
    def test_a_manager_takes_the_first_steps(self):
        self.take_our_steps()
        self.assertFalse({*OURS} & {*self.steps()} - {*self.list_done()})
        if not self.steps():  # no other addon has steps, too
            self.start("first_steps_are_gone")

    def test_a_manager_dismisses_them_and_nobody_sees_them_again(self):
        self.make_rule()
        self.start("manager_dismisses_first_steps")
        self.start("first_steps_are_gone")
        other = self.make_user("ws_steps_two", "sales_team.group_sale_manager")
        self.start("first_steps_are_gone", other)

    def test_a_salesperson_does_not_see_them(self):
        self.make_rule()
        seller = self.make_user("ws_steps_seller", "sales_team.group_sale_salesman")
        self.start("first_steps_are_gone", seller)


@tagged("post_install", "-at_install")
class TestFirstStepsOnThePhone(FirstStepsTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_manager_dismisses_them_above_the_cards(self):
        self.make_rule()
        self.start("manager_dismisses_first_steps")
        self.start("first_steps_are_gone")
