from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.website_crm_score.scoring.card import get_next_grades
from odoo.addons.website_crm_score.scoring.grading import Grading

from .event_common import EventCase

NO_LIMITS = Grading(0, 0, grade_a=50, grade_b=20, grade_1=50, grade_2=20)


@tagged("post_install", "-at_install")
class TestScoreCard(EventCase):
    """What a user sees of a score: how good it is, why, and what it rests on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman_all_leads")
        cls.lead = cls.make_lead("Ann")
        visitor = cls.make_visitor(cls.lead)
        today = fields.Datetime.now()
        cls.make_tracks(visitor, "/prices", date=today - timedelta(days=4))
        cls.make_tracks(visitor, "/prices/list", "/other", date=today)
        cls.visits = cls.make_visit_rule("/prices", value=20, valid_days=10)
        cls.good = cls.make_rule(value=12.5, name="Has a name")
        cls.bad = cls.make_rule(value=-5, name="Comes from afar")
        cls.Rule.assign_scores_to_leads()

    @classmethod
    def make_visit_rule(cls, url, **values):
        return cls.make_rule(
            name="Saw prices",
            rule_type="event",
            event_type="page_visit",
            page_match="contains",
            page_url=url,
            **values,
        )

    def get_card(self, lead=None, limit=None):
        lead = (lead or self.lead).with_user(self.seller)
        return lead.get_score_card(limit=limit)

    def test_the_card_says_what_the_score_is_made_of(self):
        card = self.get_card()
        names = ["score", "grade", "fit", "engagement", "fit_max", "engagement_max"]
        numbers = [card[name] for name in names]
        self.assertEqual(numbers, [47.5, "C2", 7.5, 40, 0, 0])
        self.assertFalse(card["minimum"])
        reasons = [
            (reason["name"], reason["category"], reason["points"], reason["times"])
            for reason in card["reasons"]
        ]
        self.assertEqual(
            reasons,
            [
                ("Saw prices", "engagement", 40, 2),
                ("Has a name", "fit", 12.5, 1),
                ("Comes from afar", "fit", -5, 1),
            ],
        )

    def test_the_sum_of_the_reasons_is_the_score(self):
        card = self.get_card()
        total = sum(reason["points"] for reason in card["reasons"])
        self.assertEqual(total, card["score"])
        self.assertEqual(card["fit"] + card["engagement"], card["score"])

    def test_with_a_largest_value_the_card_says_what_the_reasons_add_up_to(self):
        settings = self.env["res.config.settings"]
        settings.create({"website_crm_score_engagement_max": 25}).execute()
        self.run_rules()
        card = self.get_card(limit=1)
        self.assertEqual((card["engagement"], card["fit"]), (25, 7.5))
        self.assertEqual((card["engagement_points"], card["fit_points"]), (40, 7.5))

    def test_a_limit_leaves_the_strongest_reasons_and_says_how_many_there_are(self):
        card = self.get_card(limit=2)
        names = [reason["name"] for reason in card["reasons"]]
        self.assertEqual(names, ["Saw prices", "Has a name"])
        self.assertEqual(card["reason_count"], 3)

    def test_a_reason_says_until_when_it_counts(self):
        visits, good, _bad = self.get_card()["reasons"]
        self.assertEqual(visits["until"], visits["last"] + timedelta(days=10))
        self.assertFalse(visits["is_fading"])
        self.assertFalse(good["until"])
        self.visits.is_fading = True
        self.assertTrue(self.get_card()["reasons"][0]["is_fading"])

    def test_what_is_next_are_the_better_grades(self):
        self.assertEqual(
            get_next_grades(NO_LIMITS, "B2", 42, 49.5),
            [
                {"category": "fit", "grade": "A2", "points": 8},
                {"category": "engagement", "grade": "B1", "points": 0.5},
            ],
        )
        self.assertEqual(get_next_grades(NO_LIMITS, "A1", 90, 90), [])
        self.assertEqual(get_next_grades(NO_LIMITS, False, 0, 0), [])

    def test_a_grade_that_cannot_be_reached_is_no_goal(self):
        limited = NO_LIMITS._replace(fit_max=40)
        goals = get_next_grades(limited, "B2", 40, 30)
        self.assertEqual([goal["grade"] for goal in goals], ["B1"])

    def test_the_history_ends_with_the_score_of_today(self):
        history = self.env["website.crm.score.history"]
        today = fields.Date.today()
        before = today - timedelta(days=12)
        history.create(
            {
                "lead_id": self.lead.id,
                "date": before,
                "score_before": 10,
                "score": 30,
            }
        )
        self.assertEqual(
            self.get_card()["history"],
            [(before - timedelta(days=1), 10), (before, 30), (today, 47.5)],
        )

    def test_a_lead_that_was_not_scored_has_a_card_without_reasons(self):
        card = self.get_card(self.make_lead("New"))
        names = ["score", "grade", "reasons", "history", "next_grades"]
        self.assertEqual([card[name] for name in names], [0, False, [], [], []])

    def test_contacts_have_a_card(self):
        contact = self.env["res.partner"].create({"name": "Ann"})
        self.make_rule("[('name', '=', 'Ann')]", 5, apply_to="partner", name="Is Ann")
        self.run_rules()
        card = self.get_card(contact)
        self.assertEqual(card["score"], 5)
        self.assertEqual([reason["name"] for reason in card["reasons"]], ["Is Ann"])

    # RIGHTS

    def test_only_who_may_read_the_lead_has_its_card_and_opens_its_reasons(self):
        own = self.make_user("own", "sales_team.group_sale_salesman")
        self.lead.user_id = self.seller
        lead = self.lead.with_user(own)
        with self.assertRaises(AccessError):
            lead.get_score_card()
        with self.assertRaises(AccessError):
            lead.action_open_score_reason(self.good.id)
        clerk = self.make_user("clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(clerk).browse(1).get_score_card()

    # EVIDENCE

    def open(self, rule, owner=None):
        owner = (owner or self.lead).with_user(self.seller)
        return owner.action_open_score_reason(rule.id)

    def test_a_reason_for_visits_opens_the_pages_that_were_seen(self):
        action = self.open(self.visits)
        self.assertEqual(action["res_model"], "website.crm.pageview")
        views = self.Pageview.search(action["domain"])
        self.assertEqual(views.lead_id, self.lead)
        self.assertEqual(
            sorted(views.mapped("url")),
            [f"{self.host}/prices", f"{self.host}/prices/list"],
        )

    def test_a_reason_without_evidence_opens_its_rule(self):
        action = self.open(self.good)
        self.assertEqual(action["res_model"], "website.crm.score")
        self.assertEqual(action["res_id"], self.good.id)
        self.lead.score_pageview_ids.unlink()
        self.assertEqual(self.open(self.visits)["res_id"], self.visits.id)

    def test_a_rule_that_one_may_not_read_is_told_and_not_opened(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.cr.execute(
            "UPDATE website_crm_score SET company_id = %s WHERE id = %s",
            [company.id, self.good.id],
        )
        self.env.invalidate_all()
        self.env["ir.rule"].search(
            [("model_id.model", "=", "website.crm.score.line")]
        ).active = False
        reasons = {one["name"]: one["opens"] for one in self.get_card()["reasons"]}
        self.assertEqual(reasons["Has a name"], False)
        self.assertFalse(self.open(self.good))

    def test_what_gave_no_points_opens_nothing(self):
        other = self.make_rule("[('name', '=', 'Nobody')]", 5)
        self.assertFalse(self.open(other))

    def test_what_a_contact_saw_and_sent_is_that_of_its_leads(self):
        contact = self.env["res.partner"].create({"name": "Ann"})
        self.lead.partner_id = contact
        self.env["website.crm.form"].create({"lead_id": self.lead.id})
        sent = self.make_rule(
            value=3, apply_to="partner", rule_type="event", event_type="contact_form"
        )
        self.run_rules()
        action = self.open(sent, contact)
        self.assertEqual(action["res_model"], "crm.lead")
        self.assertEqual(self.Lead.search(action["domain"]), self.lead)

    # SPEED

    def test_the_queries_of_a_list_do_not_grow_with_its_leads(self):
        leads = self.make_leads(80)
        self.run_rules()
        names = ["score", "score_grade", "score_week_change", "score_fit"]
        counts = []
        for count in (10, 10, 80):  # the first one reads what is read once a process
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = leads.with_user(self.seller).web_search_read(
                [("id", "in", leads.ids)],
                {name: {} for name in names},
                limit=count,
                order="score desc, priority desc, id desc",
            )
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(found["records"]), count)
        self.assertEqual(counts[1], counts[2])

    def test_the_queries_of_a_card_do_not_grow_with_its_reasons(self):
        counts = []
        for count in (0, 25):
            for number in range(count):
                self.make_visit_rule("/prices", value=number, sequence=number)
                self.make_rule(value=number, name=f"Rule {number}")
            self.run_rules()
            self.get_card()  # what is read once a process
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            card = self.get_card()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(card["reason_count"], 28)
        self.assertEqual(*counts)
        self.assertLessEqual(counts[0], 9)
