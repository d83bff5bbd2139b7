import json
from datetime import datetime, timedelta
from random import Random
from string import ascii_letters, digits
from unittest.mock import patch
from urllib.parse import quote

from odoo import fields
from odoo.http import request
from odoo.tests import tagged

from ..tools.hit_rate import HitRate
from .track_common import TrackPageCase

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
IR_HTTP = "odoo.addons.website_crm_score.models.ir_http"
HIT_RATE = "odoo.addons.website_crm_score.tools.hit_rate"
REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'refused on purpose'; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON website_visitor
       FOR EACH ROW EXECUTE FUNCTION refuse()
"""


class TrackingCase(TrackPageCase):
    """A tracked page, and what is recorded when somebody asks for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_registry_readonly_mode(False)
        cls.page.view_id.track = True
        cls.Track = cls.env["website.track"]
        cls.Visitor = cls.env["website.visitor"]
        cls.Uncounted = cls.env["website.crm.uncounted.hit"]
        cls.Uncounted.sudo().search([]).unlink()
        cls.params = cls.env["ir.config_parameter"].sudo()

    def hit(self, path="", agent=BROWSER, method="GET", **headers):
        headers = {name.replace("_", "-"): text for name, text in headers.items()}
        url = self.page.url + path
        return self.url_open(
            url, headers={"User-Agent": agent, **headers}, method=method
        )

    def hits(self):
        """What was recorded of the page."""
        return self.Track.search([("url", "like", self.page.url)], order="id")

    def reasons(self):
        """Why hits were not counted, and how many."""
        rows = self.Uncounted.sudo()._read_group([], ["reason"], ["hit_count:sum"])
        return dict(rows)

    def assertNotCounted(self, reason, **request):
        response = self.hit(**request)
        self.assertEqual(response.status_code, 200)
        self.assertFalse(self.hits())
        self.assertEqual(self.reasons(), {reason: 1})


@tagged("post_install", "-at_install")
class TestHits(TrackingCase):
    def test_a_hit_of_a_tracked_page_is_recorded(self):
        self.hit()
        self.assertEqual(self.hits().page_id, self.page)
        self.assertFalse(self.reasons())

    def test_each_hit_of_a_visitor_is_recorded(self):
        for _hit in range(3):
            self.hit()
        self.assertEqual(len(self.hits()), 3)
        self.assertEqual(len(self.hits().visitor_id), 1)

    def test_an_untracked_page_is_not_recorded(self):
        self.page.view_id.track = False
        self.hit()
        self.hit(agent="Googlebot")
        self.assertFalse(self.hits())
        self.assertFalse(self.reasons())

    def test_a_page_from_the_cache_is_recorded(self):
        with patch.object(
            type(self.env["website.page"]), "_allow_to_use_cache", return_value=True
        ):
            self.hit()
            self.hit()
        self.assertEqual(len(self.hits()), 2)

    def test_a_page_in_another_language_is_recorded(self):
        french = self.env["res.lang"]._activate_lang("fr_FR")
        for website in self.env["website"].search([]):
            website.language_ids += french
        response = self.url_open(
            f"/{french.url_code}{self.page.url}", headers={"User-Agent": BROWSER}
        )
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.hits().page_id, self.page)

    def test_a_page_of_another_website_is_recorded_as_such(self):
        self.other_website.domain = "http://other.example"
        self.env.flush_all()
        self.hit(Host="other.example")
        self.assertEqual(self.hits().visitor_id.website_id, self.other_website)

    def test_a_visitor_is_not_written_again_within_a_minute(self):
        self.hit()
        visitor = self.hits().visitor_id
        moment = datetime.now().replace(microsecond=0) - timedelta(seconds=40)
        self._write(visitor, last_connection_datetime=moment)
        self.hit()
        self.assertEqual(visitor.last_connection_datetime, moment)

    def test_a_visitor_is_written_after_a_minute(self):
        self.hit()
        visitor = self.hits().visitor_id
        self._write(
            visitor, last_connection_datetime=datetime.now() - timedelta(minutes=2)
        )
        self.hit()
        age = datetime.now() - visitor.last_connection_datetime
        self.assertLess(age, timedelta(minutes=1))
        self.assertEqual(visitor.visit_count, 1)

    def test_a_visitor_who_comes_back_next_day_visits_again(self):
        self.hit()
        visitor = self.hits().visitor_id
        self._write(
            visitor, last_connection_datetime=datetime.now() - timedelta(days=1)
        )
        self.hit()
        self.assertEqual(visitor.visit_count, 2)

    def _write(self, visitor, **values):
        visitor.write(values)
        self.env.flush_all()

    def test_a_hit_of_a_known_visitor_is_one_statement(self):
        self.hit()
        executed = []
        model = type(self.Visitor)
        execute = model._append_track

        def append(visitors, *args):
            count = visitors.env.cr.sql_log_count
            result = execute(visitors, *args)
            executed.append(visitors.env.cr.sql_log_count - count)
            return result

        with patch.object(model, "_append_track", append):
            self.hit()
        self.assertEqual(executed, [1])


@tagged("post_install", "-at_install")
class TestUrls(TrackingCase):
    """Any url is safe: the page answers, and what is stored is bounded."""

    def assertAnswers(self, path):
        response = self.hit(path)
        self.assertEqual(response.status_code, 200)
        [url] = self.hits().mapped("url")
        self.assertLessEqual(len(url), 2000)
        return url

    def test_a_very_long_url(self):
        letters = Random(1).choices(ascii_letters + digits, k=9000)
        self.assertAnswers("?q=" + "".join(letters))

    def test_five_thousand_parameters(self):
        self.assertAnswers("?" + "&".join(f"p{n}={n}" for n in range(5000)))

    def test_nul_bytes(self):
        self.assertNotIn("\0", self.assertAnswers("?a=%00b"))

    def test_bytes_that_are_not_utf_8(self):
        self.assertAnswers("?a=%ff%fe")

    def test_long_text_of_several_bytes_a_character(self):
        characters = Random(1).choices(range(0x1F300, 0x1F5FF), k=1900)
        self.assertAnswers("?q=" + quote("".join(map(chr, characters))))

    def test_markup(self):
        self.assertAnswers("?<script>alert(1)</script>")

    def test_a_forged_host(self):
        response = self.hit(Host="evil.example")
        self.assertEqual(response.status_code, 200)


@tagged("post_install", "-at_install")
class TestReasons(TrackingCase):
    """What does not count, by reason."""

    def test_bots(self):
        self.assertNotCounted("bot", agent="Googlebot/2.1")

    def test_headless_browsers(self):
        agent = BROWSER.replace("Firefox", "HeadlessChrome")
        self.assertNotCounted("automaton", agent=agent)

    def test_no_user_agent(self):
        self.assertNotCounted("automaton", agent="")

    def test_prefetched_pages(self):
        self.assertNotCounted("prefetch", Sec_Purpose="prefetch")

    def test_prerendered_pages(self):
        self.assertNotCounted("prefetch", Sec_Purpose="prefetch;prerender")

    def test_pages_that_old_browsers_prefetch(self):
        self.assertNotCounted("prefetch", X_Moz="prefetch")

    def test_head_requests(self):
        self.assertNotCounted("head", method="HEAD")

    def test_requests_not_to_be_tracked(self):
        self.assertNotCounted("disabled", X_Disable_Tracking="1")

    def test_the_hits_of_a_day_are_put_together_the_next_day(self):
        for _hit in range(3):
            self.hit(agent="")
        rows = self.Uncounted.sudo().search([])
        self.assertEqual(len(rows), 3)
        self.env.cr.execute(
            "UPDATE website_crm_uncounted_hit SET hit_date = hit_date - 1"
        )
        for _time in range(2):
            self.Uncounted._gc_hits()
            self.assertEqual(self.Uncounted.sudo().search([]).hit_count, 3)

    def test_the_share_is_that_of_all_visits_of_the_last_days(self):
        self.Track.search([]).unlink()
        self.assertEqual(self.Uncounted.get_share()["visits"], 0)
        for _hit in range(3):
            self.hit(agent="")
        # Own staff is recorded, too; a view of a product is beside that of its page.
        self.authenticate("admin", "admin")
        self.hit()
        visitor = self.Visitor.search([], limit=1)
        long_ago = fields.Datetime.now() - timedelta(days=40)
        self.Track.create(
            [
                {"visitor_id": visitor.id, "url": self.page.url},
                {"visitor_id": visitor.id, "url": False},
                {"visitor_id": visitor.id, "url": "/", "visit_datetime": long_ago},
            ]
        )
        self.assertEqual(
            self.Uncounted.get_share(), {"uncounted": 4, "visits": 5, "days": 30}
        )

    def test_counts_of_last_year_are_deleted(self):
        self.hit(agent="")
        self.env.cr.execute(
            "UPDATE website_crm_uncounted_hit SET hit_date = hit_date - 400"
        )
        self.Uncounted._gc_hits()
        self.assertFalse(self.Uncounted.sudo().search([]))


@tagged("post_install", "-at_install")
class TestReloads(TrackingCase):
    def setUp(self):
        super().setUp()
        self.params.set_param("website_crm_score.reload_seconds", "30")

    def test_a_page_reloaded_at_once_counts_once(self):
        self.hit()
        self.hit()
        self.assertEqual(len(self.hits()), 1)
        self.assertEqual(self.reasons(), {"reload": 1})

    def test_a_page_seen_again_later_counts_again(self):
        self.hit()
        self.hits().write({"visit_datetime": datetime.now() - timedelta(minutes=1)})
        self.env.flush_all()
        self.hit()
        self.assertEqual(len(self.hits()), 2)

    def test_what_follows_the_address_makes_no_other_page(self):
        self.hit("?a=1")
        self.hit("?a=2")
        self.hit()
        self.assertEqual(len(self.hits()), 1)
        self.assertEqual(self.reasons(), {"reload": 2})

    def test_another_page_counts(self):
        other = self._new_page("another-page")
        other.view_id.track = True
        self.hit()
        self.url_open(other.url, headers={"User-Agent": BROWSER})
        self.assertEqual(self.hits().page_id, self.page)
        self.assertEqual(len(self.Track.search([("page_id", "=", other.id)])), 1)
        self.assertFalse(self.reasons())

    def test_a_setting_that_is_no_number_counts_all(self):
        self.params.set_param("website_crm_score.reload_seconds", "soon")
        self.hit()
        self.hit()
        self.assertEqual(len(self.hits()), 2)


@tagged("post_install", "-at_install")
class TestFloods(TrackingCase):
    """No more hits of a visitor count within a minute than is set."""

    def setUp(self):
        super().setUp()
        self.set_limit("2")
        self.clock = self.startPatcher(patch(f"{HIT_RATE}.monotonic", return_value=0))

    def set_limit(self, limit):
        self.params.set_param("website_crm_score.hits_per_minute", limit)

    def save_settings(self, **values):
        self.env["res.config.settings"].create(values).execute()

    def test_hits_beyond_the_limit_do_not_count(self):
        statuses = [self.hit(f"?hit={number}").status_code for number in range(5)]
        self.assertEqual(statuses, [200] * 5)
        self.assertEqual(len(self.hits()), 2)
        self.assertEqual(self.reasons(), {"flood": 3})

    def test_hits_of_the_next_minute_count_again(self):
        for moment in (0, 59, 59.9, 60):
            self.clock.return_value = moment
            self.hit()
        self.assertEqual(len(self.hits()), 3)
        self.assertEqual(self.reasons(), {"flood": 1})

    def test_other_visitors_count(self):
        for agent in (BROWSER, f"{BROWSER} Other"):
            for _hit in range(2):
                self.hit(agent=agent)
        self.assertEqual(len(self.hits()), 4)
        self.assertFalse(self.reasons())

    def test_all_hits_count_without_a_limit(self):
        self.set_limit("0")
        for _hit in range(5):
            self.hit()
        self.assertEqual(len(self.hits()), 5)

    def test_visitors_beyond_what_a_process_counts_are_not_limited(self):
        rate = HitRate()
        with patch(f"{HIT_RATE}.MAX_VISITORS", 2):
            counts = [rate.count(visitor) for visitor in "abcabc"]
        self.assertEqual(counts, [1, 1, 0, 2, 2, 0])
        self.assertEqual(len(rate._counts), 2)

    def test_counting_takes_no_query(self):
        executed = []
        model = type(self.env["ir.http"])
        find_flood = model._find_flood

        def count():
            queries = request.env.cr.sql_log_count
            result = find_flood()
            executed.append(request.env.cr.sql_log_count - queries)
            return result

        with patch.object(model, "_find_flood", count):
            self.hit()
            self.hit()
        self.assertEqual(executed[1:], [0])

    def test_the_limit_is_120_unless_set(self):
        self.set_limit(False)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.website_crm_score_hits_per_minute, 120)

    def test_no_limit_stays_so_when_settings_are_saved_again(self):
        self.save_settings(website_crm_score_hits_per_minute=0)
        self.save_settings()
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.website_crm_score_hits_per_minute, 0)


@tagged("post_install", "-at_install")
class TestFailure(TrackingCase):
    """Whatever goes wrong with a hit, the page is served."""

    def break_tracking(self, error):
        model = type(self.Visitor)
        return patch.object(model, "_handle_webpage_dispatch", side_effect=error)

    def test_a_page_is_served_when_tracking_fails(self):
        with (
            self.break_tracking(ValueError("broken on purpose")),
            self.assertLogs(IR_HTTP) as logs,
        ):
            for _hit in range(2):
                self.assertEqual(self.hit().status_code, 200)
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(self.reasons(), {"error": 2})

    def test_a_refused_hit_of_an_unknown_visitor_is_told_once(self):
        """Odoo tells of each query that fails, unless asked not to."""
        self.env.cr.execute(REFUSE)
        with patch(f"{IR_HTTP}._told", set()), self.assertLogs("odoo", "ERROR") as logs:
            self.assertEqual(self.hit().status_code, 200)
        self.assertEqual([record.name for record in logs.records], [IR_HTTP])
        self.assertEqual(self.reasons(), {"error": 1})


@tagged("post_install", "-at_install")
class TestStaff(TrackingCase):
    """Visits of own staff are recorded as core does, and tell nothing of a lead."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.designer.login, self.designer.login)
        self.hit()
        self.lead = self.env["crm.lead"].create({"name": "Lead"})
        self.lead.visitor_ids = self.hits().visitor_id

    def derive(self):
        self.env["website.crm.pageview"].sudo()._sync(self.lead)
        return self.lead.score_pageview_ids

    def test_visits_of_staff_are_counted_as_such(self):
        self.assertEqual(len(self.hits()), 1)
        self.assertEqual(self.reasons(), {"staff": 1})

    def test_visits_of_staff_are_no_page_views(self):
        self.assertFalse(self.derive())
        self.assertFalse(self.lead.pageviews_count)

    def assertStillStaff(self):
        self.env.flush_all()
        self.assertFalse(self.derive())
        self.assertFalse(self.lead.pageviews_count)
        notes = self.lead.message_ids.mapped("body")
        self.assertNotIn(self.page.url, "".join(notes))

    def test_visits_of_a_colleague_who_left_stay_such(self):
        self.designer.action_archive()
        self.assertStillStaff()

    def test_visits_of_a_colleague_whose_user_is_deleted_stay_such(self):
        self.designer.unlink()
        self.assertStillStaff()

    def test_a_visit_in_the_second_in_which_a_colleague_leaves_stays_such(self):
        track, partner = self.hits(), self.designer.partner_id
        self.designer.unlink()
        track.visit_datetime = partner.staff_until + timedelta(milliseconds=500)
        self.assertStillStaff()

    def test_visits_of_a_colleague_who_becomes_a_customer_stay_such(self):
        portal = self.env.ref("base.group_portal")
        self.designer.group_ids = [(6, 0, portal.ids)]
        self.assertStillStaff()
        self.hit()
        later = self.hits()[-1:]
        later.visit_datetime = datetime.now() + timedelta(minutes=1)
        self.env.flush_all()
        self.assertEqual(self.derive().view_count, 1)

    def test_visits_of_a_colleague_stay_such_when_the_contact_is_merged(self):
        partner = self.designer.partner_id
        self.designer.unlink()
        same = self.env["res.partner"].create({"name": "Same"})
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((partner + same).ids, same)
        self.assertTrue(same.staff_until)
        self.assertStillStaff()

    def test_visits_of_staff_count_if_so_set(self):
        self.params.set_param("website_crm_score.count_staff", "True")
        self.hit()
        self.assertEqual(self.reasons(), {"staff": 1})
        self.assertEqual(self.derive().view_count, 2)
        self.assertEqual(self.lead.pageviews_count, 1)

    def test_visits_of_customers_who_have_a_login_count(self):
        self.authenticate(self.portal.login, self.portal.login)
        self.hit()
        self.lead.visitor_ids = self.hits().visitor_id
        self.assertEqual(self.derive().view_count, 1)


@tagged("post_install", "-at_install")
class TestConsent(TrackingCase):
    """A website that tracks only with consent to optional cookies."""

    def setUp(self):
        super().setUp()
        self.set_up(cookies_bar=True, track_with_consent=True)

    def set_up(self, **values):
        for website in self.env["website"].search([]):
            website.write(values)
        self.env.flush_all()

    def accept(self, optional):
        choice = {"required": True, "optional": optional}
        self.opener.cookies.set("website_cookies_bar", json.dumps(choice))

    def make_lead(self):
        lead = self.env["crm.lead"].create({"name": "Lead"})
        lead.visitor_ids = self.hits().visitor_id
        return lead

    def test_nothing_is_recorded_before_consent(self):
        visitors = self.Visitor.search_count([])
        self.assertNotCounted("consent")
        self.assertEqual(self.Visitor.search_count([]), visitors)

    def test_nothing_is_recorded_without_consent(self):
        self.accept(False)
        self.assertNotCounted("consent")

    def test_visits_are_recorded_with_consent(self):
        self.accept(True)
        self.hit()
        self.assertEqual(len(self.hits()), 1)

    def test_nothing_is_recorded_where_nobody_is_asked(self):
        self.set_up(cookies_bar=False)
        self.assertNotCounted("consent")

    def test_other_websites_record_as_ever(self):
        self.set_up(track_with_consent=False)
        self.hit()
        self.assertEqual(len(self.hits()), 1)

    def test_nothing_counts_when_consent_is_withdrawn(self):
        self.accept(True)
        self.hit()
        lead = self.make_lead()
        self.accept(False)
        self.hit()
        self.assertTrue(lead.visitor_ids.consent_withdrawn)
        self.env["website.crm.pageview"].sudo()._sync(lead)
        self.assertFalse(lead.score_pageview_ids)
        self.assertFalse(lead.pageviews_count)

    def test_visits_count_again_when_consent_is_given_again(self):
        self.accept(True)
        self.hit()
        lead = self.make_lead()
        self.accept(False)
        self.hit()
        self.accept(True)
        self.hit()
        self.assertFalse(lead.visitor_ids.consent_withdrawn)
        self.assertEqual(lead.pageviews_count, 1)
