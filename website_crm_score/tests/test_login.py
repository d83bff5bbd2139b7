import re

from odoo.tests import new_test_user, tagged

from .test_tracking import BROWSER, TrackingCase


@tagged("post_install", "-at_install")
class TestLogin(TrackingCase):
    """One browser, in which one after the other logs in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = (
            new_test_user(
                cls.env, login, "base.group_portal", password=login, name=login
            )
            for login in ("ws_login_first", "ws_login_second")
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)  # a visitor with a session, as a browser keeps

    def post(self, path, **data):
        """Send a form as the present session's page has it."""
        page = self.url_open("/web/login", headers={"User-Agent": BROWSER}).text
        [data["csrf_token"]] = re.findall('name="csrf_token" value="(.+?)"', page)
        response = self.url_open(path, data=data, headers={"User-Agent": BROWSER})
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        return response

    def log_in(self, user, password=None):
        return self.post(
            "/web/login", login=user.login, password=password or user.login
        )

    def get_visitor(self, user):
        return self.Visitor.search([("partner_id", "=", user.partner_id.id)])

    def count_hits(self, user):
        return len(self.get_visitor(user).website_track_ids & self.hits())

    def send_form(self):
        data = {"contact_name": "First", "email_from": "f@x.example", "name": "Hello"}
        response = self.post("/website/form/crm.lead", **data)
        return self.env["crm.lead"].browse(response.json()["id"])

    def test_who_logs_in_brings_what_the_browser_did_before(self):
        self.hit()
        self.log_in(self.first)
        self.assertEqual(self.count_hits(self.first), 1)

    def test_who_logs_in_over_another_login_does_not_take_its_visits(self):
        self.log_in(self.first)
        self.hit()
        lead = self.send_form()
        self.log_in(self.second)
        self.hit()
        self.assertEqual(self.count_hits(self.first), 1)
        self.assertEqual(self.count_hits(self.second), 1)
        self.assertEqual(lead.visitor_ids, self.get_visitor(self.first))

    def test_who_was_here_before_does_not_take_them_either(self):
        known = self.Visitor.create({"access_token": str(self.second.partner_id.id)})
        self.log_in(self.first)
        self.hit()
        lead = self.send_form()
        self.log_in(self.second)
        self.hit()
        self.assertEqual(self.count_hits(self.first), 1)
        self.assertEqual(self.get_visitor(self.second), known)
        self.assertEqual(self.count_hits(self.second), 1)
        self.assertEqual(lead.visitor_ids, self.get_visitor(self.first))

    def test_who_logs_in_again_is_the_same_visitor(self):
        self.log_in(self.first)
        self.hit()
        self.log_in(self.first)
        self.hit()
        self.assertEqual(self.count_hits(self.first), 2)

    def test_a_browser_that_is_known_as_somebody_else_stays_so(self):
        """Core links a visitor to the contact of its lead, when that is written to."""
        self.hit()
        visitor = self.hits().visitor_id
        visitor.partner_id = self.first.partner_id
        self.env.flush_all()
        self.log_in(self.second)
        self.assertEqual(visitor.exists().partner_id, self.first.partner_id)
        self.assertEqual(self.count_hits(self.first), 1)

    def test_a_browser_that_is_known_already_is_merged_when_it_logs_in(self):
        known = self.Visitor.create({"access_token": str(self.first.partner_id.id)})
        self.hit()
        self.hits().visitor_id.partner_id = self.first.partner_id
        self.env.flush_all()
        self.log_in(self.first)
        self.assertTrue(self.count_hits(self.first))
        self.assertTrue(known.exists())

    def test_a_wrong_password_changes_nothing(self):
        self.log_in(self.first)
        self.hit()
        self.log_in(self.second, "wrong")
        self.hit()
        self.assertEqual(self.count_hits(self.first), 2)
