from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .event_common import EventCase


class HistoryCase(EventCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.History = cls.env["website.crm.score.history"]
        cls.today = cls.now.date()
        cls.rule = cls.make_rule(
            [("priority", "!=", "0")], 40, event_based=True, take_back=True
        )
        cls.base = cls.make_rule(value=10)

    def make_scored(self, days=0, **values):
        """Return a lead of 10 points that was first scored so many days from now."""
        with self.after(days=days):
            lead = self.make_lead(**values)
            self.backdate(lead, days)
            self.run_rules()
        return lead

    def backdate(self, owner, days):
        owner.flush_recordset()
        self.env.cr.execute(
            f"UPDATE {owner._table} SET create_date = %s WHERE id IN %s",
            (self.now + timedelta(days=days), owner._ids),
        )
        owner.invalidate_recordset(["create_date"])

    def heat(self, lead, days=0, priority="1"):
        """Have a lead gain 40 points so many days from now, or lose them."""
        with self.after(days=days):
            lead.priority = priority
            self.run_rules()

    def cool(self, lead, days=0):
        self.heat(lead, days, "0")

    def get_rows(self, owner):
        """Return the history: in how many days, the score before and after."""
        rows = self.History.search([(owner._ledger_field, "=", owner.id)], order="date")
        return [
            ((row.date - self.today).days, row.score_before, row.score) for row in rows
        ]


@tagged("post_install", "-at_install")
class TestHistory(HistoryCase):
    """Scores are kept for each day on which they changed."""

    def test_the_first_scoring_is_no_change(self):
        lead = self.make_scored()
        self.run_rules()
        self.assertEqual((lead.score, self.get_rows(lead)), (10, []))

    def test_a_day_has_one_row(self):
        lead = self.make_scored()
        self.heat(lead)
        self.assertEqual(self.get_rows(lead), [(0, 10, 50)])
        self.cool(lead)
        self.heat(lead)
        self.assertEqual(self.get_rows(lead), [(0, 10, 50)])
        self.cool(lead, days=2)
        self.assertEqual(self.get_rows(lead), [(0, 10, 50), (2, 50, 10)])

    def test_the_scheduled_action_keeps_it(self):
        lead = self.make_scored()
        lead.priority = "1"
        self.env.flush_all()
        self.run_cron()
        self.assertEqual(self.get_rows(lead), [(0, 10, 50)])

    def test_a_changed_rule_is_a_change_of_its_leads(self):
        lead = self.make_scored()
        self.base.value = 15
        self.assertEqual(self.get_rows(lead), [(0, 10, 15)])

    def test_another_category_is_no_change_of_the_score(self):
        lead = self.make_scored()
        self.base.category = "engagement"
        self.assertEqual(self.get_rows(lead), [])

    def test_contacts_have_a_history(self):
        contact = self.env["res.partner"].create({"name": "Ann"})
        rule = self.make_rule([("name", "=", "Ann")], 5, apply_to="partner")
        self.run_rules()
        rule.value = 8
        self.assertEqual(self.get_rows(contact), [(0, 5, 8)])
        contact.unlink()
        self.assertFalse(self.History.search([("partner_id", "!=", False)]))

    def test_closed_leads_have_no_changes(self):
        lead = self.make_scored()
        lead.action_set_lost()
        self.base.value = 15
        self.assertEqual((lead.score, self.get_rows(lead)), (15, []))

    def test_it_goes_with_its_lead(self):
        lead = self.make_scored()
        self.heat(lead)
        lead.unlink()
        self.assertFalse(self.History.search([("lead_id", "!=", False)]))

    def test_it_is_erased_with_what_the_lead_saw(self):
        lead, other = self.make_scored(), self.make_scored()
        self.heat(lead + other)
        lead.action_erase_browsing_history()
        self.assertFalse(self.get_rows(lead))
        self.assertTrue(self.get_rows(other))

    def test_that_of_a_lead_deleted_behind_odoos_back_goes(self):
        lead, other = self.make_scored(), self.make_scored()
        self.heat(lead + other)
        self.env.cr.execute("DELETE FROM crm_lead WHERE id = %s", [lead.id])
        self.env["website.crm.score.line"]._drop_orphans()
        self.assertEqual(self.History.search([]).lead_id, other)

    def test_the_lookup_of_a_person_finds_it(self):
        lead = self.make_scored(email_from="ada@history.example")
        self.heat(lead)
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Ada", "email": "ada@history.example"}
        )
        wizard.action_lookup()
        lines = wizard.line_ids.filtered(
            lambda line: line.res_model == self.History._name
        )
        self.assertEqual(len(lines), 1)

    def test_old_scores_are_forgotten(self):
        lead = self.make_scored(days=-100)
        self.heat(lead, days=-91)
        self.cool(lead, days=-89)
        self.assertEqual(len(self.get_rows(lead)), 2)
        self.History._gc_history()
        self.assertEqual(self.get_rows(lead), [(-89, 50, 10)])
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("website_crm_score.history_days", 0)
        with self.after(days=1000):
            self.History._gc_history()
        self.assertTrue(self.get_rows(lead))

    def test_a_week_is_kept_in_any_case(self):
        lead = self.make_scored(days=-7)
        self.heat(lead, days=-6)
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("website_crm_score.history_days", 1)
        self.History._gc_history()
        self.assertEqual(lead.score_week_change, 40)

    def test_a_salesperson_reads_the_history_of_the_own_leads(self):
        user = self.make_user("ws_history", "sales_team.group_sale_salesman")
        own, other = self.make_scored(user_id=user.id), self.make_scored()
        other.user_id = self.env.ref("base.user_admin")
        self.heat(own + other)
        rows = self.History.with_user(user)
        self.assertEqual(rows.search([]).lead_id, own)
        with self.assertRaises(AccessError):
            rows.search([]).write({"score": 99})
        nobody = self.make_user("ws_no_history", "base.group_user")
        with self.assertRaises(AccessError):
            self.History.with_user(nobody).search([])


@tagged("post_install", "-at_install")
class TestWeek(HistoryCase):
    """What has changed since a week ago is told by the history."""

    def find(self, *condition):
        leads = self.Lead.search([("score_week_change", *condition)])
        return leads.sorted("id").mapped("name")

    def test_what_was_before_does_not_count(self):
        lead = self.make_scored(days=-20)
        self.heat(lead, days=-7)
        self.assertEqual(lead.score_week_change, 0)
        lead.invalidate_recordset()
        with self.after(days=-1):
            self.assertEqual(lead.score_week_change, 40)

    def test_a_new_lead_has_changed_since_it_was_scored(self):
        lead = self.make_scored()
        self.assertEqual(lead.score_week_change, 0)
        self.heat(lead)
        self.assertEqual(lead.score_week_change, 40)

    def test_leads_are_found_by_it(self):
        rose, fell, back, stayed = leads = self.Lead.union(
            *(
                self.make_scored(-20, name=name)
                for name in ("Rose", "Fell", "Back", "Stayed")
            )
        )
        self.heat(fell, days=-10)
        self.heat(rose + back, days=-3)
        self.cool(fell + back, days=-2)
        self.assertEqual(leads.mapped("score_week_change"), [40, -40, 0, 0])
        for condition, names in (
            ((">=", 20), ["Rose"]),
            ((">", 40), []),
            (("<", 0), ["Fell"]),
            (("<=", 0), ["Fell", "Back", "Stayed"]),
            ((">", -40), ["Rose", "Back", "Stayed"]),
            (("=", 0), ["Back", "Stayed"]),
            (("!=", 0), ["Rose", "Fell"]),
            (("=", 40), ["Rose"]),
            (("=", False), ["Back", "Stayed"]),
            (("in", [40, -40]), ["Rose", "Fell"]),
        ):
            with self.subTest(condition=condition):
                self.assertEqual(self.find(*condition), names)

    def test_it_is_one_query_for_many(self):
        leads = self.Lead.union(*(self.make_scored() for _time in range(3)))
        self.heat(leads)
        leads.invalidate_recordset()
        with self.assertQueryCount(1):
            leads.mapped("score_week_change")
        leads.mapped("id")
        with self.assertQueryCount(1):
            self.Lead.search([("score_week_change", ">=", 20)], order="id")

    def test_who_may_not_see_scores_does_not_find_by_them(self):
        user = self.make_user(
            "ws_no_week", "base.group_user,base.group_partner_manager"
        )
        with self.assertRaises(AccessError):
            self.env["res.partner"].with_user(user).search(
                [("score_week_change", ">", 0)]
            )


@tagged("post_install", "-at_install")
class TestMergedHistory(HistoryCase):
    """Merged leads were, on each day, as good as the best of them."""

    def merge(self, *leads):
        return self.Lead.union(*leads).merge_opportunity()

    def test_each_day_has_the_higher_score(self):
        first, second = self.make_scored(days=-20), self.make_scored(days=-20)
        self.heat(first, days=-9)
        self.cool(first, days=-5)
        self.heat(second, days=-7)
        self.cool(second, days=-3)
        merged = self.merge(first, second)
        self.assertEqual(merged.score, 10)
        self.assertEqual(
            self.get_rows(merged),
            [(-9, 10, 50), (-7, 50, 50), (-5, 50, 50), (-3, 50, 10)],
        )

    def test_it_ends_with_the_score(self):
        extra = self.make_rule([("name", "=", "Second")], 5)
        first = self.make_scored(days=-20, name="First")
        second = self.make_scored(days=-20, name="Second")
        extra.active = True
        self.heat(first, days=-9)
        merged = self.merge(first, second)
        self.assertEqual(merged.score, 55)
        self.assertEqual(self.get_rows(merged), [(-9, 15, 50), (0, 50, 55)])

    def test_a_duplicate_counts_from_when_it_was_there(self):
        first = self.make_scored(days=-20)
        self.heat(first, days=-9)
        self.cool(first, days=-8)
        second = self.make_scored(days=-4, priority="1")
        merged = self.merge(first, second)
        self.assertEqual(merged.score, 50)
        self.assertEqual(self.get_rows(merged), [(-9, 10, 50), (-8, 50, 10)])
        self.assertEqual(merged.score_week_change, 0)

    def test_of_nothing_that_changed_nothing_is_kept(self):
        merged = self.merge(self.make_scored(), self.make_scored())
        self.assertEqual(self.get_rows(merged), [])

    def test_merged_contacts_have_it(self):
        rule = self.make_rule([("name", "=", "Ann")], 5, apply_to="partner")
        values = {"name": "Ann", "email": "ann@history.example"}
        ann, other = contacts = self.env["res.partner"].create([values] * 2)
        self.backdate(contacts, -20)
        with self.after(days=-20):
            self.run_rules()
        with self.after(days=-9):
            rule.value = 8
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(contacts.ids, ann)
        self.assertFalse(other.exists())
        self.assertEqual(self.get_rows(ann), [(-9, 5, 8)])
