from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..execution.inquiry import Inquiry
from .plan_common import PlanCase

OSLO = "[('city', '=', 'Oslo')]"


@tagged("post_install", "-at_install")
class TestWhyAssigned(PlanCase):
    """Why somebody gets a lead: the minimum, the filters, and whose turn it is of how
    many; in the same words wherever it is said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()

    def test_it_says_whose_turn_it_is_of_how_many(self):
        self.make_team("Direct", 50, [self.ann, self.bob, self.eve])
        leads = self.make_scored(90, 80, 70, 60)
        plan = self.rehearse()
        for lead, (name, turn) in zip(
            leads, (("Ann", 1), ("Bob", 2), ("Eve", 3), ("Ann", 1)), strict=True
        ):
            self.assertEqual(
                self.explain(plan, lead),
                f"{int(lead.score)} ≥ 50, the highest minimum of the teams that take"
                f" it. It is the turn of {name} in Direct: turn {turn} of 3.",
            )

    def test_they_count_who_could_get_it(self):
        """Neither who has no room, nor whose filter excludes it."""
        self.make_team(
            "Direct",
            0,
            [
                (self.ann, {"assignment_max": 30}),
                self.bob,
                (self.eve, {"assignment_domain": OSLO}),
            ],
        )
        leads = self.make_scored(90, 80, city="Oslo") + self.make_scored(70, 60)
        plan = self.rehearse()
        turn = "It is the turn of"
        self.assertEqual(
            [self.explain(plan, lead) for lead in leads],
            [
                f"{turn} Ann in Direct: turn 1 of 3.",
                f"{turn} Bob in Direct: turn 1 of 2.",
                f"{turn} Bob in Direct.",
                f"{turn} Bob in Direct.",
            ],
        )

    def test_it_says_that_a_filter_matches_if_there_is_one(self):
        oslo = {"assignment_domain": OSLO}
        for number, (values, mine, words) in enumerate(
            (
                (oslo, {}, "60 ≥ 50, {}; the filter matches. It is"),
                ({}, oslo, "60 ≥ 50, {}; the filter matches. It is"),
                ({}, {}, "60 ≥ 50, {}. It is"),
                ({"min_for_assign": 0}, oslo, "The filter matches. It is"),
            )
        ):
            with self.subTest(values=values, mine=mine):
                self.Team.search([]).active = False
                team = self.make_team(f"T{number}", 50, [(self.ann, mine)])
                team.write(values)
                free = self.make_scored(60, city="Oslo")
                own = self.make_scored(60, city="Oslo", team_id=team.id)
                plan = self.rehearse(leads=free + own)
                for lead, minimum in (
                    (free, "the highest minimum of the teams that take it"),
                    (own, "the minimum of its team"),
                ):
                    said = self.explain(plan, lead)
                    self.assertTrue(said.startswith(words.format(minimum)), said)

    def test_of_several_who_prefer_such_leads_it_says_whose_turn_it_is(self):
        wish = {"assignment_domain_preferred": OSLO}
        self.make_team("Direct", 0, [(self.ann, wish), (self.bob, wish), self.eve])
        leads = self.make_scored(90, 80, city="Oslo")
        plan = self.rehearse()
        self.assertEqual(
            [self.explain(plan, lead) for lead in leads],
            [
                "Ann prefers such leads: turn 1 of 2.",
                "Bob prefers such leads: turn 2 of 2.",
            ],
        )

    def test_a_team_alone_says_what_it_takes(self):
        self.make_team("Direct", 50, [self.ann], assignment_domain=OSLO)
        self.make_scored(60, city="Oslo")
        self.Rule.assign_scores_to_leads()
        self.Team.search([])._allocate_leads(creation_delta_days=0)
        [line] = self.env["crm.assignment.plan"].search([], limit=1).line_ids
        self.assertEqual(
            line.explanation,
            "60 ≥ 50, the highest minimum of the teams that take it; the filter"
            " matches. Direct takes it.",
        )

    def test_plan_why_not_and_the_log_of_the_lead_say_the_same(self):
        self.make_team("Direct", 50, [self.ann, self.bob], assignment_domain=OSLO)
        lead = self.make_scored(60, city="Oslo")
        planned = self.explain(self.rehearse(), lead)
        self.assertTrue(
            planned.endswith(
                "filter matches. It is the turn of Ann in Direct: turn 1 of 2."
            ),
            planned,
        )
        asked = Inquiry(lead.with_user(self.manager)).plan()._explain()
        self.env.flush_all()
        self.env.cr.flush()
        self.assign()
        self.env.flush_all()
        self.env.cr.flush()
        [message] = lead.message_ids.filtered("tracking_value_ids")
        self.assertEqual(asked, planned)
        self.assertIn(planned, " ".join(html2plaintext(message.body).split()))
