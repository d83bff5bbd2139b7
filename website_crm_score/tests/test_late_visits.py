from unittest.mock import patch

from odoo.tests import tagged

from ..models import crm_lead
from .common import ScoringCase

HOURLY, OFTEN = "ir_cron_assign_scores", "ir_cron_score_new_leads"


@tagged("post_install", "-at_install")
class TestLateVisits(ScoringCase):
    """A visit that is committed when page views are derived and rules have not run yet
    counts in neither, lest rules on page views and on events disagree."""

    def setUp(self):
        super().setUp()
        self.lead, self.other = self.make_leads(2)
        self.visitor = self.make_visitor(self.lead)
        self.make_rule(
            [("score_pageview_ids.url", "ilike", "/late")], 10, event_based=True
        )
        self.make_rule(
            value=20, rule_type="event", event_type="page_visit", page_url="/late"
        )
        self.make_rule([("name", "=", "Renamed")], 5, event_based=True)
        for name in (HOURLY, OFTEN):
            self.run_cron(name)

    def run_late(self, job, *paths):
        """Run a scheduled action; pages are seen when it has derived page views."""
        sync = type(self.Pageview)._sync_recent

        def sync_before_visits(pageviews):
            result = sync(pageviews)
            self.make_tracks(self.visitor, *paths)
            return result

        with patch.object(type(self.Pageview), "_sync_recent", sync_before_visits):
            self.run_cron(job)

    def assertLate(self, job, *paths, points=30, **values):
        self.lead.write(values)
        self.lead._mark_stale()
        before = self.lead.score
        self.run_late(job, *paths)
        self.assertScores(self.lead, [before])
        self.run_cron(job)
        self.assertScores(self.lead, [before + points])

    def test_it_counts_in_the_next_run_for_all_rules(self):
        for job in (OFTEN, HOURLY):
            with self.subTest(job):
                self.lead.visitor_ids.website_track_ids.unlink()
                self.lead.score_pageview_ids.unlink()
                self.Line.search([("lead_id", "=", self.lead.id)]).unlink()
                self.lead._resum_scores()
                self.assertLate(job, "/late")

    def test_what_else_happened_to_the_lead_waits_for_it(self):
        self.assertLate(HOURLY, "/late", points=35, name="Renamed")

    def test_a_page_that_is_seen_again_counts_in_the_next_run(self):
        self.make_tracks(self.visitor, "/late")
        self.run_cron(OFTEN)
        self.assertLate(OFTEN, "/late", points=20)

    def test_others_are_scored_meanwhile(self):
        self.other.name = "Renamed"
        self.run_late(HOURLY, "/late")
        self.assertScores(self.other, [5])

    def test_nothing_is_late_of_what_was_derived(self):
        self.make_tracks(self.visitor, "/late", "/a?b", "/a#c", "/late")
        self.run_cron(OFTEN)
        self.assertScores(self.lead, [10 + 2 * 20])
        late = []
        find = type(self.Pageview)._find_late_lead_ids

        def find_late(pageviews):
            late.append(find(pageviews))
            return late[-1]

        with patch.object(type(self.Pageview), "_find_late_lead_ids", find_late):
            self.lead._mark_stale()
            self.run_cron(OFTEN)
        self.assertTrue(late)
        self.assertFalse(any(late))

    def test_leads_whose_page_views_are_stale_wait_however_many_there_are(self):
        for few in (100, 0):
            with self.subTest(few), patch.object(crm_lead, "FEW_LEADS", few):
                stale, ready = leads = self.make_leads(2, name="Renamed")
                stale.sudo()._mark_pageviews_stale()
                runs = self.env["website.crm.score.run"]
                runs._score(self.Rule._find_active("lead"), "stale")
                self.assertScores(leads, [0, 5])

    def test_only_tracks_that_derivation_did_not_see_are_looked_at(self):
        self.make_tracks(self.visitor, "/late")
        progress = self.progress
        with patch.object(type(self.env["ir.cron"]), "_is_job", lambda _jobs: True):
            late = self.Pageview._find_late_lead_ids()
            self.assertEqual(late, self.lead.ids)
            progress.pass_xid = False  # of a database that was upgraded
            self.assertEqual(self.Pageview._find_late_lead_ids(), late)
            oldest = int(progress._find_oldest_xid())
            progress.pass_xid = str(oldest + 1_000_000)  # all are older
            with self.assertQueryCount(1):
                self.assertFalse(self.Pageview._find_late_lead_ids())
