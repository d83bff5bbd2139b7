from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score.models import ir_http
from odoo.addons.website_crm_score.scoring import preview
from odoo.addons.website_crm_score.wizards.website_crm_score_preview import (
    LONG_PATIENCE,
    PATIENCE,
)

from .common import ScoringCase
from .track_common import TrackPageCase


@tagged("post_install", "-at_install")
class TestScoringTours(ScoringCase, TrackPageCase):
    """What users do with lead scoring, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env.ref("website.default_website")
        cls.website.domain = False
        cls.salesman = cls._new_seller("salesman", "Sam")
        cls.manager = cls._new_seller("manager", "Mia")
        team = cls.env["crm.team"].create({"name": "Tours", "use_leads": True})
        cls.website.crm_default_team_id = team
        cls.website.crm_default_user_id = cls.salesman

    @classmethod
    def _new_seller(cls, group, name):
        groups = f"sales_team.group_sale_{group},crm.group_use_lead"
        return new_test_user(cls.env, f"score_{group}", groups, name=name)

    @classmethod
    def _new_page(cls, name, **values):
        arch = f'<t t-name="{name}"><t t-call="website.layout">{name}</t></t>'
        return super()._new_page(name, **{"arch": arch, **values})

    def start(self, tour, user=None, url="/odoo", **kwargs):
        self.start_tour(
            url, f"website_crm_score.{tour}", login=user and user.login, **kwargs
        )
        self.env.invalidate_all()

    def run_cron(self, name="ir_cron_assign_scores"):
        # HttpCase is in the registry's test mode already.
        self.env.flush_all()
        self.env.ref(f"website_crm_score.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_from_a_ticked_page_to_the_score_of_a_lead(self):
        self.set_registry_readonly_mode(False)  # there is but one connection to track
        # The browser of this test has no user.
        self.patch(ir_http, "AUTOMATA", ())
        self._new_page("track-too", track=True)
        self._new_page("track-again", track=True)
        self._new_page("not-tracked")
        seen = "[('score_pageview_ids.url', 'ilike', '/%s')]"
        self.make_rule(seen % "track-me", 20, name="Saw the first page")
        self.make_rule(
            "[('email_from', 'ilike', '@visitor.example')]", -2, name="Writes from afar"
        )
        again = self.make_rule(
            seen % "track-again", 7.5, name="Came back", event_based=True
        )
        editor = self.env["website"].get_client_action_url("/contactus", True)
        self.start_tour(editor, "website_crm_pre_tour", login="admin")
        page = self.env["website"].get_client_action_url("/track-me")
        self.start("track_new_page", self.designer, page)

        # The contact page is tracked from the start, as core ships it.
        # The visitor is known by the session: a browser that comes back has the same.
        visitor = {"session_id": self.authenticate(None, None).sid}
        before = self.Lead.search([])
        self.start(
            "visitor_sends_form", url="/track-me?utm_whatever=1", cookies=visitor
        )
        lead = self.Lead.search([]) - before
        self.assertEqual(lead.mapped("contact_name"), ["Vera Visitor"])
        self.assertEqual(lead.type, "lead")
        self.assertScores(lead, [0])
        self.run_cron()
        self.assertScores(lead, [18])
        self.start("salesperson_reads_lead", self.salesman)

        self.start("visitor_comes_back", url="/track-again", cookies=visitor)
        self.run_cron()
        self.assertScores(lead, [25.5])
        self.assertIn(again, lead.score_ids)
        self.start("salesperson_sees_return", self.salesman)

    def test_a_manager_sees_which_visits_were_not_counted(self):
        uncounted = self.env["website.crm.uncounted.hit"].sudo()
        uncounted.search([]).unlink()
        uncounted.create({"hit_date": "2026-01-05", "reason": "bot", "hit_count": 3})
        self.start("manager_sees_visits_not_counted", self.manager)

    def test_a_manager_sees_when_the_rules_run_next(self):
        values = {"looks_at": "usual", "apply_to": "partner"}
        now = fields.Datetime.now()
        self.env["website.crm.score.run"].create({**values, "start_date": now})
        crons = self.env["ir.cron"]._find_rule_crons()
        crons.nextcall = now + timedelta(hours=1)
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "in", crons.ids)]).unlink()
        url = "/odoo/scoring-runs"
        self.start("manager_sees_next_run", self.manager, url)

    def test_a_manager_erases_what_a_lead_saw(self):
        lead = self.make_lead("Ann")
        visitor = self.make_visitor(lead)
        self.make_tracks(visitor, "/a")
        self.run_rules()
        self.start("manager_erases_browsing_history", self.manager)
        self.assertFalse(lead.score_pageview_ids)
        self.assertFalse(visitor.exists())

    def test_a_manager_makes_a_rule_applies_it_and_archives_it(self):
        belgium = self.env.ref("base.be")
        lead = self.make_lead("From Belgium", country_id=belgium.id)
        other = self.make_lead("From France", country_id=self.env.ref("base.fr").id)
        lost = self.make_lead("Lost in Belgium", country_id=belgium.id, active=False)
        nobody = self.make_lead("From nowhere")
        self.Rule.search([]).unlink()
        self.start("manager_makes_rule", self.manager)
        rule = self.Rule.search([])
        self.assertEqual((rule.name, rule.value), ("Lives in Belgium", 12.5))
        self.assertScores(lead + other + lost + nobody, [12.5, 0, 0, 0])
        domain = rule.domain
        with mute_logger("odoo.http"):  # the refusal
            self.start("manager_makes_bad_rule", self.manager, "/odoo?debug=1")
        self.assertEqual(rule.domain, domain)
        self.start("manager_archives_rule", self.manager)
        self.assertFalse(rule.active)
        self.assertScores(lead, [0])

    def test_a_manager_looks_what_a_rule_would_do_before_saving_it(self):
        belgium = self.env.ref("base.be")
        lead = self.make_lead("From Belgium", country_id=belgium.id)
        self.make_lead("From nowhere")
        domain = [("country_id", "=", belgium.id)]
        rule = self.make_rule(domain, 12.5, name="Lives in Belgium")
        rule.action_apply()
        self.start("manager_previews_rule", self.manager)
        self.assertEqual(rule.value, 12.5)
        self.assertScores(lead, [12.5])

    def test_a_preview_that_counts_is_closed_and_opened_again(self):
        belgium = self.env.ref("base.be")
        lead = self.make_lead("From Belgium", country_id=belgium.id)
        domain = [("country_id", "=", belgium.id)]
        rule = self.make_rule(domain, 12.5, name="Lives in Belgium")
        rule.action_apply()
        self.have_previews_take_long()
        self.start("manager_closes_preview_that_counts", self.manager)
        self.assertEqual(rule.value, 12.5)
        self.assertScores(lead, [12.5])

    def have_previews_take_long(self):
        """Return the seconds that each of the counts to come may take."""
        fetch, seconds = preview.Preview.fetch, []

        def fetch_slowly(self, limit=None):
            seconds.append(limit)
            if limit == PATIENCE:
                raise preview.TooSlowError
            self.rules.env.cr.execute("SELECT pg_sleep(1.5)")
            return fetch(self, limit)

        self.patch(preview.Preview, "fetch", fetch_slowly)
        return seconds

    def switch_template_on(self, tour):
        lead = self.make_lead("Free lead", email_from="ann@gmail.com")
        other = self.make_lead("Other lead", email_from="ann@company.example")
        self.Rule.with_context(active_test=False).search([]).unlink()
        self.start(tour, self.manager)
        self.assertScores(lead + other, [-5, 0])
        self.assertFalse(self.Rule.search([("is_draft", "=", True)]))

    def test_a_manager_switches_a_template_on_after_a_look_at_what_it_would_do(self):
        self.switch_template_on("manager_switches_template_on")

    def test_drafts_are_switched_on_when_it_is_counted_what_they_would_do(self):
        seconds = self.have_previews_take_long()
        self.switch_template_on("manager_switches_on_what_takes_long_to_count")
        # Nobody waits for another count when they are switched on.
        self.assertEqual(seconds, [PATIENCE, LONG_PATIENCE])

    def test_a_manager_reads_who_loses_points_before_a_rule_is_archived(self):
        lead = self.make_lead("From Belgium")
        rule = self.make_rule(name="Lives in Belgium")
        rule.action_apply()
        self.start("manager_archives_rule_by_its_form", self.manager)
        self.assertFalse(rule.active)
        self.assertScores(lead, [0])

    def test_rules_are_tested_on_a_lead(self):
        belgium = self.env.ref("base.be")
        self.make_lead("From Belgium", country_id=belgium.id, user_id=self.salesman.id)
        self.make_lead("From nowhere")
        domain = [("country_id", "=", belgium.id)]
        self.make_rule(domain, 12.5, name="Lives in Belgium").action_apply()
        self.make_rule(
            rule_type="event",
            event_type="page_visit",
            page_url="/pricing",
            name="Saw the prices",
        )
        self.start("manager_tests_rule_on_lead", self.manager)
        self.start("salesperson_tests_rules", self.salesman)

    def test_a_manager_makes_a_rule_on_what_happens(self):
        self.Rule.search([]).unlink()
        lead = self.make_lead("Vera")
        self.make_tracks(self.make_visitor(lead), "/prices", "/prices", "/prices")
        self.make_lead("Nobody")
        with mute_logger("odoo.http"):  # the refusal
            self.start("manager_makes_event_rule", self.manager)
        self.assertScores(lead, [10])

    def test_a_manager_begins_with_a_template_for_contacts(self):
        self.Rule.with_context(active_test=False).search([]).unlink()
        partners = self.env["res.partner"]
        partners.with_context(active_test=False).search([]).phone = False
        ann = partners.create({"name": "Ann with a phone", "phone": "+32 2 123 45 67"})
        self.start("manager_uses_template", self.manager)
        self.assertEqual(ann.score, 5)

    def test_a_salesperson_reads_scores_and_rules_and_changes_neither(self):
        belgium = self.env.ref("base.be")
        lead = self.make_lead("From Belgium", country_id=belgium.id)
        self.make_rule([("country_id", "=", "Belgium")], 12.5, name="Lives in Belgium")
        self.run_rules()
        self.assertScores(lead, [12.5])
        self.start("salesperson_only_reads", self.salesman)


@tagged("post_install", "-at_install")
class TestScoringPhoneTour(ScoringCase, HttpCase):
    """Templates, preview and test of rules on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_manager_begins_with_a_template_on_a_phone(self):
        self.make_lead("Free lead", email_from="ann@gmail.com")
        manager = self.make_user("score_phone", "sales_team.group_sale_manager")
        self.start_tour(
            "/odoo/scoring-rules",
            "website_crm_score.manager_on_the_phone",
            login=manager.login,
        )
