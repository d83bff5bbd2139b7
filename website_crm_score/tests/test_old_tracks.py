from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .common import ScoringCase

CRON = "ir_cron_remove_old_tracks"


@tagged("post_install", "-at_install")
class TestOldTracks(ScoringCase):
    """Single visits are removed some day; what they told of a lead stays."""

    def setUp(self):
        super().setUp()
        self.now = datetime.now().replace(microsecond=0)
        self.old = self.now - relativedelta(months=13)
        self.lead = self.make_lead()
        self.visitor = self.make_visitor(self.lead)
        self.keep("12")

    def keep(self, months):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("website_crm_score.keep_months", months)

    def remove(self):
        with self.enter_registry_test_mode():
            self.env.ref(f"website_crm_score.{CRON}").method_direct_trigger()

    def test_old_visits_of_leads_are_removed(self):
        self.make_tracks(self.visitor, "/a", "/a", date=self.old)
        recent = self.make_tracks(self.visitor, "/a", date=self.now)
        self.remove()
        self.assertEqual(self.visitor.website_track_ids, recent)

    def test_page_views_survive_with_their_number_and_dates(self):
        self.make_tracks(self.visitor, "/a", "/a", date=self.old)
        self.remove()
        pageview = self.lead.score_pageview_ids
        self.assertEqual(pageview.view_count, 2)
        self.assertEqual(pageview.first_view_date, self.old)
        self.assertEqual(pageview.view_date, self.old + timedelta(seconds=1))

    def test_later_visits_are_added_to_those_removed(self):
        self.make_tracks(self.visitor, "/a", "/a", date=self.old)
        self.remove()
        self.make_tracks(self.visitor, "/a", date=self.now)
        self.run_rules()
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 3)

    def test_visits_removed_in_several_batches_are_all_remembered(self):
        for _time in range(2):
            self.make_tracks(self.visitor, "/a", "/a", date=self.old)
            self.remove()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 4)

    def test_scores_and_reasons_survive(self):
        self.make_rule([("score_pageview_ids.url", "ilike", "/a")], event_based=True)
        self.make_tracks(self.visitor, "/a", date=self.old)
        self.run_rules()
        self.remove()
        self.run_rules()
        self.assertEqual(self.lead.score, 10)
        self.assertTrue(self.lead.score_line_ids)

    def test_a_visit_of_two_leads_is_remembered_by_both(self):
        other = self.make_lead()
        self.visitor.lead_ids += other
        self.make_tracks(self.visitor, "/a", date=self.old)
        self.remove()
        for lead in self.lead + other:
            self.assertEqual(lead.score_pageview_ids.view_count, 1)

    def test_visits_of_visitors_who_are_no_leads_stay(self):
        visitor = self.make_visitor()
        tracks = self.make_tracks(visitor, "/a", date=self.old)
        self.remove()
        self.assertEqual(visitor.website_track_ids, tracks)

    def test_the_number_of_months_is_a_setting(self):
        self.keep("24")
        tracks = self.make_tracks(self.visitor, "/a", date=self.old)
        self.remove()
        self.assertEqual(self.visitor.website_track_ids, tracks)

    def test_zero_months_keep_all(self):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_keep_months": 0}).execute()
        tracks = self.make_tracks(self.visitor, "/a", date=self.old)
        self.remove()
        self.assertEqual(self.visitor.website_track_ids, tracks)

    def test_removing_twice_changes_nothing(self):
        self.make_tracks(self.visitor, "/a", date=self.old)
        self.remove()
        self.remove()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 1)
