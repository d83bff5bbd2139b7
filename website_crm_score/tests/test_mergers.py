from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ScoringCase


@tagged("post_install", "-at_install")
class TestMergers(ScoringCase):
    """What core does for each of many groups of leads that are merged is done at once
    for all, unless another addon has a hand in it."""

    def make_groups(self, count, **values):
        groups = []
        for number in range(count):
            email = f"twin{number}@example.com"
            one = {"name": "One", "email_from": email, "function": "Buyer"}
            other = {"name": "Two", "email_from": email, "contact_name": "Twin"}
            groups.append(self.Lead.create([one, other | values]))
        self.env.flush_all()
        self.env.invalidate_all()
        return groups

    @mute_logger("odoo.models.unlink")
    def merge(self, groups):
        merged = self.Lead._merge_automatically(groups)
        self.env.flush_all()
        return merged

    def listen(self, name):
        """Have another addon note what a method of leads is called with."""
        cls, heard = type(self.Lead), []

        def note(leads, *args):
            heard.append((leads, *args))
            return getattr(super(cls, leads), name)(*args)

        self.startPatcher(patch.object(cls, name, note, create=True))
        return heard

    def test_no_groups_are_no_mergers(self):
        self.assertEqual(self.Lead._merge_automatically(iter(())), {})

    def merge_and_note(self, module):
        """Merge leads; return what core writes, below code of a module."""
        [group] = self.make_groups(1)
        core = self.get_base("odoo.addons.mail.models.mail_thread")
        written, write = set(), core.write

        def note(records, vals):
            written.update(vals if records._name == "crm.lead" else ())
            return write(records, vals)

        note.__module__ = module
        with patch.object(core, "write", note):
            [lead] = self.merge([group])
        self.assertEqual((lead.function, lead.contact_name), ("Buyer", "Twin"))
        return written

    def test_what_is_the_same_is_not_written(self):
        written = self.merge_and_note("odoo.addons.mail.models.mail_thread")
        self.assertEqual(len({"function", "contact_name"} & written), 1)
        self.assertFalse({"name", "stage_id", "country_id", "type"} & written)

    def test_an_addon_that_hears_of_writing_hears_of_all_values(self):
        written = self.merge_and_note("odoo.addons.another")
        self.assertLess({"function", "contact_name", "name", "stage_id"}, written)

    def get_base(self, module):
        """Return the class of leads that a module has."""
        bases = type(self.Lead).__mro__
        return next(base for base in bases if base.__module__ == module)

    def test_an_addon_that_moves_something_hears_of_all_leads(self):
        for name in (
            "_merge_followers",
            "_merge_dependences_history",
            "_merge_dependences_attachments",
            "_merge_dependences_calendar_events",
        ):
            with self.subTest(method=name):
                groups = self.make_groups(2)
                heard = self.listen(name)
                merged = self.merge(groups)
                self.assertEqual([call[1] for call in heard], list(merged.values()))

    def test_what_an_addon_moves_is_moved_where_core_has_nothing_to_move(self):
        """An addon below ours is asked only if it is known to have nothing more."""
        core = self.get_base("odoo.addons.crm.models.crm_lead")
        heard, move = [], core._merge_dependences_attachments

        def note(lead, opportunities):
            heard.append(opportunities)
            return move(lead, opportunities)

        note.__module__ = "odoo.addons.another"
        groups = self.make_groups(2)
        with patch.object(core, "_merge_dependences_attachments", note):
            merged = self.merge(groups)
        self.assertEqual(heard, list(merged.values()))

    def test_estimates_are_those_of_what_is_merged(self):
        """Though they are computed for all at once."""
        belgium = self.env.ref("base.be")
        self.env["ir.config_parameter"].set_param("crm.pls_fields", "country_id")
        stages = self.env["crm.stage"].search([("is_won", "=", False)])
        rarely = {"variable": "country_id", "value": belgium.id, "won_count": 1}
        often = {"variable": "country_id", "value": 0, "won_count": 9}
        self.env["crm.lead.scoring.frequency"].create(
            [
                {"variable": "stage_id", "value": id_, "won_count": 9, "lost_count": 9}
                for id_ in stages.ids
            ]
            + [rarely | {"lost_count": 9}, often | {"lost_count": 1}]
        )
        groups = self.make_groups(3, country_id=belgium.id)
        for lead in self.merge(groups):
            estimate = lead.automated_probability
            self.assertEqual(lead.country_id, belgium)
            self.assertLess(estimate, 50)
            lead._compute_probabilities()
            self.assertEqual(lead.automated_probability, estimate)
