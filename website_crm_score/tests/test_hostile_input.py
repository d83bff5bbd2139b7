"""What visitors send to do harm: patterns, tokens of others, markup."""

import time

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import ScoringCase
from .website_common import WebsiteCase

# Run by a browser, this says that it was.
MARKUP = "<img src=x onerror=\"document.body.dataset.hacked='1'\">"
# Waits until a screen shows what is looked for, and says whether markup was run.
LOOK = """
    const started = Date.now();
    const timer = setInterval(() => {{
        const shown = document.body.innerText.includes({text!r});
        const late = Date.now() - started > 20000;
        if (!shown && !late) {{ return; }}
        clearInterval(timer);
        setTimeout(() => {{
            const hacked = document.body.dataset.hacked;
            if (hacked || !shown) {{
                console.error(hacked ? "markup was run" : "nothing was shown");
            }} else {{
                console.log("test successful");
            }}
        }}, 500);
    }}, 100);
"""


@tagged("post_install", "-at_install")
class TestWildcards(ScoringCase):
    """Patterns that take a careless matcher ages."""

    def test_a_pattern_of_many_wildcards_takes_no_time(self):
        lead = self.make_lead()
        urls = [f"/{'a' * 1900}{number}" for number in range(20)]
        self.make_tracks(self.make_visitor(lead), *urls)
        pattern = "%a" * 500 + "%b"
        rule = self.make_rule(
            [("score_pageview_ids.url", "=like", pattern)], event_based=True
        )
        started = time.monotonic()
        self.run_rules()
        self.assertLess(time.monotonic() - started, 20 * 0.05)  # 50 ms a match
        self.assertFalse(rule.error)
        self.assertScores(lead, [0])

    def test_wildcards_in_the_address_of_a_visit_rule_are_plain_text(self):
        lead = self.make_lead()
        self.make_tracks(self.make_visitor(lead), "/a_b/100%", "/axb/100")
        self.make_rule(
            value=1, rule_type="event", event_type="page_visit", page_url="a_b/100%"
        )
        self.run_rules()
        self.assertScores(lead, [1])


@tagged("post_install", "-at_install")
class TestForgedVisitor(WebsiteCase):
    """Somebody who says that he is another visitor, or that a lead is his."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.victim = cls.make_lead("Victim")
        cls.visitor = cls.make_visitor(cls.victim)
        cls.make_tracks(cls.visitor, "/of-the-victim")

    def check_victim(self):
        self.run_job()
        urls = self.victim.score_pageview_ids.mapped("url")
        self.assertEqual([url.split("/")[-1] for url in urls], ["of-the-victim"])
        self.assertEqual(self.visitor.lead_ids, self.victim)

    def test_a_visitor_that_the_browser_names_is_not_asked(self):
        token = self.visitor.access_token
        for name in ("visitor_uuid", "visitor_id", "access_token"):
            self.opener.cookies.set(name, token)
        self.visit(f"/ws-tracked?visitor_id={self.visitor.id}&access_token={token}")
        lead = self.send_form()
        self.assertNotEqual(lead.visitor_ids, self.visitor)
        self.check_victim()
        self.assertEqual(lead.pageviews_count, 1)

    def test_a_form_cannot_say_whose_lead_it_is(self):
        self.visit("/ws-tracked")
        lead = self.send_form(
            visitor_id=self.visitor.id,
            visitor_ids=f"[[6, 0, [{self.visitor.id}]]]",
            score_pageview_ids="[[0, 0, {}]]",
            score_line_ids="[[0, 0, {}]]",
        )
        self.assertNotIn(self.visitor, lead.visitor_ids)
        self.check_victim()
        self.assertFalse(lead.score_line_ids)

    def test_neither_customers_nor_salespeople_write_whose_a_lead_is(self):
        mine = self.make_lead("Mine")
        for login, groups in (
            ("ws_portal", "base.group_portal"),
            ("ws_seller", "sales_team.group_sale_salesman"),
        ):
            user = self.make_user(login, groups)
            with self.subTest(login), self.assertRaises(AccessError):
                self.visitor.with_user(user).write({"lead_ids": [(4, mine.id)]})


@tagged("post_install", "-at_install")
class TestMarkup(HttpCase, ScoringCase):
    """Markup in what visitors and colleagues write is text wherever it is shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = cls.make_user(
            "ws_manager",
            "sales_team.group_sale_manager,crm.group_use_lead",
            name="Manager",
            password="ws_manager",
        )
        team = cls.env["crm.team"].create({"name": f"Team {MARKUP}", "use_leads": True})
        source = cls.env["utm.source"].create({"name": f"Source {MARKUP}"})
        cls.lead = cls.make_lead(
            f"Lead {MARKUP}",
            contact_name=f"Contact {MARKUP}",
            type="opportunity",
            user_id=manager.id,
            team_id=team.id,
            source_id=source.id,
            email_from="markup@visitor.example",
        )
        cls.make_tracks(cls.make_visitor(cls.lead), f"/Page {MARKUP}")
        domain = [("source_id", "=", source.id)]
        cls.make_rule(domain, 30, name=f"Rule {MARKUP}", event_based=True)
        cls.Rule.assign_scores_to_leads()

    def look(self, path, text, click=""):
        """Open a screen in a browser, and wait for a text that it has to show."""
        code = f"{click}\n{LOOK.format(text=text)}"
        ready = "!!document.querySelector('.o_action_manager .o_view_controller')"
        self.browser_js(path, code, ready, login="ws_manager")

    def test_on_the_lead_with_its_reasons(self):
        tab = "document.querySelector('a[name=scoring], a[name=score]').click();"
        self.look(f"/odoo/crm/{self.lead.id}", "Rule <img", tab)

    def test_in_the_note_of_pages_seen(self):
        self.lead._message_log(body="x")
        self.look(f"/odoo/crm/{self.lead.id}", "Lead <img")

    def test_in_the_pipeline(self):
        self.look("/odoo/crm", "Lead <img")

    def test_in_the_page_views(self):
        action = self.lead.action_redirect_to_page_views()
        self.assertEqual(action["res_model"], "website.crm.pageview")
        self.look(
            f"/odoo/crm/{self.lead.id}",
            "Page ",
            "document.querySelector('button[name=action_redirect_to_page_views]')"
            ".click();",
        )

    def test_in_the_list_of_rules(self):
        self.look("/odoo/scoring-rules", "Source <img")

    def test_in_an_export(self):
        rows = self.lead.export_data(["name", "score_pageview_ids/url"])["datas"]
        self.assertIn(MARKUP, rows[0][0])  # a file of text: not changed
        self.assertIn("/Page", rows[0][1])
