from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestScoreBands(TransactionCase):
    def test_bands_say_which_minimums_of_teams_are_among_them(self):
        self.env["crm.team"].search([]).min_for_assign = 0
        self.env["crm.team"].create(
            [
                {"name": "Europe", "min_for_assign": 20},
                {"name": "Asia", "min_for_assign": 29.5},
                {"name": "All", "min_for_assign": 0},
            ]
        )
        bands = self.env["website.crm.score.band"].search([("low", "in", (0, 20, 30))])
        names = [name.split(" · ") for name in bands.mapped("display_name")]
        self.assertEqual([name[0] for name in names], ["0 – 9", "20 – 29", "30 – 39"])
        self.assertEqual(set(names[1][1:]), {"Europe from 20", "Asia from 29.5"})
        self.assertFalse(names[0][1:] + names[2][1:])
