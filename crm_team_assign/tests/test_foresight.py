from unittest.mock import patch

from odoo.tests import tagged

from ..execution import foresight, planner
from ..execution.foresight import Foresight, find_probabilities
from .common import AssignmentCase


@tagged("post_install", "-at_install")
class TestForesight(AssignmentCase):
    """As in core, the probability that counts is that of the lead in its new team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frequencies = cls.env["crm.lead.scoring.frequency"]
        frequencies.search([]).unlink()
        cls.env["ir.config_parameter"].set_param("crm.pls_fields", "country_id")
        cls.stage = cls.env["crm.stage"].search(
            [("team_ids", "=", False)], order="sequence, id", limit=1
        )
        cls.likely, cls.unlikely = cls.env.ref("base.be"), cls.env.ref("base.fr")

    def make_frequencies(self, team):
        """Have a team win most leads of one country, and few of the other."""
        rows = [
            ("stage_id", self.stage.id, 50, 50),
            ("country_id", self.likely.id, 45, 5),
            ("country_id", self.unlikely.id, 5, 45),
        ]
        names = "variable", "value", "won_count", "lost_count"
        self.env["crm.lead.scoring.frequency"].create(
            [dict(zip(names, row, strict=True), team_id=team.id) for row in rows]
        )

    def make_countries(self):
        """Make an unlikely lead and a likely one, of which that is not known yet."""
        leads = self.Lead.create(
            [
                {"name": f"Of {country.name}", "country_id": country.id}
                for country in (self.unlikely, self.likely)
            ]
        )
        leads.write({"team_id": False, "user_id": False})
        leads.probability = leads.automated_probability = 20
        self.env.flush_all()
        return leads

    def count_planning(self, team):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        free = self.Lead._get_allocation_domain()
        planner.make_draft(team, free, team._get_lead_to_assign_domain())
        return self.env.cr.sql_log_count - before

    def test_the_lead_that_is_most_probable_in_its_new_team_is_first(self):
        team = self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        self.make_frequencies(team)
        unlikely, likely = self.make_countries()
        self.assign()
        self.assertEqual(likely.user_id, self.ann)
        self.assertFalse(unlikely.user_id)

    def test_filters_of_members_see_the_probability_in_the_new_team(self):
        filtered = {"assignment_domain": "[('probability', '>=', 50)]"}
        team = self.make_team("Direct", 0, [(self.ann, filtered)])
        self.make_frequencies(team)
        unlikely, likely = self.make_countries()
        self.assign()
        self.assertEqual(likely.user_id, self.ann)
        self.assertGreaterEqual(likely.probability, 50)
        self.assertEqual(unlikely.team_id, team)
        self.assertFalse(unlikely.user_id)

    def test_they_see_it_where_scores_are_in_use(self):
        filtered = {"assignment_domain": "[('probability', '<', 15)]"}
        team = self.make_team("Direct", 10, [(self.ann, filtered)])
        self.make_frequencies(team)
        unlikely, likely = self.make_countries()
        self.make_rule([("name", "like", "Of %")], 50)
        self.assign()
        self.assertEqual(unlikely.user_id, self.ann)
        self.assertFalse(likely.user_id)

    def test_what_is_preferred_is_preferred_by_it(self):
        wish = {"assignment_domain_preferred": "[('probability', '>', 50)]"}
        team = self.make_team("Direct", 0, [(self.ann, wish), self.bob])
        self.make_frequencies(team)
        unlikely, likely = self.make_countries()
        self.assign()
        self.assertEqual(likely.user_id, self.ann)
        self.assertEqual(unlikely.user_id, self.bob)

    def test_a_probability_set_by_hand_stays(self):
        team = self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        self.make_frequencies(team)
        unlikely, likely = self.make_countries()
        unlikely.probability = 99
        self.assign()
        self.assertEqual(unlikely.user_id, self.ann)
        self.assertFalse(likely.user_id)

    def test_a_lead_without_a_stage_gets_the_first_of_the_team(self):
        team = self.make_team("Direct", 0, [(self.ann, {"assignment_max": 30})])
        self.make_frequencies(team)
        leads = self.make_countries()
        leads.stage_id = False
        leads.flush_recordset()
        foreseen = find_probabilities(leads, Foresight(team))
        self.assign(force_quota=True)
        found = {lead.id: lead.probability for lead in leads}
        self.assertEqual(foreseen, found)
        self.assertEqual(len(set(found.values())), 2)

    def test_closed_leads_and_an_empty_table_foresee_nothing(self):
        team = self.make_team("Direct", 0, [self.ann])
        leads = self.make_countries()
        self.assertEqual(find_probabilities(leads, Foresight(team)), {})
        self.make_frequencies(team)
        self.assertTrue(find_probabilities(leads, Foresight(team)))
        leads.action_archive()
        self.assertEqual(find_probabilities(leads, Foresight(team)), {})

    def test_a_client_cannot_change_what_probabilities_are_computed_by(self):
        leads = self.make_countries()
        values = leads._pls_get_lead_pls_values([("id", "in", leads.ids)])
        asking = leads.with_context(foresight={"team_id": 1})
        domain = [("id", "in", leads.ids)]
        self.assertEqual(asking._pls_get_lead_pls_values(domain), values)

    def test_where_leads_have_scores_nothing_is_asked(self):
        team = self.make_team("Direct", 10, [self.ann, self.bob])
        self.make_scored(*[50] * 3)
        self.Rule.assign_scores_to_leads()
        self.count_planning(team)  # fills caches
        without = self.count_planning(team)
        self.make_frequencies(team)
        with patch.object(foresight, "find_probabilities") as asked:
            self.assertEqual(self.count_planning(team), without)
        asked.assert_not_called()

    def test_more_leads_take_no_more_queries(self):
        team = self.make_team("Direct", 0, [self.ann])
        self.make_frequencies(team)
        self.make_countries()
        self.count_planning(team)  # fills caches
        few = self.count_planning(team)
        for _times in range(10):
            self.make_countries()
        self.assertEqual(self.count_planning(team), few)
