from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.tests import tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .website_common import WebsiteCase

JOB = "ir_cron_score_new_leads"


@tagged("post_install", "-at_install")
class TestWebsiteForm(WebsiteCase, CronMixinCase):
    """From a page visit to a score, as a browser and the scheduler do it."""

    def make_template_rules(self, **values):
        """Make the rules of *Website lead scoring* and switch them on."""
        wizard = self.env["website.crm.score.template"].create(
            {"template": "website", **values}
        )
        domain = wizard.action_create_rules()["domain"]
        self.Rule.with_context(active_test=False).search(domain).active = True

    def seen(self, lead):
        urls = lead.score_pageview_ids.mapped("url")
        return sorted(url.removeprefix(self.base_url()) for url in urls)

    def notes(self, lead):
        """Return the links of each note on ``lead``."""
        bodies = lead.message_ids.sorted("id").mapped("body")
        return [
            html.fromstring(body).xpath("//a/@href")
            for body in bodies
            if "Pages seen" in (body or "")
        ]

    def test_the_pages_seen_before_the_form_make_the_score_of_the_lead(self):
        rule = self.make_rule(
            [("score_pageview_ids.url", "ilike", "/ws-tracked")], value=15
        )
        self.make_rule([("score_pageview_ids.url", "ilike", "/ws-other")], value=7)
        self.visit("/ws-tracked?utm_whatever=1")
        self.visit("/ws-untracked")
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.assertEqual(lead.score, 0)
        self.assertEqual(lead.pageviews_count, 1)
        self.run_job()
        self.assertScores(lead, [15])
        self.assertEqual(lead.score_ids, rule)
        self.assertEqual(self.seen(lead), ["/ws-tracked"])
        self.assertEqual(lead.score_pageview_ids.view_count, 2)
        self.assertEqual(lead.score_pageview_ids.page_id, self.tracked)

    def test_the_note_on_the_lead_links_the_pages_seen(self):
        self.visit("/ws-tracked?utm_whatever=1")
        lead = self.send_form()
        self.run_job()
        self.assertEqual(self.notes(lead), [[self.base_url() + "/ws-tracked"]])

    def test_the_note_on_the_lead_says_what_the_pages_are_called(self):
        self.tracked.name = "What it <b>costs</b>"
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.run_job()
        [body] = [body for body in lead.message_ids.mapped("body") if "Pages" in body]
        [link] = html.fromstring(body).xpath("//a")
        self.assertEqual(link.text, "What it <b>costs</b>")
        self.assertNotIn(self.base_url(), html.fromstring(body).text_content())

    def test_a_returning_visitor_s_new_page_follows(self):
        self.make_rule(
            [("score_pageview_ids.url", "ilike", "/ws-second")],
            value=5,
            event_based=True,
        )
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.run_job()
        self.assertScores(lead, [0])
        self.visit("/ws-second")
        self.visit("/ws-tracked")
        self.assertEqual(lead.pageviews_count, 2)
        self.run_job("ir_cron_score_new_leads")
        self.assertEqual(self.seen(lead), ["/ws-second", "/ws-tracked"])
        links = [[self.base_url() + path] for path in ("/ws-tracked", "/ws-second")]
        self.assertEqual(self.notes(lead), links)
        self.run_job()
        self.assertScores(lead, [5])

    def test_a_lead_sent_by_the_form_waits_for_the_job_of_new_leads(self):
        cron = self.env.ref("website_crm_score.ir_cron_score_new_leads")
        triggers = [("cron_id", "=", cron.id)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        self.send_form()
        after = self.env["ir.cron.trigger"].search_count(triggers)
        self.assertEqual(after, before + 1)

    def make_rules_on_pages(self):
        """Make one rule of each kind that looks at the tracked page: 75 points."""
        seen = [("score_pageview_ids.url", "ilike", "/ws-tracked")]
        self.make_event_rule(value=20, page_url="/ws-tracked", max_count=1)
        self.make_rule(seen, value=30, event_based=True)
        self.make_rule(seen, value=25)

    def run_job_beside_another(self, lead):
        """Run the job while another one, such as that of enrichment, is just done with
        a lead that it had locked. Return when the job will look again."""
        lock, left = type(self.Lead).try_lock_for_update, []

        def try_lock(leads, **kwargs):
            free = lock(leads, **kwargs)
            left.extend(free & lead)
            return free - lead

        with (
            patch.object(type(self.Lead), "try_lock_for_update", try_lock),
            self.capture_triggers(f"website_crm_score.{JOB}") as triggers,
        ):
            self.run_job(JOB)
        self.assertEqual(left, [lead])
        return triggers.records.mapped("call_at")

    def test_all_rules_on_pages_see_a_new_lead_in_the_same_run(self):
        self.make_rules_on_pages()
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.run_job(JOB)
        self.assertScores(lead, [75])

    def test_no_rule_sees_a_new_lead_whose_pages_are_not_known_yet(self):
        self.make_rules_on_pages()
        self.visit("/ws-tracked")
        lead = self.send_form()
        [again] = self.run_job_beside_another(lead)
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_date)
        self.assertLess(again, fields.Datetime.now() + timedelta(minutes=1))
        self.run_job(JOB)
        self.assertScores(lead, [75])

    def test_a_lead_that_comes_after_the_pages_were_read_waits(self):
        self.make_rules_on_pages()
        for job in (JOB, "ir_cron_assign_scores"):
            with self.subTest(job=job):
                self.visit("/ws-tracked")
                lead = self.send_form()
                with patch.object(
                    type(self.Pageview), "_sync_recent", lambda pageviews: True
                ):
                    self.run_job(job)
                self.assertScores(lead, [0])
                self.run_job(job)
                self.assertScores(lead, [75])

    def test_what_happened_to_a_lead_that_was_left_out_is_counted(self):
        self.make_event_rule("contact_form", value=5)
        lead = self.send_form()
        self.run_job()
        self.assertScores(lead, [5])
        self.env["website.crm.form"].with_user(self.website.user_id)._note(lead)
        lead._mark_pageviews_stale()
        with patch.object(type(self.Pageview), "_sync_recent", lambda pageviews: True):
            self.run_job()
        self.assertScores(lead, [5])
        self.run_job(JOB)
        self.assertScores(lead, [10])

    def test_the_job_does_not_look_again_when_all_is_done(self):
        self.make_rules_on_pages()
        self.send_form()
        with self.capture_triggers(f"website_crm_score.{JOB}") as triggers:
            self.run_job(JOB)
        self.assertFalse(triggers.records)

    def test_the_form_cannot_set_the_score(self):
        lead = self.send_form(score="500", score_date="2020-01-01 00:00:00")
        self.assertScores(lead, [0])
        self.assertFalse(lead.score_date)

    def test_a_visit_writes_nothing_but_what_core_writes(self):
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.run_job()
        self.age_scores(lead)
        self.env.cr.execute("SELECT ctid::text FROM crm_lead WHERE id = %s", (lead.id,))
        before = self.env.cr.fetchall()
        triggers = self.env["ir.cron.trigger"].search_count([])
        self.visit("/ws-second")
        self.env.cr.execute("SELECT ctid::text FROM crm_lead WHERE id = %s", (lead.id,))
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertEqual(self.seen(lead), ["/ws-tracked"])
        self.assertEqual(self.env["ir.cron.trigger"].search_count([]), triggers)

    def test_a_forged_host_is_no_link(self):
        self.visit("/ws-tracked", "evil.example")
        lead = self.send_form()
        [url] = lead.visitor_ids.website_track_ids.mapped("url")
        self.assertIn("evil.example", url)
        self.run_job()
        # The page is one of ours, wherever the request said that it is.
        self.assertEqual(self.notes(lead), [[self.base_url() + "/ws-tracked"]])

    def test_a_visitor_that_logs_in_keeps_its_lead_and_pages(self):
        user = self.make_user("ws_login", "base.group_portal", password="ws_login_1")
        self.make_visitor(partner=user.partner_id)
        self.visit("/ws-tracked")
        lead = self.send_form()
        self.log_in("ws_login", "ws_login_1")
        self.visit("/ws-second")
        self.env.invalidate_all()
        self.assertEqual(lead.visitor_ids.partner_id, user.partner_id)
        self.run_job()
        self.assertEqual(self.seen(lead), ["/ws-second", "/ws-tracked"])

    def test_each_visit_of_a_page_is_a_point_for_the_lead(self):
        self.visit("/ws-tracked")
        self.make_template_rules()  # for what was there before, too
        self.visit("/ws-tracked")
        self.visit("/ws-untracked")
        lead = self.send_form()
        self.run_job()
        self.assertScores(lead, [20 + 2])  # 20 for the form
        self.visit("/ws-second")
        self.visit("/ws-tracked")
        self.run_job()
        self.assertScores(lead, [20 + 4])
        self.assertCountEqual(lead.score_line_ids.mapped("event_count"), [1, 4])

    def test_each_visit_of_a_page_is_a_point_for_the_contact(self):
        user = self.make_user("ws_login", "base.group_portal", password="ws_login_1")
        contact = user.partner_id
        self.visit("/ws-tracked")
        self.make_template_rules(apply_to="partner")
        self.log_in("ws_login", "ws_login_1")
        self.visit("/ws-tracked")
        self.run_job("ir_cron_score_contacts")
        self.assertEqual(contact.score, 2)
        self.visit("/ws-untracked")
        self.visit("/ws-second")
        self.run_job("ir_cron_score_contacts")
        self.assertEqual(contact.score, 3)
        self.assertEqual(contact.score_line_ids.event_count, 3)
        self.assertFalse(self.Lead.search([("partner_id", "=", contact.id)]))
