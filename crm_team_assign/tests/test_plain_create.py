from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.website_crm_score.tests.common import DependentFieldCase

from ..execution import messages, plain_create
from ..execution.giving import give, in_assignment
from ..execution.new_followers import NewFollowers
from .common import LONG_AGO, AssignmentCase
from .rows_common import RowsCase

MODELS = ("mail.message", "mail.tracking.value", "mail.followers", "mail.notification")


@tagged("post_install", "-at_install")
class TestSameRows(RowsCase):
    """Whichever way an assignment is written, all tables have the same rows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.bob.write({"lang": "fr_FR", "notification_type": "email"})
        cls.eve.lang = "fr_FR"
        note = cls.env.ref("mail.mt_note")
        note.description = "A note"
        note.with_context(lang="fr_FR").description = "Une note"
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        everywhere = [Command.set((cls.env.company + cls.abroad).ids)]
        (cls.ann + cls.bob + cls.eve + cls.manager).company_ids = everywhere
        cls.direct = cls.make_team(
            "Direct", 50, [cls.ann, cls.bob], take_back_hours=1, take_back_date=LONG_AGO
        )
        cls.rest = cls.make_team("Rest", 0, [cls.eve], company_id=cls.abroad.id)
        cls.follow(cls.direct)
        cls.make_all()

    @classmethod
    def follow(cls, team):
        """Have somebody follow a team, and so what becomes of its leads."""
        subtypes = cls.env["mail.message.subtype"].search(
            [("res_model", "in", ["crm.team", False])]
        )
        team.message_subscribe(cls.manager.partner_id.ids, subtypes.ids)
        follower = cls.env["res.partner"].create({"name": "A customer who follows"})
        team.message_subscribe(follower.ids, subtypes.ids)

    @classmethod
    def make_all(cls):
        cls.leads = cls.make_scored(90, 80, 70, 60, 20, 10)
        cls.leads += cls.make_scored(85, company_id=cls.abroad.id)
        cls.leads += cls.make_scored(75, team_id=cls.direct.id)
        cls.leads += cls.make_scored(65, type="opportunity", probability=30)
        cls.leads += cls.make_scored(55, partner_id=cls.eve.partner_id.id)
        cls.leads += cls.make_scored(60, 50, email_from="twin@example.com")
        cls.leads[0].message_subscribe(cls.ann.partner_id.ids)
        cls.leads[1].tag_ids = cls.env["crm.tag"].create({"name": "<b>Hot</b>"})

    def work(self):
        """Assign; then take back from Ann what she did nothing for."""
        self.assign()
        self.flush()
        handovers = self.env["crm.assignment.handover"]
        hers = handovers.search([("user_id", "=", self.ann.id)])
        now = fields.Datetime.now()
        before = {"date": now - timedelta(days=30), "warned_date": LONG_AGO}
        hers.write(before)
        handovers._cron_follow_up()
        self.flush()

    def test_all_tables_have_the_same_rows_either_way(self):
        self.flush()
        before = self.read_rows()
        with self.at(fields.Datetime.now()):
            with self.count_added() as added:
                plain = self.try_out(self.work)
            self.assertEqual(added, set(MODELS))
            with self.do_as_usual(), self.count_added() as added:
                usual = self.try_out(self.work)
            self.assertFalse(added)
        self.assertSameRows(plain, usual)
        for table in (
            "crm_lead",
            "mail_message",
            "mail_tracking_value",
            "mail_followers",
            "mail_followers_mail_message_subtype_rel",
            "mail_message_res_partner_rel",
            "mail_notification",
            "bus_bus",
            "website_crm_score_mention",
            "crm_assignment_handover",
        ):
            self.assertNotEqual(plain[table], before[table], table)

    @contextmanager
    def do_as_usual(self):
        """Have all of it done by Odoo's own code, in the same order."""
        part = messages._part

        def part_as_usual(env, todo):
            together, apart = part(env, todo)
            return [], together + apart

        with (
            patch.object(plain_create, "is_plain", lambda model: False),
            patch.object(messages, "_part", part_as_usual),
            patch.object(NewFollowers, "get", lambda env: None),
        ):
            yield

    @contextmanager
    def count_added(self):
        """Note of which models records are added the plain way."""
        added, add = set(), plain_create.add

        def note(model, vals_list):
            added.add(model._name)
            return add(model, vals_list)

        with patch.object(plain_create, "add", note):
            yield added

    def test_what_is_in_memory_knows_of_it(self):
        self.flush()
        lead = self.leads[2]
        seen = lead.message_ids, lead.message_follower_ids, lead.message_partner_ids
        nobody = self.env["res.users"]
        give(in_assignment(lead), self.direct, self.ann, {lead.id: "Why"}, nobody)
        self.env.flush_all()
        self.env.cr.flush()
        now = lead.message_ids, lead.message_follower_ids, lead.message_partner_ids
        self.env.invalidate_all()
        kept = lead.message_ids, lead.message_follower_ids, lead.message_partner_ids
        self.assertEqual(now, kept)
        self.assertNotEqual(now[0], seen[0])
        self.assertNotEqual(now[1], seen[1])


@tagged("post_install", "-at_install")
class TestListeners(AssignmentCase):
    """Where anything listens, records are added as Odoo adds them."""

    def test_nothing_listens_at_first(self):
        for name in MODELS:
            with self.subTest(model=name):
                self.assertTrue(plain_create.is_plain(self.env[name]))

    def test_an_addon_hears_of_what_is_added(self):
        for name in MODELS:
            with self.subTest(model=name), self.listen(name) as heard:
                self.assertFalse(plain_create.is_plain(self.env[name]))
                with self.env.cr.savepoint():
                    self.assign_one()
                self.assertTrue(heard)

    @contextmanager
    def listen(self, name):
        """Have an override of ``create`` note what it hears."""
        heard, cls = [], type(self.env[name])

        def note(model, vals_list):
            heard.extend(vals_list)
            return super(cls, model).create(vals_list)

        with patch.object(cls, "create", note, create=True):
            yield heard

    def assign_one(self):
        self.track_everything()
        self.make_team("Direct", 0, [self.ann])
        lead = self.make_scored(50)
        self.assign()
        self.env.cr.flush()
        self.assertEqual(lead.user_id, self.ann)

    def test_an_automation_rule_hears_of_what_is_added(self):
        if "base.automation" not in self.env:
            self.skipTest("no automation rules")
        rule = self.env["base.automation"].create(
            {
                "name": "A message",
                "model_id": self.env["ir.model"]._get_id("mail.message"),
                "trigger": "on_create",
            }
        )
        self.addCleanup(rule.unlink)  # what Odoo does in memory, too
        self.assertFalse(plain_create.is_plain(self.env["mail.message"]))
        self.assertTrue(plain_create.is_plain(self.env["mail.followers"]))

    def test_a_check_of_an_addon_is_made(self):
        check = self.env["res.partner"]._constraint_methods[0]
        cls = type(self.env["mail.message"])
        with patch.object(cls, "_constraint_methods", [check]):
            self.assertFalse(plain_create.is_plain(self.env["mail.message"]))

    def test_only_what_is_known_is_added_so(self):
        followers = self.env["mail.followers"].sudo()
        values = {"res_model": "crm.lead", "res_id": 1, "partner_id": 1}
        for more, is_known in (
            ({}, True),
            ({"subtype_ids": [Command.set([1])]}, True),
            ({"subtype_ids": [Command.link(1), Command.link(2)]}, True),
            ({"subtype_ids": [Command.create({"name": "New"})]}, False),
            ({"subtype_ids": [Command.set([1]), Command.link(2)]}, False),
        ):
            with self.subTest(values=more):
                found = plain_create.can_add(followers, [values | more])
                self.assertEqual(found, is_known)
        user = self.ann
        self.assertFalse(plain_create.can_add(followers.with_user(user), [values]))


@tagged("post_install", "-at_install")
class TestStoredField(DependentFieldCase):
    """A stored field of a user is computed from what is added."""

    def test_a_stored_field_that_depends_on_messages_follows(self):
        self.assertTrue(plain_create.is_plain(self.env["mail.message"]))
        self.env["ir.model.fields"].create(
            {
                "name": "x_messages",
                "field_description": "Number of Messages",
                "model_id": self.env["ir.model"]._get("crm.lead").id,
                "ttype": "integer",
                "depends": "message_ids",
                "compute": "for lead in self: lead['x_messages'] = 1",
                "store": True,
            }
        )
        self.assertFalse(plain_create.is_plain(self.env["mail.message"]))
