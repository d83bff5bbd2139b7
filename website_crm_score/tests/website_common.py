from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase

from .common import ScoringCase


class WebsiteCase(HttpCase, ScoringCase):
    """The website as visitors use it, with tracked pages, and the scheduler."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website.domain = False
        cls.set_registry_readonly_mode(False)  # pages are tracked on the primary only
        cls.tracked = cls._make_page("ws-tracked", track=True)
        cls.second = cls._make_page("ws-second", track=True)
        cls.untracked = cls._make_page("ws-untracked", track=False)

    @classmethod
    def _make_page(cls, name, track):
        arch = f'<t t-call="website.layout"><div id="wrap">{name}</div></t>'
        return cls.env["website.page"].create(
            {
                "name": name,
                "type": "qweb",
                "key": f"website_crm_score.{name}",
                "arch": arch,
                "url": f"/{name}",
                "is_published": True,
                "track": track,
            }
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)  # a visitor with a session, as a browser keeps

    def visit(self, path, host=None):
        """See a page, on the website of ``host`` if one is given."""
        response = self.url_open(path, headers=self._get_headers(host))
        self.assertEqual(response.status_code, 200)
        return response

    def _get_headers(self, host):
        if not host:
            return None
        # The browser is known there, too, as the same session.
        self.opener.cookies.set("session_id", self.session.sid, domain=host)
        return {"Host": host}

    def send_form(self, host=None, **values):
        values = {
            "contact_name": "Vera Visitor",
            "email_from": "vera@visitor.example",
            "name": "A question",
            "description": "How much is it?",
            "csrf_token": Request.csrf_token(self),  # asked of who is logged in
            **values,
        }
        headers = self._get_headers(host)
        response = self.url_open("/website/form/crm.lead", values, headers=headers)
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        return self.Lead.browse(response.json()["id"])

    def log_in(self, login, password):
        """Send the form of the login, as the same browser."""
        token = html.fromstring(self.visit("/web/login").content).xpath(
            "//input[@name='csrf_token']/@value"
        )[0]
        data = {"login": login, "password": password, "csrf_token": token}
        self.assertEqual(self.url_open("/web/login", data=data).status_code, 200)

    def run_job(self, name="ir_cron_assign_scores"):
        self.env.flush_all()
        self.env.ref(f"website_crm_score.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def make_event_rule(self, event_type="page_visit", value=10, **values):
        return self.make_rule(
            value=value, rule_type="event", event_type=event_type, **values
        )

    def count(self, lead, **values):
        """Return how many events of a new rule count for a lead."""
        rule = self.make_event_rule(**values)
        self.run_job()
        self.assertLedger(lead)
        lines = lead.score_line_ids.filtered(lambda line: line.rule_id == rule)
        return sum(lines.mapped("event_count"))
