from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.website_crm_score.models import website_crm_scored
from odoo.addons.website_crm_score.scoring.grading import Grading
from odoo.addons.website_crm_score.scoring.thresholds import propose

from .test_grades import GradeCase


@tagged("post_install", "-at_install")
class TestRegrading(GradeCase):
    """Who was scored by other settings is graded by those of now, silently."""

    def regrade(self):
        for _pass in range(2):
            self.run_rules()
        self.env.invalidate_all()

    def test_other_thresholds_give_other_grades(self):
        lead = self.make_lead()
        self.make_rules(50, 20)
        self.run_rules()
        self.age_scores(lead)
        before = lead.score_date
        self.set_numbers(grade_a=60, grade_2=30)
        self.regrade()
        self.assertEqual(lead.score_grade, "B3")
        self.assertEqual(lead.score_date, before)
        self.assertTotals(lead)

    def test_other_largest_values_give_other_scores_but_no_history(self):
        lead = self.make_lead()
        self.make_rules(50, 20)
        self.run_rules()
        self.age_scores(lead)
        before = lead.score_date
        self.set_numbers(fit_max=30)
        self.regrade()
        self.assertEqual((lead.score, lead.score_grade), (50, "B2"))
        self.assertEqual((lead.score_date, lead.score_week_change), (before, 0))
        self.set_numbers(fit_max=0)
        self.regrade()
        self.assertEqual((lead.score, lead.score_grade), (70, "A2"))
        self.assertFalse(self.env["website.crm.score.history"].search([]))

    def test_closed_leads_and_contacts_are_graded_too(self):
        lead, contact = self.make_lead(), self.env["res.partner"].create({"name": "A"})
        self.make_rules(50, 20)
        self.make_rule(value=50, apply_to="partner")
        self.run_rules()
        lead.action_set_lost()
        self.set_numbers(grade_a=60)
        self.regrade()
        self.assertEqual((lead.score_grade, contact.score_grade), ("B2", "B3"))

    def test_who_was_never_scored_has_no_grade(self):
        lead = self.make_lead(active=False)
        self.set_numbers(grade_a=60)
        self.regrade()
        self.assertFalse(lead.score_grade)

    def test_scheduled_actions_do_it(self):
        lead, contact = self.make_lead(), self.env["res.partner"].create({"name": "A"})
        self.make_rules(50, 20)
        self.make_rule(value=50, apply_to="partner")
        self.run_rules()
        self.set_numbers(grade_a=60)
        self.run_cron()
        self.run_cron("ir_cron_score_contacts")
        self.env.invalidate_all()
        self.assertEqual((lead.score_grade, contact.score_grade), ("B2", "B3"))

    def test_it_goes_on_where_it_was_stopped(self):
        leads = self.make_leads(5)
        self.make_rules(50, 20)
        self.run_rules()
        self.set_numbers(grade_a=60)
        key = Grading.load(self.env).key
        self.progress.write({"regrading_by": key, "regraded_id": leads.ids[0] - 1})
        jobs = type(self.env["ir.cron"])
        with (
            patch.object(website_crm_scored, "REGRADED_SIZE", 2),
            patch.object(jobs, "_commit_batch", return_value=False),
        ):
            for grades in (["B2"] * 2 + ["A2"] * 3, ["B2"] * 4 + ["A2"]):
                self.assertFalse(self.Lead._regrade())
                self.env.invalidate_all()
                self.assertEqual(leads.mapped("score_grade"), grades)
        self.regrade()
        self.assertEqual(leads.mapped("score_grade"), ["B2"] * 5)

    def test_settings_that_change_meanwhile_begin_it_anew(self):
        lead = self.make_lead()
        self.make_rules(50, 20)
        self.run_rules()
        self.progress.write(
            {"regrading_by": "other", "regraded_id": lead.id, "regraded_count": 0}
        )
        self.set_numbers(grade_a=60)
        self.run_rules()
        self.env.invalidate_all()
        self.assertEqual(lead.score_grade, "B2")

    def test_it_is_done_when_nothing_is_left_to_write(self):
        lead = self.make_lead()
        self.make_rules(50, 20)
        self.run_rules()
        before = self.progress.graded_by
        self.set_numbers(grade_a=60)
        self.run_rules()
        self.assertEqual(self.progress.graded_by, before)
        # A run that began before wrote what was right then.
        self.env.cr.execute(
            "UPDATE crm_lead SET score_grade = 'A2' WHERE id = %s", [lead.id]
        )
        self.regrade()
        self.assertEqual(lead.score_grade, "B2")
        self.assertNotEqual(self.progress.graded_by, before)

    def test_nothing_is_looked_at_while_the_settings_stay(self):
        with patch.object(type(self.Lead), "_regrade_part") as part:
            self.run_rules()
        part.assert_not_called()

    def test_only_who_has_another_grade_is_written(self):
        leads = self.make_leads(2)
        self.make_rule([("id", "=", leads[0].id)], 50)
        self.run_rules()
        self.set_numbers(grade_a=60)
        query = "SELECT id, ctid::text FROM crm_lead WHERE id = ANY(%s) ORDER BY id"
        rows = []
        for work in (lambda: None, self.Lead._regrade):
            work()
            self.env.cr.execute(query, [leads.ids])
            rows.append(self.env.cr.fetchall())
        (first, second), (first_now, second_now) = rows
        self.assertNotEqual(first, first_now)
        self.assertEqual(second, second_now)

    def test_it_takes_as_many_queries_for_few_as_for_many(self):
        counts = []
        for number in (3, 30, 300):
            self.make_rule(value=50)
            self.make_leads(number)
            self.run_rules()
            self.set_numbers(grade_a=60 + number)
            before = self.env.cr.sql_log_count
            self.Lead._regrade()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestGradeSettings(GradeCase):
    """Thresholds are set where the other settings of scores are."""

    def count_triggers(self):
        cron = self.env.ref("website_crm_score.ir_cron_assign_scores")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def test_a_better_grade_takes_more_points(self):
        settings = self.env["res.config.settings"]
        for values in (
            {"website_crm_score_grade_a": 20, "website_crm_score_grade_b": 20},
            {"website_crm_score_grade_1": 5, "website_crm_score_grade_2": 6},
        ):
            with self.assertRaisesRegex(ValidationError, "must take more points"):
                settings.create(values)

    def test_what_is_changed_is_done_at_once(self):
        settings = self.env["res.config.settings"]
        before = self.count_triggers()
        settings.create({"website_crm_score_keep_months": 7}).execute()
        self.assertEqual(self.count_triggers(), before)
        settings.create({"website_crm_score_grade_a": 70}).execute()
        self.assertEqual(self.count_triggers(), before + 1)
        self.assertEqual(settings._get_scoring_number("grade_a"), 70)

    def make_scored(self, *points):
        leads = self.make_leads(len(points))
        for lead, (fit, engagement) in zip(leads, points, strict=True):
            domain = [("id", "=", lead.id)]
            self.make_rule(domain, fit)
            self.make_rule(domain, engagement, category="engagement")
        self.run_rules()
        return leads

    def open(self):
        return Form(self.env["website.crm.grade.proposal"])

    def get_numbers(self, wizard):
        return [wizard[f"grade_{name}"] for name in "ab12"]

    def test_the_best_fifth_is_proposed(self):
        points = [(10 * number, 100 - 10 * number) for number in range(10)]
        leads = self.make_scored(*points)
        wizard = self.open().save()
        self.assertEqual(self.get_numbers(wizard), [80, 40, 90, 50])
        self.assertEqual(wizard.lead_count, 10)
        self.assertFalse(wizard.note)
        settings = self.env["res.config.settings"]
        self.assertEqual(settings._get_scoring_number("grade_a"), 50)
        wizard.action_use()
        for _pass in range(2):
            self.run_rules()
        self.env.invalidate_all()
        letters = sorted(grade[0] for grade in leads.mapped("score_grade"))
        self.assertEqual("".join(letters), "AABBBBCCCC")
        self.assertTotals(leads)

    def test_it_shows_what_would_come_of_it(self):
        self.make_scored((60, 60), (30, 30), (0, 0))
        form = self.open()
        form.grade_a, form.grade_b = 90, 80
        form.grade_1, form.grade_2 = 90, 80
        wizard = form.save()
        counts = wizard._count_grades(wizard._count_leads(), wizard)
        self.assertEqual(counts["C3"], 3)
        self.assertIn("now 1", " ".join(wizard.table.split()).replace("<", " <"))

    def test_it_proposes_what_is_set_where_leads_do_not_differ(self):
        self.make_scored((0, 7), (0, 7))
        wizard = self.open().save()
        self.assertEqual(self.get_numbers(wizard), [50, 20, 50, 20])
        self.assertIn("do not differ", wizard.note)

    def test_it_can_be_opened_without_leads(self):
        wizard = self.open().save()
        self.assertEqual(self.get_numbers(wizard), [50, 20, 50, 20])
        self.assertEqual(wizard.lead_count, 0)

    def test_what_makes_no_sense_is_refused(self):
        form = self.open()
        form.grade_a, form.grade_b = 10, 20
        with self.assertRaisesRegex(ValidationError, "must take more points"):
            form.save().action_use()

    def test_it_is_for_those_who_may_change_settings(self):
        user = self.make_user("ws_proposal", "sales_team.group_sale_manager")
        proposals = self.env["website.crm.grade.proposal"].with_user(user)
        with self.assertRaises(AccessError):
            proposals.create({})
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(user)._set_grading({"grade_a": 9})


@tagged("post_install", "-at_install")
class TestThresholds(GradeCase):
    """What is proposed parts the best fifth, and the next two, by round numbers."""

    def test_thresholds(self):
        for counts, expected in (
            ({}, None),
            ({0: 5}, None),
            ({7: 5}, None),
            ({-5: 3, 0: 3}, None),
            ({0: 80, 30: 20}, (30, 15)),
            ({0: 1, 1: 1}, (1, 0)),
            ({number: 1 for number in range(100)}, (80, 40)),
            ({number: 1 for number in range(1000)}, (800, 400)),
            ({0: 40, 23: 40, 67: 20}, (60, 20)),
            ({0: 40, 66: 40, 67: 20}, (67, 60)),
            ({-10: 40, 5: 40, 9: 20}, (9, 5)),
        ):
            with self.subTest(counts=len(counts), expected=expected):
                self.assertEqual(counts and propose(counts) or None, expected)
