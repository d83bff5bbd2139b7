from odoo.tests import TransactionCase, tagged

from .action_common import ActionPathTests

OFFERS = ["searchable", "sortable", "groupable", "exportable", "aggregator"]
TECHNICAL = {
    "crm.lead": ["score_stale", "pageviews_stale", "last_company_id"],
    "res.partner": ["score_stale"],
    "res.users": ["score_stale"],
    "website.crm.pageview": ["url_id"],
    "website.crm.score": [
        *("lang", "tz", "page_key", "model_name", "shows_apply_to"),
        *("event_filters", "event_warning", "unknown_names"),
    ],
    "website.crm.score.line": ["units"],
    "website.crm.score.suggestion.line": ["rule_values", "lift_low", "lift_high"],
    "website.crm.score.run": ["cron_id", "backend", "part_count"],
}


@tagged("post_install", "-at_install")
class TestOfferedFields(ActionPathTests, TransactionCase):
    """Users are offered what they have a use for, by names that they can read."""

    def test_nobody_is_offered_what_is_for_jobs_alone(self):
        for name, technical in TECHNICAL.items():
            described = self.env[name].fields_get(technical, OFFERS)
            for field, offers in described.items():
                self.assertFalse(any(offers.values()), f"{name}.{field}: {offers}")

    def test_what_is_for_users_is_offered(self):
        offers = self.env["crm.lead"].fields_get(["score"], OFFERS)["score"]
        self.assertEqual(offers, {**dict.fromkeys(OFFERS, True), "aggregator": "avg"})

    def test_code_still_searches_and_groups_by_what_is_not_offered(self):
        leads = self.env["crm.lead"]
        lead = leads.create({"name": "New"})
        self.assertIn(lead, leads.search([("score_stale", "=", True)]))
        views = self.env["website.crm.pageview"]
        views._read_group([("url", "ilike", "/")], ["url_id"], ["__count"])
