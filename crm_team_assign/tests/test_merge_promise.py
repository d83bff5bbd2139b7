from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.website_crm_score.tools.merge_rehearsal import rehearse_merge

from .plan_common import PlanCase

EMAIL = "twin@assign.example.com"


class MergeCase(PlanCase):
    """Leads of one address, and what their visitors saw."""

    def make_visit_rule(self, **values):
        values = {"page_url": "/page", "value": 1, **values}
        return self.Rule.create(
            {
                "name": "Visits",
                "rule_type": "event",
                "event_type": "page_visit",
                **values,
            }
        )

    def make_twins(self, *visitors, **values):
        """Make leads of one address, each of the visitor that sent its form."""
        leads = self.make_leads(len(visitors), email_from=EMAIL, **values)
        for lead, visitor in zip(leads, visitors, strict=True):
            visitor.lead_ids += lead
        self.env.flush_all()
        return leads

    def make_known_visitors(self, count):
        """Make visitors who logged in with the address of the twins, on as many
        browsers."""
        partners = self.env["res.partner"].create(
            [{"name": "Twin", "email": EMAIL} for _index in range(count)]
        )
        return [self.make_visitor(partner=partner) for partner in partners]


@tagged("post_install", "-at_install")
class TestMergePromise(MergeCase):
    """What a dry run promises of mergers is what merging does."""

    @mute_logger("odoo.models.unlink")
    def check_promise(self, twins):
        """Confirm a dry run; return its line for the lead that is left."""
        plan = self.rehearse()
        [line] = plan.line_ids.filtered(lambda line: line.outcome != "merge")
        promise = line.lead_id, line.score, line.user_id
        self.confirm(plan)
        if line.outcome == "none":
            self.assign()
        left = twins.exists()
        self.assertEqual(len(left), 1)
        self.assertEqual((left, left.score, left.user_id), promise)
        self.assertNotEqual(line.state, "left_out")
        return line

    def test_visits_of_both_count(self):
        self.make_team("Direct", 5, [self.ann])
        self.make_visit_rule()
        one, two = self.make_known_visitors(2)
        twins = self.make_twins(one, two)
        for visitor in (one, two):
            self.make_tracks(visitor, *["/page"] * 3)
        line = self.check_promise(twins)
        self.assertEqual((line.score, line.user_id), (6, self.ann))

    def test_visits_of_one_visitor_who_sent_two_forms_count_once(self):
        self.make_team("Direct", 5, [self.ann])
        self.make_visit_rule()
        [visitor] = self.make_known_visitors(1)
        twins = self.make_twins(visitor, visitor)
        self.make_tracks(visitor, *["/page"] * 3)
        line = self.check_promise(twins)
        self.assertEqual((line.score, line.reason), (3, "minimum"))

    def test_what_a_rule_gives_at_most_is_of_both(self):
        self.make_team("Direct", 0, [self.ann])
        self.make_visit_rule(max_count=4)
        one, two = self.make_known_visitors(2)
        twins = self.make_twins(one, two)
        for visitor in (one, two):
            self.make_tracks(visitor, *["/page"] * 3)
        self.assertEqual(self.check_promise(twins).score, 4)

    def test_points_of_a_stranger_are_promised_to_nobody(self):
        self.make_team("Direct", 50, [self.ann])
        self.make_visit_rule(value=50)
        twin, stranger = self.make_visitor(), self.make_visitor()
        twins = self.make_twins(twin, stranger)
        self.make_tracks(stranger, "/page")
        self.set_age(twins[0], self.env.cr.now().replace(year=2020))
        line = self.check_promise(twins)
        self.assertEqual((line.score, line.reason), (0, "minimum"))

    def test_a_rule_that_only_both_match_together_counts(self):
        self.make_team("Direct", 20, [self.ann])
        self.make_rule(
            "[('phone', '!=', False), ('city', '=', 'Rome')]", 20, event_based=True
        )
        twins = self.make_leads(2, email_from=EMAIL)
        twins[0].phone, twins[1].city = "+39 06 1", "Rome"
        line = self.check_promise(twins)
        self.assertEqual((line.score, line.user_id), (20, self.ann))

    def test_filters_look_at_what_is_left(self):
        wants = "[('description', 'not ilike', 'private')]"
        self.make_team("Direct", 0, [self.ann], assignment_domain=wants)
        twins = self.make_leads(2, email_from=EMAIL, description="<p>Offer</p>")
        twins[1].description = "<p>Private</p>"
        self.assertEqual(self.check_promise(twins).reason, "team_filter")

    def test_the_address_of_what_is_left_is_that_of_one_of_them(self):
        india = self.env.ref("base.in")
        wants = f"[('country_id', '=', {india.id})]"
        self.make_team("Direct", 0, [self.ann], assignment_domain=wants)
        twins = self.make_leads(2, email_from=EMAIL)
        state = self.env["res.country.state"].search([("country_id", "=", india.id)])
        twins[1].write({"country_id": india.id, "state_id": state[:1].id})
        line = self.check_promise(twins)
        self.assertEqual((line.user_id, line.lead_id.country_id), (self.ann, india))

    @mute_logger("odoo.models.unlink")
    def test_other_leads_have_what_their_contact_is_told(self):
        wants = "[('phone_sanitized', '=', '+32470123456')]"
        self.make_team("Direct", 0, [self.ann], assignment_domain=wants)
        contact = self.env["res.partner"].create({"name": "Twin", "email": EMAIL})
        twins = self.make_leads(2, email_from=EMAIL)
        twins[0].partner_id, twins[1].phone = contact, "+32 470 12 34 56"
        other = self.make_lead("Other", partner_id=contact.id)
        self.env.flush_all()
        other._write({"email_from": False, "email_normalized": False})  # as by a file
        plan = self.rehearse()
        self.assertEqual(self.get_line(plan, other).user_id, self.ann)
        self.assertFalse(contact.phone)  # it is not told yet
        self.confirm(plan)
        self.assertEqual(other.user_id, self.ann)
        self.assertEqual(self.get_line(plan, other).state, "done")
        self.assertEqual(other.phone, "+32 470 12 34 56")

    def test_what_is_computed_follows_what_is_left(self):
        wants = "[('phone_state', '=', 'correct')]"
        self.make_team("Direct", 0, [self.ann], assignment_domain=wants)
        twins = self.make_leads(2, email_from=EMAIL)
        head = twins._sort_by_confidence_level(reverse=True)[0]
        (twins - head).phone = "+32 470 12 34 56"
        self.assertEqual(self.check_promise(twins).user_id, self.ann)

    @mute_logger("odoo.models.unlink")
    def test_who_gets_a_lead_by_a_merger_has_no_room_for_another(self):
        small = {"assignment_max": 30}
        team = self.make_team("Direct", 0, [(self.ann, small)])
        stages = self.env["crm.stage"].search([("is_won", "=", False)], limit=2)
        values = {"email_from": EMAIL, "type": "opportunity"}
        best, own = self.make_leads(2, **values, stage_id=stages[0].id)
        best.stage_id = stages[1]
        own.write({"team_id": team.id, "user_id": self.ann.id})
        own.date_open = self.env.cr.now() - timedelta(days=5)
        alone = self.make_lead("Alone")
        plan = self.rehearse()
        self.assertEqual(self.get_line(plan, alone).reason, "capacity")
        self.assign()
        self.assertEqual((best.user_id, alone.user_id.id), (self.ann, False))

    @mute_logger("odoo.models.unlink")
    def test_a_line_names_the_lead_that_is_really_left(self):
        self.make_team("Direct", 0, [self.ann])
        stages = self.env["crm.stage"].search([("is_won", "=", False)], limit=2)
        twins = self.make_scored(3, 4, email_from=EMAIL, stage_id=stages[0].id)
        plan = self.rehearse()
        line = self.get_lines(plan, "member")
        other = twins - line.lead_id
        other.stage_id = stages[1]  # it is the better one now
        self.confirm(plan)
        left = twins.exists()
        self.assertEqual(left, other)
        self.assertEqual((line.lead_id, line.name), (left, left.name))
        self.assertEqual((line.state, left.user_id), ("done", self.ann))
        self.assertEqual(self.get_lines(plan, "merge").duplicate_of_id, left)

    @mute_logger("odoo.models.unlink")
    def test_a_merged_lead_below_the_minimum_is_not_handed_over(self):
        """By the button, too: its score is brought up to date before."""
        self.make_team("Direct", 50, [self.ann])
        self.make_visit_rule(value=50)
        twins = self.make_twins(self.make_visitor(), self.make_visitor())
        self.make_tracks(twins[1].visitor_ids, "/page")
        self.set_age(twins[0], self.env.cr.now().replace(year=2020))
        self.assign()
        left = twins.exists()
        self.assertEqual((len(left), left.score, len(left.user_id)), (1, 0, 0))


@tagged("post_install", "-at_install")
class TestMergeRehearsal(MergeCase):
    """To see what a merger would leave changes nothing, and nobody hears of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()

    def test_a_rehearsal_of_a_merger_is_heard_of_by_nobody(self):
        self.make_team("Direct", 0, [self.ann])
        self.make_visit_rule()
        one, two = self.make_known_visitors(2)
        twins = self.make_twins(one, two)
        twins.message_subscribe(self.bob.partner_id.ids)
        self.make_tracks(two, "/page")
        twins[0].partner_id, twins[1].phone = one.partner_id, "+32 470 12 34 56"
        self.Rule.assign_scores_to_leads()
        self.env.flush_all()
        self.env.cr.flush()
        messages = self.env["mail.message"].search_count([])
        written = []
        for model in self.Lead, self.env["res.partner"]:
            write = type(model).write
            self.patch(
                type(model),
                "write",
                lambda *args, write=write: written.append(args) or write(*args),
            )
        self.Team.with_user(self.manager).action_plan_assignment()
        self.env.cr.flush()
        self.assertFalse(written)
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        self.assertEqual([len(lead.visitor_ids) for lead in twins], [1, 1])
        self.assertFalse(one.partner_id.phone)

    def test_many_groups_take_as_many_queries_as_a_few(self):
        self.make_visit_rule()

        def count_queries(name, number):
            visitors = self.make_known_visitors(2)
            groups = []
            for index in range(number):
                address = f"{name}{index}@assign.example.com"
                groups.append(self.make_leads(2, email_from=address))
                for lead, visitor in zip(groups[-1], visitors, strict=True):
                    visitor.lead_ids += lead
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with rehearse_merge(groups) as merged:
                self.assertEqual(len(merged), number)
            return self.env.cr.sql_log_count - before

        count_queries("first", 2)  # fills caches
        self.assertEqual(count_queries("many", 12), count_queries("few", 2))
