import random
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, Form, tagged

from odoo.addons.website_crm_score.scoring import preview as preview_room
from odoo.addons.website_crm_score.tools.bars import make_bars

from .preview_common import PreviewCase

WEAK_LOCKS = ["AccessShareLock"]


@tagged("post_install", "-at_install")
class TestPreview(PreviewCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        countries = cls.env.ref("base.be"), cls.env.ref("base.fr")
        cls.leads = cls.Lead.union(
            *(
                cls.make_visited_lead(
                    *range(number),
                    path="/a" if number % 2 else "/b",
                    country_id=countries[number % 2].id,
                    phone=number % 3 and "1",
                )
                for number in range(8)
            )
        )

    def count_writes(self):
        """Return how many rows this transaction wrote, of any table of the database."""
        self.env.cr.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_all_tables"
        )
        return self.env.cr.fetchall()

    def find_locks(self):
        self.env.cr.execute(
            "SELECT relation, mode FROM pg_locks WHERE pid = pg_backend_pid()"
            " AND relation IS NOT NULL AND mode != ALL(%s)",
            [WEAK_LOCKS],
        )
        return set(self.env.cr.fetchall())

    def test_what_a_new_rule_would_do(self):
        domain = str([("country_id", "=", self.env.ref("base.be").id)])
        result = self.preview(value=7, domain=domain)
        self.assertEqual(
            [
                result[name]
                for name in ("total", "matched", "changed", "gained", "lost")
            ],
            [8, 4, 4, 4, 0],
        )
        self.assertEqual(result["changes"], [{"points": 7, "count": 4}])
        self.assertEqual(len(result["examples"]), 4)

    def test_a_rule_without_changes_changes_nothing(self):
        rule = self.make_rule()
        rule.action_apply()
        result = self.preview(rule)
        self.assertEqual((result["changed"], result["matched"]), (0, 8))

    def test_what_is_previewed_of_random_rules_comes_true(self):
        random.seed(16)
        self.run_rules()
        for _number in range(25):
            values = self.draw_rule()
            rule = self.assertComesTrue(self.leads, **values)
            changes = self.draw_changes(values)
            rule = self.assertComesTrue(self.leads, rule, **changes)
            if random.random() < 0.5:
                rule.unlink()

    def draw_rule(self):
        values = {"value": random.choice([-4, 0, 2.5, 10, 60]), "category": "fit"}
        values["category"] = random.choice(["fit", "engagement"])
        if random.random() < 0.6:
            country = self.env.ref(random.choice(["base.be", "base.fr"])).id
            values["domain"] = str([("country_id", "=", country)])
        kind = random.choice(
            ["domain", "page_visit", "comeback", "contact_form", "time_spent"]
        )
        if kind == "domain":
            is_event_based = random.random() < 0.5
            take_back = is_event_based and random.random() < 0.5
            return {**values, "event_based": is_event_based, "take_back": take_back}
        values |= {
            "rule_type": "event",
            "event_type": kind,
            "max_count": random.choice([0, 0, 1, 3]),
            "min_count": random.choice([0, 0, 2]),
            "max_points": random.choice([0, 0, 6]),
            "valid_days": random.choice([0, 3, 30]),
        }
        values["is_fading"] = bool(values["valid_days"]) and random.random() < 0.5
        return (
            values
            | {
                "page_visit": {
                    "page_url": random.choice(["/a", "/"]),
                    "visit_unit": random.choice(["visit", "day"]),
                },
                "comeback": {"absence_days": random.choice([1, 2])},
                "contact_form": {},
                "time_spent": {"stay_unit": "visit", "stay_minutes": 0},
            }[kind]
        )

    def draw_changes(self, values):
        """Return changes of some of the values, or of what the rule looks at."""
        others = self.draw_rule()
        if others.get("event_type") != values.get("event_type"):
            return others
        names = [name for name in others if random.random() < 0.4]
        days = others.get("valid_days", 0)
        changes = {name: others[name] for name in names} or {"value": 3}
        return {**changes, "valid_days": days, "is_fading": False} if days else changes

    def test_it_comes_true_where_scores_have_largest_values(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("website_crm_score.fit_max", "15")
        self.run_rules()
        for value in (10, 10, -3, 40):
            self.assertComesTrue(self.leads, value=value, category="fit")
        self.assertEqual(set(self.leads.mapped("score")), {15})

    def test_rules_of_contacts(self):
        contacts = self.env["res.partner"].create([{"name": "Ann"}, {"name": "Bea"}])
        domain = str([("id", "=", contacts[0].id)])
        result = self.preview(apply_to="partner", value=3, domain=domain)
        self.assertEqual([item["id"] for item in result["examples"]], contacts[:1].ids)

    def test_a_rule_that_is_switched_off(self):
        rule = self.make_rule(value=5)
        rule.action_apply()
        preview = self.env["website.crm.score.preview"].new(
            {"rule_ids": [(6, 0, rule.ids)], "scenario": "off"}
        )
        result = preview._fetch()
        self.assertEqual((result["lost"], result["matched"]), (8, 0))
        rule.active = False
        self.assertEqual(set(self.leads.mapped("score")), {0})

    def test_drafts_are_previewed_together_as_switched_on(self):
        self.run_rules()
        drafts = self.make_rule(value=5, is_draft=True)
        drafts += self.make_event_rule(value=1, is_draft=True)
        before = self.get_states(self.leads)
        result = self.preview(drafts)
        drafts.action_unarchive()
        drafts.action_apply()
        after = self.get_states(self.leads)
        self.assertEqual(self.expect(before, after), self.reduce(result))

    def test_large_numbers_are_written_as_the_user_writes_them(self):
        Preview = self.env["website.crm.score.preview"]
        result = {
            "total": 92000,
            "changed": 0,
            "gained": 0,
            "lost": 0,
            "matched": 60303,
        }
        lists = ("changes", "scores", "grades", "levels", "examples")
        result |= dict.fromkeys(lists, [])
        with patch.object(preview_room.Preview, "fetch", lambda *_args: result):
            form = Form(Preview.with_context(default_unsaved={"value": 3}))
        self.assertRegex(str(form.result_html), "92,000(.|\n)*60,303")

    def test_nothing_is_written_and_nothing_locked(self):
        rule = self.make_event_rule(page_url="/a")
        self.run_rules()
        self.env.flush_all()
        writes, locks = self.count_writes(), self.find_locks()
        Preview = self.env["website.crm.score.preview"]
        for unsaved in (
            {"value": 3},
            {"domain": "[('country_id', '=', 'Belgium')]"},
            {"rule_type": "domain", "value": 3},
            {"page_url": "/b", "max_count": 1},
        ):
            context = {"default_rule_ids": rule.ids, "default_unsaved": unsaved}
            form = Form(Preview.with_context(**context))
            self.assertFalse(form.is_counting)
            self.assertIn("open leads", str(form.result_html))
        self.env.flush_all()
        self.assertEqual(self.count_writes(), writes)
        self.assertEqual(self.find_locks(), locks)

    def test_what_takes_too_long_is_counted_no_more(self):
        """Neither at once, nor while somebody waits; and nothing is left of it."""
        context = {"default_rule_ids": self.make_rule().ids}
        previews = self.env["website.crm.score.preview"].with_context(**context)
        seconds = []

        def be_slow(_preview, limit):
            seconds.append(limit)
            raise preview_room.TooSlowError()

        with patch.object(preview_room.Preview, "fetch", be_slow):
            form = Form(previews)
            self.assertTrue(form.is_counting)
            form = Form(previews.with_context(default_is_patient=True))
        self.assertFalse(form.is_counting)
        self.assertIn("too long", str(form.result_html))
        self.assertEqual(seconds, [2, 60])

    def test_postgresql_refuses_to_write_meanwhile(self):
        with self.assertRaisesRegex(Exception, "read-only"), self.env.cr.savepoint():
            with preview_room.reading_only(self.env.cr):
                self.env.cr.execute(
                    "UPDATE website_crm_score SET value = 3", log_exceptions=False
                )
        self.env.cr.execute("UPDATE website_crm_score SET value = value")

    def test_the_number_of_queries_is_constant(self):
        rule = self.make_rule(value=5)
        self.run_rules()

        def count():
            self.env.flush_all()
            start = self.env.cr.sql_log_count
            self.preview(rule, value=3)
            return self.env.cr.sql_log_count - start

        count()
        few = count()
        self.make_leads(60)
        self.assertEqual(count(), few)

    def test_what_takes_long_is_counted_nevertheless(self):
        self.patch(
            preview_room.Preview,
            "_get_statement",
            lambda preview: preview_room.SQL(
                "SELECT '{}'::json FROM (SELECT pg_sleep(0.2)) slow"
            ),
        )
        with self.assertRaises(preview_room.TooSlowError):
            self.preview(seconds=0.05, value=1)
        self.assertEqual(self.preview(value=1), {})
        self.env.cr.execute("SHOW statement_timeout")
        self.assertEqual(self.env.cr.fetchone(), ("0",))

    def test_what_cannot_be_used_is_told(self):
        for unsaved, message in (
            ({"domain": "[('nope', '=', 1)]"}, "is no field"),
            ({"rule_type": "event"}, "choose the event"),
            ({"domain": "[('create_date', '>', '2024-02-30')]"}, "day is out of range"),
        ):
            with self.subTest(unsaved=unsaved):
                context = {"default_unsaved": unsaved}
                Preview = self.env["website.crm.score.preview"].with_context(**context)
                form = Form(Preview)
                self.assertIn(message, str(form.result_html))

    def test_an_error_is_an_error_for_code(self):
        with self.assertRaises(UserError):
            self.preview(domain="[('nope', '=', 1)]")

    def test_managers_alone_see_what_rules_would_do(self):
        rule = self.make_rule(value=3)
        seller = self.make_user("ws_seller", "sales_team.group_sale_salesman")
        Preview = self.env["website.crm.score.preview"].with_user(seller)
        with self.assertRaises(AccessError):
            Preview.new({"rule_ids": [(6, 0, rule.ids)]})._fetch()
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        Preview = self.env["website.crm.score.preview"].with_user(manager)
        preview = Preview.new({"rule_ids": [(6, 0, rule.ids)]})
        self.assertEqual(preview._fetch()["total"], 8)

    def test_leads_of_other_companies_are_nobody_elses_business(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.make_lead("Theirs", company_id=company.id)
        rule = self.make_rule(value=3)
        manager = self.make_user("ws_manager", "sales_team.group_sale_manager")
        Preview = self.env["website.crm.score.preview"].with_user(manager)
        preview = Preview.new({"rule_ids": [(6, 0, rule.ids)]})
        self.assertEqual(preview._fetch()["total"], 8)

    def test_drafts_are_switched_on_and_applied(self):
        drafts = self.make_rule(value=5, is_draft=True)
        drafts += self.make_rule(value=1, is_draft=True)
        Preview = self.env["website.crm.score.preview"]
        form = Form(Preview.with_context(default_rule_ids=drafts.ids))
        self.assertTrue(form.has_drafts)
        form.save().action_switch_on()
        self.assertEqual(drafts.mapped("is_draft"), [False, False])
        self.assertEqual(set(self.leads.mapped("score")), {6})

    def test_drafts_that_somebody_else_switched_on_are_not_applied_again(self):
        draft = self.make_rule(value=5, is_draft=True)
        Preview = self.env["website.crm.score.preview"]
        preview = Preview.create({"rule_ids": [(6, 0, draft.ids)]})
        draft.active = True
        runs = self.env["website.crm.score.run"].search_count([])
        self.assertEqual(preview.action_switch_on()["tag"], "soft_reload")
        self.assertEqual(self.env["website.crm.score.run"].search_count([]), runs)


@tagged("post_install", "-at_install")
class TestBars(BaseCase):
    def test_scores_are_put_into_round_bars(self):
        scores = [{"score": score, "before": 1, "after": 2} for score in range(-7, 88)]
        bars = make_bars(scores)
        self.assertEqual((bars[0]["low"], bars[0]["high"]), (-10, 0))
        self.assertEqual((bars[-1]["low"], bars[-1]["high"]), (80, 90))
        self.assertEqual(sum(bar["before"] for bar in bars), 95)
        self.assertEqual(sum(bar["after"] for bar in bars), 190)

    def test_there_are_not_too_many(self):
        for highest in (0, 1, 9, 10, 99, 1234, 10**6):
            scores = [{"score": 0, "before": 1, "after": 0}]
            scores.append({"score": highest, "before": 0, "after": 1})
            self.assertLessEqual(len(make_bars(scores)), 10)

    def test_without_scores_there_are_none(self):
        self.assertEqual(make_bars([]), [])
