from odoo.tests import HttpCase, new_test_user, tagged

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestScoreReportTours(ScoringCase, HttpCase):
    """What managers find among the reports."""

    def test_scores_and_rules(self):
        groups = "sales_team.group_sale_manager,crm.group_use_lead"
        new_test_user(self.env, "score_reporter", groups)
        self.make_rule([("name", "=", "Tour's lead")], 25, name="Tour's rule")
        leads = self.make_leads(2, name="Tour's lead")
        self.run_rules()
        leads[0].action_set_won()
        leads[1].action_set_lost()
        self.env.flush_all()
        self.start_tour(
            "/odoo", "website_crm_score.score_report", login="score_reporter"
        )
