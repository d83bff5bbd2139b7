from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.link_tracker.tests.common import MockLinkTracker
from odoo.addons.website_crm_score.tests.common import ScoringCase


@tagged("post_install", "-at_install")
class TestNewsletterTour(ScoringCase, MockLinkTracker, HttpCase):
    """What marketers do with rules on newsletters, in a browser."""

    def test_a_marketer_gives_points_for_a_link(self):
        new_test_user(
            self.env,
            "ws_marketer",
            "sales_team.group_sale_manager,crm.group_use_lead,"
            "mass_mailing.group_mass_mailing_user",
        )
        team = self.env["crm.team"].create({"name": "Tours", "use_leads": True})
        for name in ("Ann", "Bob"):
            self.make_lead(
                name=name, email_from=f"{name}@company.example", team_id=team.id
            )
        mailing = self.env["mailing.mailing"].create(
            {
                "subject": "Spring news",
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
            }
        )
        trace = self.env["mailing.trace"].create(
            {
                "mass_mailing_id": mailing.id,
                "email": "ann@company.example",
                "model": "mailing.contact",
                "res_id": 1,
                "sent_datetime": fields.Datetime.now() - timedelta(days=1),
                "trace_status": "sent",
            }
        )
        link = self.env["link.tracker"].create(
            {"url": "https://company.example/prices"}
        )
        self.env["link.tracker.click"].add_click(link.code, mailing_trace_id=trace.id)
        self.start_tour(
            "/odoo",
            "website_crm_score_mass_mailing.marketer_scores_clicks",
            login="ws_marketer",
        )
