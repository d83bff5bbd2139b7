from datetime import datetime, timedelta

from odoo import fields
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import LONG_AGO, ScoringCase


class PageviewCase(ScoringCase):
    def setUp(self):
        super().setUp()
        self.now = datetime.now().replace(microsecond=0)
        self.lead = self.make_lead()
        self.visitor = self.make_visitor(self.lead)

    def catch_up(self):
        """Have the job know all tracks of now, as its last run would have had."""
        self.run_rules()
        self.env.cr.execute("SELECT max(id) FROM website_track")
        [last_id] = self.env.cr.fetchone()
        self.progress.write(
            {
                "pageviews_date": self.now - timedelta(minutes=5),
                "pageviews_track_id": last_id or 0,
            }
        )

    def assertSeen(self, lead, *paths):
        urls = [self.host + path for path in paths]
        self.assertEqual(sorted(lead.score_pageview_ids.mapped("url")), sorted(urls))

    def snapshot(self):
        """Return where the rows of page views and leads are: it changes if written."""
        self.env.flush_all()
        rows = []
        for table in ("website_crm_pageview", "website_crm_url", "crm_lead"):
            self.env.cr.execute(f"SELECT id, ctid::text FROM {table} ORDER BY id")
            rows.append(self.env.cr.fetchall())
        return rows


@tagged("post_install", "-at_install")
class TestPageview(PageviewCase):
    def test_each_url_is_one_row_of_the_lead(self):
        self.make_tracks(self.visitor, "/a", "/b", "/a")
        self.run_rules()
        self.assertSeen(self.lead, "/a", "/b")

    def test_a_row_has_count_first_and_last_view(self):
        page = self.env["website.page"].search([], limit=1)
        for days in (3, 1, 2):
            date = self.now - timedelta(days=days)
            self.make_tracks(self.visitor, "/a", date=date, page_id=page.id)
        self.run_rules()
        pageview = self.lead.score_pageview_ids
        self.assertEqual(pageview.view_count, 3)
        self.assertEqual(pageview.first_view_date, self.now - timedelta(days=3))
        self.assertEqual(pageview.view_date, self.now - timedelta(days=1))
        self.assertEqual(pageview.page_id, page)

    def test_query_string_and_fragment_are_dropped(self):
        self.make_tracks(
            self.visitor, "/a?x=1", "/a#part", "/a?y=2#z?", "/a#?b", "/a", "/a?"
        )
        self.run_rules()
        self.assertSeen(self.lead, "/a")
        self.assertEqual(self.lead.score_pageview_ids.view_count, 6)

    def test_a_url_has_2000_characters_at_most(self):
        self.make_tracks(self.visitor, "/" + "a" * 10_000, "/" + "a" * 20_000)
        self.run_rules()
        pageview = self.lead.score_pageview_ids
        self.assertEqual(len(pageview.url), 2000)
        self.assertEqual(pageview.view_count, 2)

    def test_a_url_of_2000_random_characters_is_kept(self):
        # Longer than an index on the url itself would take.
        path = "/" + "".join(chr(0x4E00 + index % 7919) for index in range(1900))
        self.env["website.track"].flush_model()
        self.env.cr.execute("DROP INDEX website_track__url_index")
        self.make_tracks(self.visitor, path)
        self.run_rules()
        self.assertSeen(self.lead, path)

    def test_views_without_url_are_no_page_views(self):
        self.env["website.track"].create({"visitor_id": self.visitor.id, "url": False})
        self.run_rules()
        self.assertFalse(self.lead.score_pageview_ids)

    def test_two_leads_share_the_url_but_not_the_row(self):
        other = self.make_lead()
        self.make_tracks(self.visitor, "/a", "/a")
        self.make_tracks(self.make_visitor(other), "/a")
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 2)
        self.assertEqual(other.score_pageview_ids.view_count, 1)
        self.assertEqual(
            self.lead.score_pageview_ids.url_id, other.score_pageview_ids.url_id
        )

    def test_a_visitor_of_two_leads_counts_for_both(self):
        other = self.make_lead()
        self.visitor.lead_ids += other
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.assertSeen(self.lead, "/a")
        self.assertSeen(other, "/a")

    def test_two_visitors_of_a_lead_count_together(self):
        self.make_tracks(self.visitor, "/a")
        self.make_tracks(self.make_visitor(self.lead), "/a", "/b")
        self.run_rules()
        self.assertSeen(self.lead, "/a", "/b")
        self.assertEqual(sum(self.lead.score_pageview_ids.mapped("view_count")), 3)

    def test_visitors_without_lead_leave_nothing(self):
        self.make_tracks(self.make_visitor(), "/only-anonymous")
        self.run_rules()
        domain = [("url", "like", "/only-anonymous")]
        self.assertFalse(self.env["website.crm.url"].search(domain))

    def test_running_twice_changes_nothing(self):
        self.make_tracks(self.visitor, "/a", "/b?c", "/a")
        self.run_rules()
        before, notes = self.snapshot(), len(self.lead.message_ids)
        self.run_rules()
        self.Pageview._sync(self.lead)
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(len(self.lead.message_ids), notes)

    def test_an_interrupted_run_is_done_again_without_harm(self):
        self.make_tracks(self.visitor, "/a")
        self.Pageview._sync(self.lead)  # and no progress noted
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 1)

    def test_closed_leads_have_page_views_too(self):
        self.lead.action_set_lost()
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.assertSeen(self.lead, "/a")

    def test_page_views_outlive_their_tracks(self):
        self.make_tracks(self.visitor, "/a", "/a")
        self.run_rules()
        self.visitor.website_track_ids.unlink()
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 2)
        self.visitor.unlink()
        self.run_rules()
        self.assertSeen(self.lead, "/a")

    def test_a_deleted_page_leaves_the_url(self):
        page = self.env["website.page"].create(
            {"name": "Gone", "type": "qweb", "arch": "<p/>", "url": "/gone"}
        )
        self.make_tracks(self.visitor, "/gone", page_id=page.id)
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.page_id, page)
        page.unlink()
        self.assertFalse(self.lead.score_pageview_ids.page_id)
        self.assertSeen(self.lead, "/gone")

    # Found, however late and by whatever way

    def test_a_track_that_bears_an_old_date_is_found(self):
        self.catch_up()
        self.make_tracks(self.visitor, "/imported", date=LONG_AGO)
        self.run_rules()
        self.assertSeen(self.lead, "/imported")

    def test_a_track_that_bears_a_lower_id_is_found(self):
        self.env.cr.execute("SELECT nextval('website_track_id_seq')")
        [low_id] = self.env.cr.fetchone()
        self.make_tracks(self.visitor, "/a")
        self.catch_up()
        self.assertGreater(self.progress.pageviews_track_id, low_id)
        self.env.cr.execute(
            "INSERT INTO website_track (id, visitor_id, url, visit_datetime)"
            " VALUES (%s, %s, %s, %s)",
            (low_id, self.visitor.id, self.host + "/late", self.now),
        )
        self.run_rules()
        self.assertSeen(self.lead, "/a", "/late")

    def test_the_job_looks_back_to_the_oldest_transaction_that_runs(self):
        self.progress.write({"pageviews_date": False, "pageviews_track_id": 0})
        self.run_cron()
        self.assertLessEqual(
            self.progress.pageviews_date, self.env.cr.now() - timedelta(minutes=5)
        )

    def test_outside_of_a_job_what_it_is_caught_up_to_stays(self):
        self.progress.write({"pageviews_date": False, "pageviews_track_id": 0})
        self.run_rules()
        self.assertFalse(self.progress.pageviews_date)

    def test_what_a_job_is_caught_up_to_never_goes_back(self):
        future = self.now + timedelta(days=1)
        self.progress.pageviews_date = future
        self.run_cron()
        self.assertEqual(self.progress.pageviews_date, future)

    def test_a_lead_whose_visitors_come_by_default_has_their_history(self):
        visitor = self.make_visitor()
        self.make_tracks(visitor, "/a")
        self.catch_up()
        visitors = [(4, visitor.id)]
        leads = self.env["crm.lead"].with_context(default_visitor_ids=visitors)
        lead = leads.create({"name": "By default"})
        self.progress.pageviews_date = self.now + timedelta(days=1)
        self.run_rules()
        self.assertSeen(lead, "/a")

    def test_the_history_before_the_form_was_sent_is_found(self):
        visitor = self.make_visitor()
        self.make_tracks(visitor, "/before", date=LONG_AGO)
        self.catch_up()
        lead = self.make_lead()
        visitor.lead_ids += lead  # as the contact form does
        self.run_rules()
        self.assertSeen(lead, "/before")

    def test_history_is_found_whichever_side_links_lead_and_visitor(self):
        visitor = self.make_visitor()
        self.make_tracks(visitor, "/before", date=LONG_AGO)
        self.catch_up()
        created = self.make_lead(visitor_ids=[(4, visitor.id)])
        written = self.make_lead()
        self.catch_up()
        written.visitor_ids += visitor
        self.run_rules()
        self.assertSeen(created, "/before")
        self.assertSeen(written, "/before")

    def test_history_of_a_visitor_created_with_its_lead_is_found(self):
        lead = self.make_lead()
        self.catch_up()
        visitor = self.make_visitor(lead)
        self.assertTrue(lead.sudo().pageviews_stale)
        self.make_tracks(visitor, "/a", date=LONG_AGO)
        self.run_rules()
        self.assertSeen(lead, "/a")
        self.assertFalse(lead.sudo().pageviews_stale)

    def test_a_visitor_that_logs_in_brings_its_history(self):
        partner = self.env["res.partner"].create({"name": "Known"})
        known = self.make_visitor(self.lead, partner=partner)
        anonymous = self.make_visitor()
        self.make_tracks(anonymous, "/anonymous", date=LONG_AGO)
        self.make_tracks(known, "/known", date=LONG_AGO)
        self.catch_up()
        anonymous._merge_visitor(known)
        self.run_rules()
        self.assertSeen(self.lead, "/anonymous", "/known")

    def test_a_visitor_that_logs_in_brings_its_lead(self):
        partner = self.env["res.partner"].create({"name": "Known"})
        known = self.make_visitor(partner=partner)
        self.make_tracks(known, "/known", date=LONG_AGO)
        self.make_tracks(self.visitor, "/anonymous", date=LONG_AGO)
        self.catch_up()
        self.visitor._merge_visitor(known)
        self.run_rules()
        self.assertSeen(self.lead, "/anonymous", "/known")

    def test_a_visitor_that_logs_in_without_rights_on_leads(self):
        user = self.make_user("ws_portal_login", "base.group_portal")
        known = self.make_visitor(self.lead, partner=user.partner_id)
        anonymous = self.make_visitor()
        self.make_tracks(anonymous, "/anonymous", date=LONG_AGO)
        self.catch_up()
        anonymous.with_user(user).sudo()._merge_visitor(known.with_user(user).sudo())
        self.run_rules()
        self.assertSeen(self.lead, "/anonymous")

    def test_merged_contacts_bring_the_history_of_both(self):
        partners = self.env["res.partner"].create([{"name": "A"}, {"name": "A"}])
        known = self.make_visitor(self.lead, partner=partners[0])
        other = self.make_visitor(partner=partners[1])
        self.make_tracks(known, "/known", date=LONG_AGO)
        self.make_tracks(other, "/other", date=LONG_AGO)
        self.catch_up()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(partners.ids, partners[0])
        self.run_rules()
        self.assertSeen(self.lead, "/known", "/other")

    # The number on the button

    def test_the_count_is_right_before_any_job(self):
        self.make_tracks(self.visitor, "/a", "/b?c", "/b", "/a#d")
        self.assertEqual(self.lead.pageviews_count, 2)
        self.assertFalse(self.lead.score_pageview_ids)

    def test_the_count_includes_pages_whose_tracks_are_gone(self):
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.visitor.website_track_ids.unlink()
        self.make_tracks(self.visitor, "/b")
        self.assertEqual(self.lead.pageviews_count, 2)

    def test_the_count_of_each_lead_is_its_own(self):
        other, none = self.make_leads(2)
        self.make_tracks(self.visitor, "/a", "/b")
        self.make_tracks(self.make_visitor(other), "/a")
        counts = (self.lead + other + none).mapped("pageviews_count")
        self.assertEqual(counts, [2, 1, 0])

    def test_a_lead_in_the_making_has_seen_nothing(self):
        self.assertEqual(self.Lead.new({"name": "Draft"}).pageviews_count, 0)

    def test_the_button_opens_the_page_views_of_the_lead(self):
        other = self.make_lead()
        self.make_tracks(self.visitor, "/a")
        self.make_tracks(self.make_visitor(other), "/b")
        action = self.lead.action_redirect_to_page_views()
        self.assertEqual(action["res_model"], "website.crm.pageview")
        shown = self.Pageview.search(action["domain"])
        self.assertEqual(shown.mapped("url"), [self.host + "/a"])

    def test_the_button_shows_what_was_seen_a_moment_ago(self):
        self.run_rules()
        self.make_tracks(self.visitor, "/now")
        self.lead.action_redirect_to_page_views()
        self.assertSeen(self.lead, "/now")

    # Merge

    def test_merged_leads_have_the_page_views_of_both_once(self):
        other = self.make_lead()
        self.make_tracks(self.visitor, "/a", "/b", date=self.now - timedelta(days=2))
        visitor = self.make_visitor(other)
        self.make_tracks(visitor, "/b", "/c", "/c", date=self.now)
        self.run_rules()
        merged = (self.lead + other).merge_opportunity()
        self.assertSeen(merged, "/a", "/b", "/c")
        self.run_rules()
        views = {view.url[-2:]: view for view in merged.score_pageview_ids}
        counts = {path: view.view_count for path, view in views.items()}
        self.assertEqual(counts, {"/a": 1, "/b": 2, "/c": 2})
        self.assertEqual(views["/b"].view_date, self.now)

    def test_what_the_context_of_a_client_says_changes_no_merger(self):
        other = self.make_lead()
        for lead in (self.lead, other):
            self.make_rule(str([("id", "=", lead.id)]), value=5)
        self.make_tracks(self.make_visitor(other), "/b")
        self.run_rules()
        leads = (self.lead + other).with_user(self.env.ref("base.user_admin"))
        context = {"is_automatic_merge": True}
        call_kw(leads, "merge_opportunity", [leads.ids], {"context": context})
        merged = (self.lead + other).exists()
        self.assertSeen(merged, "/b")
        self.assertEqual(merged.score_line_ids.mapped("points"), [5, 5])

    def test_leads_of_one_visitor_merged_count_its_views_once(self):
        other = self.make_lead()
        self.visitor.lead_ids += other
        self.make_tracks(self.visitor, "/a", "/a")
        self.run_rules()
        merged = (self.lead + other).merge_opportunity()
        self.run_rules()
        self.assertEqual(merged.score_pageview_ids.view_count, 2)

    def test_leads_merged_before_the_job_ran_lose_nothing(self):
        other = self.make_lead()
        self.make_tracks(self.visitor, "/a")
        self.make_tracks(self.make_visitor(other), "/b")
        merged = (self.lead + other).merge_opportunity()
        self.run_rules()
        self.assertSeen(merged, "/a", "/b")

    def test_page_views_merged_outlive_their_tracks(self):
        other = self.make_lead()
        visitor = self.make_visitor(other)
        self.make_tracks(visitor, "/b")
        self.run_rules()
        visitor.unlink()
        merged = (self.lead + other).merge_opportunity()
        self.run_rules()
        self.assertSeen(merged, "/b")


@tagged("post_install", "-at_install")
class TestPageNote(PageviewCase):
    def notes(self, lead=None):
        lead = lead or self.lead
        lead.invalidate_recordset(["message_ids"])
        return [
            str(message.body)
            for message in lead.message_ids.sorted("id")
            if "Pages seen on the website" in (message.body or "")
        ]

    def test_new_pages_are_listed_in_one_note(self):
        self.make_tracks(self.visitor, "/a", "/b", "/a")
        self.run_rules()
        [note] = self.notes()
        self.assertEqual(note.count("<li>"), 2)
        self.assertLess(note.index("/a"), note.index("/b"))

    def test_a_page_of_this_website_is_a_link(self):
        self.make_tracks(self.visitor, "/pricing?plan=big")
        self.run_rules()
        [note] = self.notes()
        self.assertIn(f'href="{self.host}/pricing"', note)
        self.assertIn(">/pricing</a>", note)

    def test_a_page_already_listed_is_never_repeated(self):
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.make_tracks(self.visitor, "/a", "/a?again")
        self.run_rules()
        self.assertEqual(len(self.notes()), 1)

    def test_a_returning_visitor_s_new_pages_are_a_note_of_their_own(self):
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        self.make_tracks(self.visitor, "/a", "/b")
        self.run_rules()
        _first, second = self.notes()
        self.assertIn("/b", second)
        self.assertNotIn("/a<", second)

    def test_the_job_of_every_five_minutes_writes_it(self):
        self.make_tracks(self.visitor, "/a")
        self.run_cron("ir_cron_score_new_leads")
        self.assertEqual(len(self.notes()), 1)

    def test_a_note_lists_20_pages_and_counts_the_others(self):
        self.make_tracks(self.visitor, *(f"/page-{index:02}" for index in range(25)))
        self.run_rules()
        [note] = self.notes()
        self.assertEqual(note.count("<a "), 20)
        self.assertIn("and 5 more", note)

    def test_history_of_long_ago_is_no_news(self):
        old = self.now - timedelta(days=30)
        self.make_tracks(self.visitor, "/old", date=old)
        self.run_rules()
        self.assertFalse(self.notes())
        self.assertTrue(self.lead.score_pageview_ids)

    def test_history_noticed_with_a_new_visit_is_listed_with_it(self):
        self.make_tracks(self.visitor, "/old", date=self.now - timedelta(days=30))
        self.make_tracks(self.visitor, "/new")
        self.run_rules()
        [note] = self.notes()
        self.assertLess(note.index("/old"), note.index("/new"))

    def test_merging_leads_lists_no_page_again(self):
        other = self.make_lead()
        self.make_tracks(self.visitor, "/a")
        self.make_tracks(self.make_visitor(other), "/b")
        self.run_rules()
        merged = (self.lead + other).merge_opportunity()
        self.run_rules()
        self.assertEqual(len(self.notes(merged)), 2)  # one came with each lead

    def test_a_note_is_from_the_system_and_notifies_nobody(self):
        partner = self.env["res.partner"].create({"name": "F", "email": "f@x.example"})
        self.lead.message_subscribe(partner.ids)
        self.make_tracks(self.visitor, "/a")
        self.run_rules()
        message = self.lead.message_ids.filtered(lambda m: "/a" in m.body)
        self.assertEqual(message.author_id, self.env.ref("base.partner_root"))
        self.assertTrue(message.is_internal or message.subtype_id.internal)
        self.assertFalse(message.notification_ids)

    # What a request can name, nobody should click on

    def assertText(self, url):
        """``url`` is in a note, and not as a link or as markup."""
        self.make_tracks(self.visitor, url)
        self.run_rules()
        note = self.notes()[-1]
        self.assertNotIn("href", note)
        self.assertNotIn("<script", note)
        self.assertNotIn("<img", note)
        return note

    def test_a_forged_host_is_text(self):
        for url in (
            "http://evil.example/pricing",
            f"{self.host}.evil.example/pricing",
            f"{self.host}@evil.example/pricing",
            f"{self.host}:1/pricing",
            "//evil.example/pricing",
            f"ftp{self.host.removeprefix('http')}/pricing",
        ):
            with self.subTest(url=url):
                self.make_tracks(self.visitor, url if ":" in url else f"x:{url}")
                self.run_rules()
                self.assertNotIn("href", self.notes()[-1])

    def test_a_script_url_is_text(self):
        for url in ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>"):
            with self.subTest(url=url):
                self.assertText(url)

    def test_a_url_that_is_none_is_text(self):
        self.assertIn("[::1", self.assertText("http://[::1/broken"))

    def test_markup_in_a_url_of_another_host_is_escaped(self):
        self.assertText("http://evil.example/<img src=x onerror=alert(1)>")

    def test_markup_in_a_url_of_this_website_is_escaped(self):
        self.make_tracks(self.visitor, '/"><script>alert(1)</script><img src=x>')
        self.run_rules()
        [note] = self.notes()
        self.assertNotIn("<script", note)
        self.assertNotIn("<img", note)
        self.assertEqual(note.count("<a "), 1)

    def test_every_website_of_the_database_is_our_own(self):
        self.env["website"].create({"name": "Two", "domain": "https://two.example"})
        self.make_tracks(self.visitor, "https://two.example/a")
        self.run_rules()
        self.assertIn('href="https://two.example/a"', self.notes()[0])

    def test_pages_of_the_last_seven_days_are_news(self):
        since = fields.Datetime.now() - timedelta(days=6, hours=23)
        self.make_tracks(self.visitor, "/almost-old", date=since)
        self.run_rules()
        self.assertEqual(len(self.notes()), 1)
