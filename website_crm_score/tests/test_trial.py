import random

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.website_crm_score.scoring.trial import Trial

from .event_common import EventCase


@tagged("post_install", "-at_install")
class TestTrial(EventCase):
    """Scoring rules tested on a lead or contact."""

    def try_rule(self, rule, owner):
        return Trial(rule.sudo(), owner).fetch()

    def get_conditions(self, domain, lead):
        result = self.try_rule(self.make_rule(domain), lead)
        return [
            (item["depth"], item["words"], item["holds"])
            for item in result["conditions"]
        ]

    def get_fates(self, rule, lead):
        return [event["fate"] for event in self.try_rule(rule, lead)["events"]]

    def get_text(self, owner, rules=None, user=None, **unsaved):
        """Return what the dialog shows."""
        Test = self.env["website.crm.score.trial"].with_user(user or self.env.user)
        name = "lead_id" if owner._name == "crm.lead" else "partner_id"
        context = {
            f"default_{name}": owner.id,
            "default_rule_ids": rules.ids if rules else [],
            "default_unsaved": unsaved or False,
        }
        return str(Form(Test.with_context(**context)).result_html)

    def test_nothing_is_told_before_a_lead_is_chosen(self):
        for apply_to in ("lead", "partner"):
            rule = self.make_rule(apply_to=apply_to)
            trial = self.env["website.crm.score.trial"].with_context(
                default_rule_ids=rule.ids
            )
            with self.subTest(apply_to):
                self.assertIn(Form(trial).result_html, (False, ""))  # no record

    # FILTERS

    def test_it_is_told_which_condition_fails(self):
        lead = self.make_lead(phone="1", function="Buyer")
        domain = [("phone", "!=", False), ("function", "=", "CEO")]
        self.assertEqual(
            self.get_conditions(domain, lead),
            [(0, "Phone is set", True), (0, "Job Position is “CEO”", False)],
        )

    def test_alternatives_are_told_below_what_they_are_alternatives_of(self):
        lead = self.make_lead(phone="1")
        either = ["|", ("phone", "=", False), ("phone", "=", "1")]
        self.assertEqual(
            self.get_conditions(["&", ("function", "!=", False), *either], lead),
            [
                (0, "Job Position is set", False),
                (0, "Phone is not set or Phone is “1”", True),
                (1, "Phone is not set", False),
                (1, "Phone is “1”", True),
            ],
        )

    def test_what_is_told_of_conditions_is_what_a_run_finds(self):
        random.seed(7)
        leads = self.make_lead(phone="1") + self.make_lead(function="CEO")
        leaves = [("phone", "=", "1"), ("function", "!=", False), ("phone", "!=", "2")]
        for _number in range(20):
            parts = [random.choice(leaves) for _part in range(random.randint(1, 4))]
            signs = [random.choice("&|") for _part in parts[1:]]
            rule = self.make_rule([*signs, *parts])
            rule.action_apply()
            for lead in leads:
                result = self.try_rule(rule, lead)
                top = [one["holds"] for one in result["conditions"] if not one["depth"]]
                self.assertEqual(all(top), result["matches"])
                self.assertEqual(result["matches"], rule in lead.score_ids)

    def test_names_are_those_of_the_author(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        belgium = self.env.ref("base.be")
        belgium.with_context(lang="fr_FR").name = "Belgique"
        domain = "[('country_id.name', '=', 'Belgique')]"
        rule = self.Rule.with_context(lang="fr_FR").create(
            {"name": "Fr", "domain": domain}
        )
        lead = self.make_lead(country_id=belgium.id)
        result = self.try_rule(rule.with_context(lang="en_US"), lead)
        self.assertTrue(result["conditions"][0]["holds"])

    # EVENTS

    def test_events_beyond_the_number_that_counts(self):
        lead = self.make_visited_lead(1, 2, 3)
        rule = self.make_event_rule(max_count=2)
        self.assertEqual(self.get_fates(rule, lead), ["counted", "counted", "beyond"])
        rule.max_count = 1
        self.assertIn("only the last one counts", self.get_text(lead, rule))

    def test_events_that_are_too_old(self):
        lead = self.make_visited_lead(1, 9)
        for values in ({}, {"is_fading": True}):
            rule = self.make_event_rule(valid_days=5, **values)
            self.assertEqual(self.get_fates(rule, lead), ["counted", "expired"])
        lead = self.make_visited_lead(9)
        rule.valid_days = 1
        self.assertIn("more than a day ago", self.get_text(lead, rule))

    def test_visits_without_consent(self):
        lead = self.make_visited_lead(1)
        rule = self.make_event_rule()
        other = self.make_visited_lead(2)
        for one in lead + other:
            one.visitor_ids._set_consent_withdrawn(True)
        self.assertEqual(self.get_fates(rule, lead), ["consent"])
        self.assertIn("no consent", self.get_text(lead, rule))

    def test_visits_of_own_staff(self):
        user = self.make_user("ws_staff", "base.group_user")
        lead = self.make_lead()
        visitor = self.make_visitor(lead, partner=user.partner_id)
        self.visit(visitor, 1)
        for rule in (self.make_event_rule(), self.make_event_rule("comeback")):
            self.assertEqual(self.get_fates(rule, lead), ["staff"])

    def test_visits_of_other_pages_are_not_told_of(self):
        lead = self.make_visited_lead(1, path="/other")
        lead.visitor_ids._set_consent_withdrawn(True)
        rule = self.make_event_rule(page_match="is", page_url="/page")
        self.assertFalse(self.get_fates(rule, lead))

    def test_a_page_that_nobody_tracks_is_told_of(self):
        lead = self.make_lead()
        rule = self.make_event_rule(page_url="/nowhere-at-all")
        text = self.get_text(lead, rule)
        self.assertIn("It has not happened", text)
        self.assertIn("Track Page", text)

    def test_what_is_told_of_events_is_what_a_run_counts(self):
        random.seed(9)
        leads = self.Lead.union(
            *(self.make_visited_lead(*range(0, 12, step)) for step in (1, 2, 5))
        )
        for _number in range(20):
            days = random.choice([0, 3, 8])
            rule = self.make_event_rule(
                random.choice(["page_visit", "comeback"]),
                absence_days=random.choice([1, 2]),
                visit_unit=random.choice(["visit", "day"]),
                max_count=random.choice([0, 1, 3]),
                valid_days=days,
                is_fading=bool(days) and random.random() < 0.5,
            )
            rule.action_apply()
            for lead in leads:
                fates = self.get_fates(rule, lead)
                count = self.get_line(lead, rule).event_count
                self.assertEqual(fates.count("counted"), count)

    # THE DIALOG

    def test_all_rules_are_tested_on_a_lead(self):
        lead = self.make_lead(phone="1")
        rules = self.make_rule(name="Any")
        rules += self.make_rule([("phone", "=", "2")], name="Other phone")
        draft = self.make_rule(name="A draft", is_draft=True)
        archived = self.make_rule(name="Archived")
        archived.active = False
        text = self.get_text(lead)
        for rule in rules + draft:
            self.assertIn(rule.name, text)
        self.assertNotIn("Archived", text)
        self.assertIn("It is a draft", text)

    def test_a_rule_that_is_not_saved_is_tested(self):
        lead = self.make_lead(phone="1")
        rule = self.make_rule([("phone", "=", "2")])
        self.assertIn("fa-times", self.get_text(lead, rule))
        text = self.get_text(lead, rule, domain="[('phone', '=', '1')]")
        self.assertNotIn("fa-times", text)
        self.assertIn("Phone is “1”", text)
        self.assertEqual(rule.domain, "[('phone', '=', '2')]")

    def test_notes_say_what_else_there_is_to_know(self):
        lead = self.make_lead(phone="1")
        ordinary = self.make_rule([("phone", "=", "1")])
        self.assertIn("It looks once", self.get_text(lead, ordinary))
        ordinary.action_apply()
        lead.phone = "2"
        self.assertIn("points stay", self.get_text(lead, ordinary))
        rule = self.make_event_rule(min_count=2)
        self.visit(lead)
        self.assertIn("1 of at least 2 times", self.get_text(lead, rule))
        lead.active = False
        self.assertIn("won, lost or archived", self.get_text(lead, rule))

    def test_a_contact(self):
        contact = self.env["res.partner"].create({"name": "Ann", "phone": "1"})
        rule = self.make_rule([("phone", "=", "1")], apply_to="partner")
        text = self.get_text(contact, rule)
        self.assertIn("Phone is “1”", text)
        self.assertNotIn("fa-times", text)

    def test_a_broken_rule_is_told_of(self):
        lead, rule = self.make_lead(), self.make_rule()
        self.env.cr.execute(
            "UPDATE website_crm_score SET domain = %s", ["[('x','=',2)]"]
        )
        rule.invalidate_recordset()
        self.assertIn("is no field", self.get_text(lead, rule))

    def test_salespeople_test_rules_on_leads_that_they_may_read(self):
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        other = self.make_user("ws_other", "sales_team.group_sale_salesman")
        rule = self.make_rule([("phone", "=", "1")])
        mine = self.make_lead(user_id=seller.id, phone="1")
        theirs = self.make_lead(user_id=other.id)
        self.assertIn("Phone is", self.get_text(mine, rule, user=seller))
        with self.assertRaises(AccessError):
            self.get_text(theirs, rule, user=seller)
        with self.assertRaises(AccessError):
            self.get_text(mine, rule, user=seller, domain="[]")

    def test_conditions_on_what_the_user_may_not_read_are_hidden(self):
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        lead = self.make_lead(user_id=seller.id)
        self.patch(self.Lead._fields["phone"], "groups", "base.group_system")
        rule = self.make_rule([("phone", "=", "1")])
        result = self.try_rule(rule, lead.with_user(seller))
        self.assertIsNone(result["conditions"][0]["holds"])
        self.assertNotIn("Phone", result["conditions"][0]["words"])

    def test_nothing_is_written(self):
        lead = self.make_visited_lead(1)
        rules = self.make_event_rule() + self.make_rule([("phone", "=", "1")])
        self.env.flush_all()
        statement = (
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_all_tables"
        )
        self.env.cr.execute(statement)
        before = self.env.cr.fetchall()
        self.get_text(lead, rules)
        self.get_text(lead, rules[:1], page_url="/other")
        self.env.cr.execute(statement)
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_each_condition_takes_few_queries(self):
        lead = self.make_lead()
        few = self.make_rule([("phone", "=", "1"), ("phone", "=", "2")])
        many = self.make_rule([("function", "=", str(index)) for index in range(20)])

        def count(rule):
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.try_rule(rule, lead)
            return self.env.cr.sql_log_count - start

        count(few), count(many)
        self.assertLessEqual(count(many) - count(few), 2 * 18)
