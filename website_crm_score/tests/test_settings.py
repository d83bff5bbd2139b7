from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestSettings(ScoringCase):
    """Numbers out of range are refused where they are entered, and break no job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Settings = cls.env["res.config.settings"]
        cls.parameters = cls.env["ir.config_parameter"]

    def test_numbers_out_of_range_are_refused(self):
        for name, number in (
            ("website_crm_score_keep_months", 9_999_999),
            ("website_crm_score_keep_months", -1),
            ("website_crm_score_reload_seconds", 2_000_000_000),
            ("website_crm_score_hits_per_minute", -5),
        ):
            with (
                self.subTest(name=name, number=number),
                self.assertRaisesRegex(ValidationError, "must be a number from 0 to"),
            ):
                self.Settings.create({name: number})

    def test_suggestions_begin_with_what_is_set(self):
        suggestions = self.env["website.crm.score.suggestion"]
        default = suggestions.create({})
        self.assertEqual((default.years, default.max_rules), (2, 12))
        self.Settings.create(
            {
                "website_crm_score_suggest_years": 5,
                "website_crm_score_suggest_rules": 7,
            }
        ).execute()
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        chosen = suggestions.with_user(manager).create({})
        self.assertEqual((chosen.years, chosen.max_rules), (5, 7))
        self.parameters.set_param("website_crm_score.suggest_years", "0")
        self.assertEqual(suggestions.create({}).years, 1)

    def test_suggestions_of_nothing_are_refused(self):
        for name, number in (
            ("website_crm_score_suggest_years", 0),
            ("website_crm_score_suggest_years", 21),
            ("website_crm_score_suggest_rules", 0),
            ("website_crm_score_suggest_rules", 51),
        ):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.Settings.create({name: number})

    def test_numbers_in_range_are_kept(self):
        for number in (0, 1, 60):
            values = {
                "website_crm_score_keep_months": number,
                "website_crm_score_reload_seconds": number,
                "website_crm_score_hits_per_minute": number,
            }
            self.Settings.create(values).execute()
            settings = self.Settings.create({})
            self.assertEqual({name: settings[name] for name in values}, values)

    def test_a_parameter_that_is_no_number_is_as_if_it_were_not_set(self):
        for name, default in (("hits_per_minute", 120), ("keep_months", 0)):
            for text in ("abc", "", "1e400", "12.5", "9" * 5000):
                self.parameters.set_param(f"website_crm_score.{name}", text)
                with self.subTest(name=name, text=text[:9]):
                    self.assertEqual(self.Settings._get_scoring_number(name), default)

    def test_the_job_that_removes_visits_runs_whatever_is_set(self):
        lead = self.make_lead()
        self.make_tracks(self.make_visitor(lead), "/seen", date=fields.Datetime.now())
        for months in ("9999999", "-3", "abc"):
            self.parameters.set_param("website_crm_score.keep_months", months)
            with self.subTest(months=months):
                self.env["website.track"]._cron_remove_old_tracks()
                self.assertEqual(len(lead.visitor_ids.website_track_ids), 1)
