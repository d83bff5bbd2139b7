from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestScoreReportTours(ScoringCase, HttpCase):
    """What managers find among the reports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "sales_team.group_sale_manager,crm.group_use_lead"
        new_test_user(cls.env, "score_reporter", groups)

    def start(self, name, url="/odoo"):
        self.env.flush_all()
        self.start_tour(url, f"website_crm_score.{name}", login="score_reporter")

    def close_many(self):
        """Have enough leads be won and lost to tell something: those of a rule won."""
        # Those of the database were closed before all time.
        self.env.cr.execute("UPDATE crm_lead SET won_status = 'pending'")
        self.env.invalidate_all()
        rule = self.make_rule([("name", "=", "Tour's lead")], 25, name="Tour's rule")
        won = self.make_leads(50, name="Tour's lead")
        lost = self.make_leads(50, name="Another lead")
        self.run_rules()
        won.action_set_won()
        lost.action_set_lost()
        return rule

    def test_scores_and_rules(self):
        self.make_rule([("name", "=", "Tour's lead")], 25, name="Tour's rule")
        leads = self.make_leads(2, name="Tour's lead")
        self.run_rules()
        leads[0].action_set_won()
        leads[1].action_set_lost()
        self.start("score_report")

    def test_rows_open_what_they_are_of(self):
        rule = self.close_many()
        leads = rule._get_owners("lead").with_context(active_test=False)
        leads = leads.search([("score_ids", "in", rule.ids)])
        self.make_tracks(self.make_visitor(leads), "/tour-page")
        self.Pageview._sync(leads)
        self.start("rows_of_reports")

    def test_the_ranking_of_each_month(self):
        rule = self.make_rule(name="Tour's rule")
        rankings = self.env["website.crm.score.ranking"]
        for months, auc in ((2, 0.81), (1, 0.62)):
            end = fields.Datetime.now() - relativedelta(months=months)
            rankings.create(
                {
                    "start_date": end - relativedelta(months=1),
                    "end_date": end,
                    "won_count": 400,
                    "lost_count": 400,
                    "auc": auc,
                    "is_worse": months == 1,
                    "rule_ids": [(6, 0, rule.ids if months == 1 else [])],
                }
            )
        self.start("ranking_by_month")

    def test_how_good_the_rules_are(self):
        self.close_many()
        self.start("rule_quality")

    def test_how_good_the_rules_are_on_a_phone(self):
        self.browser_size, self.touch_enabled = "390x844", True
        self.close_many()
        self.start("rule_quality_on_phone", "/odoo/rule-quality")
