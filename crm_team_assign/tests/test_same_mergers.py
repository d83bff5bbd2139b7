from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..execution.merging import merge_batch
from .rows_common import RowsCase


@tagged("post_install", "-at_install")
class TestSameMergers(RowsCase):
    """Mergers of an assignment leave what core's wizard leaves, in all tables."""

    # How a summary would be sent that an assignment only logs
    LOGGED = {
        "mail_message": [
            "email_add_signature",
            "is_internal",
            "parent_id",
            "record_alias_domain_id",
            "record_company_id",
            "reply_to",
        ]
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.track_everything()
        cls.make_frequencies()
        cls.direct = cls.make_team("Direct", 0, [cls.ann, cls.bob])
        cls.stages = cls.env["crm.stage"].search([("is_won", "=", False)], limit=2)
        cls.groups = [
            cls.make_followed(),
            cls.make_busy(),  # whoever is to do something follows it
            cls.make_different(),
            cls.make_alike(),
            cls.make_visited(),
            cls.make_customers(),
            cls.make_taken(),
        ]

    @classmethod
    def make_frequencies(cls):
        """Have core estimate what leads of which it knows something become."""
        cls.env["ir.config_parameter"].set_param(
            "crm.pls_fields", "phone_state,email_state,source_id,country_id,tag_ids"
        )
        belgium = cls.env.ref("base.be")
        stages = cls.env["crm.stage"].search([("is_won", "=", False)])
        known = [("stage_id", id_, 9) for id_ in stages.ids]
        known += [("country_id", belgium.id, 1), ("country_id", 0, 50)]
        cls.env["crm.lead.scoring.frequency"].create(
            [
                {"variable": name, "value": value, "won_count": won, "lost_count": 9}
                for name, value, won in known
            ]
        )

    @classmethod
    def make_twins(cls, *values_list):
        return cls.Lead.create(
            [
                {"name": f"Twin {number}", "type": "lead", "user_id": False} | values
                for number, values in enumerate(values_list)
            ]
        )

    @classmethod
    def make_followed(cls):
        """One of them has a follower who wrote lately, and the other one a follower."""
        leads = cls.make_twins({"phone": "+32 2 290 34 90"}, {"city": "Brussels"})
        leads[1].message_subscribe(cls.ann.partner_id.ids)
        leads[0].message_subscribe(cls.bob.partner_id.ids)
        leads[1].with_user(cls.manager).message_subscribe(cls.manager.partner_id.ids)
        leads[1].message_post(body="Hello", author_id=cls.ann.partner_id.id)
        return leads

    @classmethod
    def make_different(cls):
        tags = cls.env["crm.tag"].create([{"name": "Warm"}, {"name": "<b>Hot</b>"}])
        source = cls.env["utm.source"].create({"name": "A fair"})
        belgium = cls.env.ref("base.be")
        return cls.make_twins(
            {"description": "<p>One</p>", "tag_ids": tags[:1].ids, "function": "Buyer"},
            {
                "description": "<p>Two</p>",
                "tag_ids": tags.ids,
                "source_id": source.id,
                "country_id": belgium.id,
                "expected_revenue": 100,
                "priority": "2",
                "date_deadline": "2030-01-01",
            },
            {"partner_name": "Company", "email_from": "twin@example.com"},
        )

    @classmethod
    def make_alike(cls):
        values = {"email_from": "alike@example.com", "country_id": 1, "street": "1 St"}
        return cls.make_twins(values, values)

    @classmethod
    def make_busy(cls):
        """They have messages, files, activities and meetings."""
        leads = cls.make_twins({"email_from": "busy@example.com"}, {}, {})
        for lead in leads[:2]:
            lead.message_post(body="A note", subject="About it")
            lead.activity_schedule("mail.mail_activity_data_call", user_id=cls.ann.id)
            cls.env["ir.attachment"].create(
                {"name": "file.txt", "res_model": "crm.lead", "res_id": lead.id}
            )
            cls.env["calendar.event"].create(
                {
                    "name": "Meeting",
                    "start": "2030-01-01 10:00:00",
                    "stop": "2030-01-01 11:00:00",
                    "opportunity_id": lead.id,
                    "res_id": lead.id,
                    "res_model_id": cls.env["ir.model"]._get_id("crm.lead"),
                }
            )
        return leads

    @classmethod
    def make_visited(cls):
        """Their visitor is the same one, and saw a page."""
        leads = cls.make_twins({"email_from": "seen@example.com"}, {"zip": "1000"})
        visitor = cls.make_visitor()
        for lead in leads:
            visitor.lead_ids += lead
        cls.make_tracks(visitor, "/page")
        cls.env["website.crm.pageview"]._sync(leads[1])
        return leads

    @classmethod
    def make_customers(cls):
        """One of them has a contact whose values are others than the lead's."""
        partner = cls.env["res.partner"].create({"name": "Customer", "city": "Ghent"})
        known = {"email_from": "customer@example.com", "phone": "+32 2 290 34 91"}
        leads = cls.make_twins(
            known, known | {"partner_id": partner.id, "city": "Bruges"}, known
        )
        partner.write({"email": False, "phone": False})
        return leads

    @classmethod
    def make_taken(cls):
        """One of them is a team's and a salesperson's, in another stage."""
        return cls.make_twins(
            {"type": "opportunity", "stage_id": cls.stages[1].id},
            {
                "team_id": cls.direct.id,
                "user_id": cls.ann.id,
                "type": "opportunity",
                "probability": 33,
            },
            {"stage_id": cls.stages[0].id},
        )

    def merge_by_wizard(self):
        for leads in self.groups:
            wizard = self.env["crm.merge.opportunity"].with_context(
                active_model="crm.lead",
                active_ids=leads.ids,
                active_id=False,
                mail_auto_subscribe_no_notify=True,  # as our mergers tell nobody
            )
            wizard.create({"team_id": False, "user_id": False}).action_merge()
        self.flush()

    def merge_as_assigned(self):
        merge_batch(self.env, [leads.ids for leads in self.groups])
        self.flush()

    @mute_logger("odoo.models.unlink")
    def test_all_tables_have_the_same_rows_as_after_the_wizard(self):
        self.flush()
        before = self.read_rows()
        with self.at(fields.Datetime.now()):
            ours = self.try_out(self.merge_as_assigned, self.LOGGED)
            cores = self.try_out(self.merge_by_wizard, self.LOGGED)
        # The wizard's own; in how many letters browsers hear what is gone; and what a
        # lead was known by that it soon has itself
        for table in (
            "crm_merge_opportunity",
            "merge_opportunity_rel",
            "bus_bus",
            "website_crm_score_identity",
        ):
            del ours[table], cores[table]
        self.assertSameRows(ours, cores)
        for table in (
            "calendar_event",
            "crm_lead",
            "crm_tag_rel",
            "ir_attachment",
            "mail_activity",
            "mail_followers",
            "mail_message",
            "mail_tracking_value",
            "website_crm_pageview",
        ):
            self.assertNotEqual(ours[table], before[table], table)

    @mute_logger("odoo.models.unlink")
    def test_many_groups_take_as_many_queries_as_a_few(self):
        def count_queries(number):
            groups = [
                self.make_twins(
                    {"function": "Buyer"}, {"contact_name": f"Twin {index}"}
                )
                for index in range(number)
            ]
            self.flush()
            before = self.env.cr.sql_log_count
            merge_batch(self.env, [leads.ids for leads in groups])
            self.flush()
            return self.env.cr.sql_log_count - before

        count_queries(2)  # fills caches
        self.assertEqual(count_queries(12), count_queries(2))
