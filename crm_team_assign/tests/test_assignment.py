from datetime import datetime, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LONG_AGO, AssignmentCase


@tagged("post_install", "-at_install")
class TestAssignment(AssignmentCase):
    # 1. A lead goes to a team only if the score reaches the minimum and the filter
    #    matches; to a salesperson only if that still holds

    def test_a_lead_that_reaches_the_minimum_is_assigned(self):
        team = self.make_team("Direct", 50, [self.ann])
        lead = self.make_scored(50)
        self.assign()
        self.assertEqual(lead.team_id, team)
        self.assertEqual(lead.user_id, self.ann)

    def test_a_lead_below_the_minimum_is_not_assigned(self):
        self.make_team("Direct", 50, [self.ann])
        lead = self.make_scored(49.99)
        self.assign()
        self.assertFalse(lead.team_id)
        self.assertFalse(lead.user_id)

    def test_a_negative_score_is_below_a_minimum_of_zero(self):
        self.make_team("Direct", 0, [self.ann])
        good, bad = self.make_scored(0, -5)
        self.assign()
        self.assertTrue(good.user_id)
        self.assertFalse(bad.team_id)

    def test_a_lead_that_the_team_filter_excludes_is_not_assigned(self):
        domain = "[('city', '=', 'Paris')]"
        team = self.make_team("Paris", 0, [self.ann], assignment_domain=domain)
        inside, outside = (
            self.make_scored(5, city="Paris"),
            self.make_scored(5, city="Rome"),
        )
        self.assign()
        self.assertEqual(inside.team_id, team)
        self.assertFalse(outside.team_id)

    def test_the_minimum_holds_for_leads_that_got_their_team_another_way(self):
        team = self.make_team("Direct", 50, [self.ann])
        low, high = self.make_scored(49, 50, team_id=team.id)
        self.assign()
        self.assertFalse(low.user_id)
        self.assertEqual(low.type, "lead")
        self.assertEqual(high.user_id, self.ann)

    def test_the_team_filter_holds_for_leads_that_got_their_team_another_way(self):
        domain = "[('city', '=', 'Paris')]"
        team = self.make_team("Paris", 0, [self.ann], assignment_domain=domain)
        inside = self.make_scored(5, city="Paris", team_id=team.id)
        outside = self.make_scored(5, city="Rome", team_id=team.id)
        self.assign()
        self.assertEqual(inside.user_id, self.ann)
        self.assertFalse(outside.user_id)

    def test_a_salesperson_gets_only_what_the_own_filter_matches(self):
        paris = {"assignment_domain": "[('city', '=', 'Paris')]"}
        self.make_team("Direct", 0, [(self.ann, paris), self.bob])
        leads = self.make_scored(1, 2, 3, city="Rome")
        leads += self.make_scored(4, city="Paris")
        self.assign()
        self.assertEqual(leads[3].user_id, self.ann)
        self.assertEqual(leads[:3].user_id, self.bob)

    def test_a_filter_may_ask_for_the_score(self):
        hot = {"assignment_domain": "[('score', '>=', 80)]"}
        self.make_team("Direct", 0, [(self.ann, hot)])
        high, low = self.make_scored(80, 79)
        self.assign()
        self.assertEqual(high.user_id, self.ann)
        self.assertFalse(low.user_id)

    # 2. Of several matching teams, the one with the highest minimum takes the lead;
    #    among equals, in proportion to capacity, reproducibly

    def test_the_team_with_the_highest_minimum_takes_the_lead(self):
        easy = self.make_team("Easy", 0, [self.ann], sequence=1)
        hard = self.make_team("Hard", 50, [self.bob], sequence=2)
        middle = self.make_team("Middle", 20, [self.eve], sequence=3)
        leads = self.make_scored(60, 50, 49, 20, 19, 0)
        self.assign()
        self.assertEqual(leads[:2].team_id, hard)
        self.assertEqual(leads[2:4].team_id, middle)
        self.assertEqual(leads[4:].team_id, easy)

    def test_equal_teams_share_in_proportion_to_capacity(self):
        small = self.make_team("S", 10, [(self.ann, {"assignment_max": 30})])
        large = self.make_team("L", 10, [(self.bob, {"assignment_max": 90})])
        leads = self.make_scored(*[20] * 40)
        self.assign()
        counts = [
            len(leads.filtered(lambda x, t=t: x.team_id == t)) for t in small + large
        ]
        self.assertEqual(counts, [10, 30])

    def test_equal_teams_share_in_proportion_over_many_small_runs(self):
        small = self.make_team("S", 10, [(self.ann, {"assignment_max": 30})])
        large = self.make_team("L", 10, [(self.bob, {"assignment_max": 90})])
        leads = self.Lead
        for _run in range(8):
            leads += self.make_scored(20)
            self.assign()
        counts = [
            len(leads.filtered(lambda x, t=t: x.team_id == t)) for t in small + large
        ]
        self.assertEqual(counts, [2, 6])

    def test_the_same_leads_are_allocated_the_same_way_again(self):
        for name, seller in (("A", self.ann), ("B", self.bob), ("C", self.eve)):
            self.make_team(name, 10, [seller])
        leads = self.make_scored(*[20] * 30)
        allocations = []
        for _run in range(2):
            with self.env.cr.savepoint() as savepoint:
                self.assign()
                allocations.append([(lead.team_id, lead.user_id) for lead in leads])
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(*allocations)

    def test_a_team_without_capacity_takes_no_leads(self):
        self.make_team("Nobody", 90)
        self.make_team("Zero", 80, [(self.ann, {"assignment_max": 0})])
        team = self.make_team("Some", 0, [self.bob])
        lead = self.make_scored(100)
        self.assign()
        self.assertEqual(lead.team_id, team)

    # 3. Best leads first: score descending, then oldest. Rotation; capacities

    def test_the_best_lead_is_assigned_first(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        low, high, middle = self.make_scored(10, 90, 50)
        self.assign()
        self.assertEqual(high.user_id, self.ann)
        self.assertFalse((low + middle).user_id)

    def test_of_equal_leads_the_oldest_is_assigned_first(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(50, 50, 50)
        self.set_age(leads[1], LONG_AGO)
        self.assign()
        self.assertEqual(leads[1].user_id, self.ann)
        self.assertFalse((leads - leads[1]).user_id)

    def test_leads_of_unlike_score_go_to_members_in_turn(self):
        self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        leads = self.make_scored(9, 8, 7, 6, 5, 4)
        self.assign()
        order = [lead.user_id for lead in leads]
        self.assertEqual(order, [self.ann, self.bob, self.eve] * 2)

    def test_the_rotation_goes_on_where_the_last_run_stopped(self):
        self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        order = []
        for _run in range(6):
            lead = self.make_scored(50)
            self.assign()
            order.append(lead.user_id)
        self.assertEqual(order, [self.ann, self.bob, self.eve] * 2)

    def test_the_rotation_passes_over_members_who_left(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob, self.eve])
        self.make_scored(50)
        self.assign()
        team.crm_team_member_ids.filtered(
            lambda m: m.user_id == self.bob
        ).active = False
        lead = self.make_scored(50)
        self.assign()
        self.assertEqual(lead.user_id, self.eve)

    def test_the_rotation_survives_the_deletion_of_its_last_member(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob])
        self.make_scored(50)
        self.assign()
        team.assignment_last_member_id.unlink()
        lead = self.make_scored(50)
        self.assign()
        self.assertEqual(lead.user_id, self.bob)

    def test_six_a_month_is_six_a_month_evenly(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 6})])
        leads = self.make_scored(*[50] * 20)
        self.set_age(leads, LONG_AGO)
        start, assigned = datetime(2026, 3, 2, 3), []
        for day in range(30):
            # The job never starts at the very same second.
            jitter = timedelta(seconds=-7 if day % 2 else 11)
            with self.at(start + timedelta(days=day) + jitter):
                before = len(leads.filtered("user_id"))
                self.assign_daily()
                if len(leads.filtered("user_id")) > before:
                    assigned.append(day)
        self.assertEqual(assigned, [0, 5, 10, 15, 20, 25])

    def test_a_second_run_on_the_same_day_assigns_no_more(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(*[50] * 4)
        self.assign_daily()
        self.assign_daily()
        self.assertEqual(len(leads.filtered("user_id")), 1)

    def test_the_button_gives_a_day_s_share_again_within_the_month(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 3})])
        leads = self.make_scored(*[50] * 6)
        for count in (1, 2, 3, 3):
            self.assign(force_quota=True)
            self.assertEqual(len(leads.filtered("user_id")), count)

    def test_a_day_is_that_of_the_salesperson(self):
        self.ann.tz = "Pacific/Auckland"  # 12 hours ahead
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_scored(50, 50, 50)
        self.set_age(leads, LONG_AGO)
        for hour, count in ((10, 1), (11, 1), (12, 2), (20, 2)):
            with self.at(datetime(2026, 7, 1, hour, 30)):
                self.assign_daily()
                self.assertEqual(len(leads.filtered("user_id")), count)

    def test_unlimited_is_unlimited(self):
        unlimited = {"assignment_max": 1, "assignment_unlimited": True}
        self.make_team("Direct", 0, [(self.ann, unlimited)])
        leads = self.make_scored(*[50] * 40)
        self.assign_daily()
        self.assertEqual(leads.user_id, self.ann)
        self.assertTrue(all(leads.mapped("user_id")))

    def test_a_team_of_unlimited_members_alone_takes_leads(self):
        unlimited = {"assignment_max": 0, "assignment_unlimited": True}
        team = self.make_team("Direct", 0, [(self.ann, unlimited)])
        lead = self.make_scored(50)
        self.assign_daily()
        self.assertEqual((lead.team_id, lead.user_id), (team, self.ann))

    def test_a_paused_member_gets_nothing(self):
        paused = {"assignment_optout": True}
        self.make_team("Direct", 0, [(self.ann, paused), self.bob])
        leads = self.make_scored(3, 2, 1)
        self.assign()
        self.assertEqual(leads.user_id, self.bob)

    def test_an_archived_user_gets_nothing(self):
        team = self.make_team("Direct", 0, [self.ann, self.bob])
        self.ann.active = False
        team.crm_team_member_all_ids.active = True
        self.env.invalidate_all()
        leads = self.make_scored(3, 2, 1)
        self.assign()
        self.assertEqual(leads.user_id, self.bob)
        self.assertTrue(all(leads.mapped("user_id")))

    def test_a_preference_goes_first_and_keeps_the_order_of_scores(self):
        wants = {
            "assignment_domain_preferred": "[('city', '=', 'Paris')]",
            "assignment_max": 30,
        }
        self.make_team("Direct", 0, [(self.ann, wants), self.bob])
        weak, strong = self.make_scored(10, 60, city="Paris")
        other = self.make_scored(90, city="Rome")
        self.assign()
        self.assertEqual(strong.user_id, self.ann)
        self.assertEqual((weak + other).user_id, self.bob)

    # 4. Duplicates are merged first. An assigned lead becomes an opportunity

    @mute_logger("odoo.models.unlink")
    def test_duplicates_are_merged_before_the_score_is_compared(self):
        team = self.make_team("Direct", 50, [self.ann])
        self.make_team("Rest", 0, [self.bob])
        email = {"email_from": "twin@assign.example.com"}
        leads = self.make_scored(30, 40, **email)
        self.assign()
        lead = leads.exists()
        self.assertEqual(len(lead), 1)
        self.assertEqual(lead.score, 70)
        self.assertEqual((lead.team_id, lead.user_id), (team, self.ann))

    @mute_logger("odoo.models.unlink")
    def test_what_was_merged_is_reported_as_core_does(self):
        team = self.make_team("Direct", 0, [self.ann])
        leads = self.make_scored(30, 40, email_from="twin@assign.example.com")
        single = self.make_scored(5)
        teams_data, members_data = self.assign()
        self.assertEqual(teams_data[team]["assigned"], set(single.ids))
        self.assertEqual(teams_data[team]["merged"], set(leads.exists().ids))
        self.assertEqual(
            teams_data[team]["duplicates"], set((leads - leads.exists()).ids)
        )
        member = team.crm_team_member_ids
        self.assertEqual(members_data[member]["assigned"], leads.exists() + single)

    @mute_logger("odoo.models.unlink")
    def test_a_duplicate_of_somebody_s_opportunity_is_merged_into_it(self):
        team = self.make_team("Direct", 0, [self.ann])
        email = {"email_from": "twin@assign.example.com"}
        owned = self.make_lead(
            type="opportunity", user_id=self.bob.id, team_id=team.id, **email
        )
        lead = self.make_scored(50, **email)
        self.assign()
        self.assertFalse(lead.exists())
        self.assertEqual(owned.user_id, self.bob)
        self.assertEqual(owned.score, 50)

    @mute_logger("odoo.models.unlink")
    def test_duplicates_by_a_second_address_are_merged(self):
        self.make_team("Direct", 0, [self.ann])
        known = self.make_scored(30, email_from="second@assign.example.com")
        both = "first@assign.example.com, second@assign.example.com"
        lead = self.make_scored(40, email_from=both)
        self.assign()
        self.assertEqual(len((known + lead).exists()), 1)

    def test_an_assigned_lead_becomes_an_opportunity_and_keeps_its_contact(self):
        partner = self.env["res.partner"].create({"name": "Contact"})
        self.make_team("Direct", 0, [self.ann])
        with_partner = self.make_scored(50, partner_id=partner.id)
        without = self.make_scored(40)
        self.assign()
        for lead in with_partner + without:
            self.assertEqual(lead.type, "opportunity")
            self.assertTrue(lead.date_conversion)
            self.assertTrue(lead.date_open)
        self.assertEqual(with_partner.partner_id, partner)
        self.assertFalse(without.partner_id)

    def test_won_and_lost_leads_are_left_alone(self):
        team = self.make_team("Direct", 0, [self.ann])
        won, lost = self.make_scored(50, 60, team_id=team.id)
        won.action_set_won()
        lost.action_set_lost()
        self.assign()
        self.assertFalse((won + lost).user_id)

    # 5. Below every minimum it stays a lead, unassigned

    def test_below_every_minimum_it_stays_a_lead_without_team_and_salesperson(self):
        self.make_team("A", 50, [self.ann])
        self.make_team("B", 30, [self.bob])
        lead = self.make_scored(29)
        self.assign()
        self.assertEqual(lead.type, "lead")
        self.assertFalse(lead.team_id)
        self.assertFalse(lead.user_id)

    # 7. It extends core's assignment

    def test_without_any_score_the_most_probable_lead_goes_first(self):
        self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        leads = self.make_leads(3)
        for lead, probability in zip(leads, (10, 60, 30), strict=True):
            lead.probability = probability
        self.assign()
        self.assertEqual(leads.filtered("user_id"), leads[1])

    def test_the_button_says_what_it_did(self):
        team = self.make_team("Direct", 50, [self.ann])
        self.make_scored(50, 60, 10)
        action = team.with_user(self.manager).action_assign_leads()
        message = action["params"]["message"]
        self.assertIn("2 leads allocated to Direct team.", message)
        self.assertIn("2 leads assigned among 1 salespersons.", message)

    def test_queries_grow_slower_than_leads(self):
        self.make_team("Direct", 10, [self.ann, self.bob])
        self.make_scored(*[50] * 5)
        self.assign()
        counts = []
        for size in (10, 60):
            self.make_scored(*[50] * size)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.assign(force_quota=True)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess((counts[1] - counts[0]) / 50, 8, counts)
