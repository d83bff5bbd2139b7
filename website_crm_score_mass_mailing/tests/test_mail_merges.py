from odoo.tests import tagged

from .mailing_common import MailingCase

ANN, BOB = "ann@company.example", "bob@company.example"


@tagged("post_install", "-at_install")
class TestMailMerges(MailingCase):
    """Who is merged has the newsletters of all, to whatever they were sent; and what
    happened keeps its date."""

    def setUp(self):
        super().setUp()
        self.rule = self.make_event_rule("mail_open", 3)
        self.contact_rule = self.make_event_rule("mail_open", 3, apply_to="partner")

    @classmethod
    def make_contact(cls, email, **values):
        values = {"name": email, "email": email, **values}
        contact = cls.env["res.partner"].create(values)
        cls.env.flush_all()
        return contact

    def send_and_open(self, records, *addresses):
        mailing = self.send(records)
        with self.after(hours=1):
            for address in addresses:
                self.open_mail(address)
        return mailing

    def merge_contacts(self, contact, *others):
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [(6, 0, (contact.union(*others)).ids)],
                "dst_partner_id": contact.id,
            }
        )
        wizard.action_merge()

    def merge_leads(self, leads):
        wizard = self.env["crm.merge.opportunity"].create(
            {"opportunity_ids": [(6, 0, leads.ids)]}
        )
        wizard.action_merge()
        return leads.exists()

    def run_later(self, **duration):
        with self.after(**(duration or {"hours": 2})):
            self.run_again()

    def check_later(self, owner, rule, count, points, **duration):
        """So many events count when the job looks at news, and at everything."""
        with self.after(**(duration or {"hours": 2})):
            for run in (self.run_again, self.run_check):
                run()
                line = self.get_line(owner, rule)
                self.assertEqual((line.event_count, line.points), (count, points))
                self.assertEqual(
                    owner.score, sum(owner.score_line_ids.mapped("points"))
                )

    def run_check(self):
        """Run the rules as once a day."""
        for apply_to in ("lead", "partner"):
            self.progress._get(apply_to).owners_date = False
        self.run_rules()

    # CONTACTS

    def test_merged_contacts_have_the_newsletters_that_were_sent_to_them(self):
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        self.send_and_open(ann + bob, ANN, BOB)
        self.run_later()
        self.assertEqual((ann + bob).mapped("score"), [3, 3])
        self.merge_contacts(ann, bob)
        self.check_later(ann, self.contact_rule, 2, 6)

    def test_merged_contacts_have_those_of_mailing_lists(self):
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        self.subscribe(ANN)
        self.subscribe(BOB)
        self.send_and_open(self.list, ANN, BOB)
        self.merge_contacts(ann, bob)
        self.check_later(ann, self.contact_rule, 2, 6)

    def test_contacts_merged_one_after_the_other_have_those_of_all(self):
        contacts = [self.make_contact(f"{one}@list.example") for one in "abc"]
        for contact in contacts:
            self.subscribe(contact.email)
        self.send_and_open(self.list, *[contact.email for contact in contacts])
        first, second, third = contacts
        self.merge_contacts(second, third)
        self.merge_contacts(first, second)
        self.check_later(first, self.contact_rule, 3, 9)

    def test_contacts_that_had_the_same_address_have_its_newsletters_once(self):
        first, second, third = (self.make_contact(one) for one in (ANN, BOB, BOB))
        self.subscribe(BOB)
        self.send_and_open(self.list, BOB)
        self.merge_contacts(first, second, third)
        self.check_later(first, self.contact_rule, 1, 3)

    def test_what_comes_later_to_a_former_address_is_found(self):
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        self.merge_contacts(ann, bob)
        self.run_again()
        self.subscribe(BOB)
        self.send_and_open(self.list, BOB)
        self.check_later(ann, self.contact_rule, 1, 3)

    def test_what_comes_later_to_a_former_contact_is_found(self):
        """Also at an address that only the contact has by then."""
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        leads = self.make_lead(partner_id=ann.id) + self.make_lead(partner_id=bob.id)
        (self.ann + self.bob).active = False
        merged = self.merge_leads(leads)
        former = ann + bob - merged.partner_id
        former.email = "new@company.example"
        self.run_again()
        self.send_and_open(former, "new@company.example")
        self.check_later(merged, self.rule, 1, 3)

    def test_what_comes_later_to_the_lead_of_a_contact_is_found(self):
        """Whatever address it was that it was sent to."""
        ann = self.make_contact(ANN)
        self.run_again()
        mailing = self.send_and_open(self.make_lead(partner_id=ann.id), ANN)
        mailing.mailing_trace_ids.email = "former@company.example"
        self.check_later(ann, self.contact_rule, 1, 3)

    def test_leads_of_merged_contacts_keep_their_newsletters(self):
        """Core gives the leads the address of the contact that is left."""
        (self.ann + self.bob).active = False
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        lead = self.make_lead(partner_id=bob.id)
        self.subscribe(BOB)
        self.send_and_open(self.list, BOB)
        self.run_later()
        self.assertScores(lead, [3])
        self.merge_contacts(ann, bob)
        self.assertEqual(lead.email_normalized, ANN)
        self.check_later(lead, self.rule, 1, 3)

    def test_leads_have_what_was_sent_to_who_became_their_contact(self):
        (self.ann + self.bob).active = False
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        lead = self.make_lead(partner_id=ann.id)
        self.send_and_open(ann + bob, ANN, BOB)
        self.check_later(lead, self.rule, 1, 3)
        self.merge_contacts(ann, bob)
        self.check_later(lead, self.rule, 2, 6)

    def test_merged_contacts_have_unsubscribed_by_both_addresses(self):
        rule = self.make_event_rule("mail_unsubscribe", -20, apply_to="partner")
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        self.subscribe(ANN)
        self.send(self.list)
        with self.after(hours=1):
            self.unsubscribe(ANN)
        self.send(bob)
        with self.after(hours=2):
            self.unsubscribe(BOB)
            self.assertTrue(bob.is_blacklisted)
        self.merge_contacts(ann, bob)
        self.check_later(ann, rule, 2, -40, hours=3)

    # LEADS

    def test_merged_leads_have_the_newsletters_that_were_sent_to_them(self):
        self.send_and_open(self.ann + self.bob, ANN, BOB)
        merged = self.merge_leads(self.ann + self.bob)
        self.check_later(merged, self.rule, 2, 6)

    def test_merged_leads_have_those_of_mailing_lists(self):
        self.subscribe(ANN)
        self.subscribe(BOB)
        self.send_and_open(self.list, ANN, BOB)
        merged = self.merge_leads(self.ann + self.bob)
        self.check_later(merged, self.rule, 2, 6)

    def test_leads_merged_one_after_the_other_have_those_of_all(self):
        leads = [self.make_lead(email_from=f"{one}@list.example") for one in "abc"]
        for lead in leads:
            self.subscribe(lead.email_from)
        self.send_and_open(self.list, *[lead.email_from for lead in leads])
        merged = self.merge_leads(leads[1] + leads[2])
        merged = self.merge_leads(merged + leads[0])
        self.check_later(merged, self.rule, 3, 9)

    def test_merged_leads_have_those_of_both_contacts(self):
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        leads = self.make_lead(partner_id=ann.id) + self.make_lead(partner_id=bob.id)
        self.send_and_open(ann + bob, ANN, BOB)
        self.run_later()
        self.assertScores(leads, [3, 3])
        merged = self.merge_leads(leads)
        # Whatever becomes of the addresses that the mails were sent to.
        (ann + bob).write({"email": "elsewhere@company.example"})
        self.check_later(merged, self.rule, 2, 6)

    def test_a_contact_keeps_its_newsletters_when_core_gives_it_a_leads_address(self):
        bob = self.make_contact(BOB)
        self.subscribe(BOB)
        self.send_and_open(self.list, BOB)
        self.bob.partner_id = bob
        opportunity = self.make_lead(email_from=ANN, type="opportunity")
        merged = self.merge_leads(opportunity + self.bob)
        self.assertEqual((merged, bob.email_normalized), (opportunity, ANN))
        self.check_later(bob, self.contact_rule, 1, 3)

    def test_leads_that_are_merged_by_a_job_have_the_newsletters_of_all(self):
        contact = self.make_contact(ANN)
        leads = self.make_lead(partner_id=contact.id) + self.make_lead(
            partner_id=contact.id
        )
        self.send_and_open(leads[1], ANN)
        [(merged, others)] = self.Lead._merge_automatically([leads]).items()
        others.unlink()
        contact.email = BOB
        self.check_later(merged, self.rule, 1, 3)

    # MAILING LISTS

    def test_who_left_a_list_has_left_it_when_it_is_merged_into_another(self):
        rule = self.make_event_rule(
            "mail_unsubscribe", -20, mailing_list_id=self.list.id
        )
        self.subscribe(ANN)
        self.send(self.list)
        with self.after(hours=1):
            self.unsubscribe(ANN)
        other = self.env["mailing.list"].create({"name": "Other"})
        with self.after(hours=2):
            other.action_merge(self.list, archive=True)
        self.check_later(self.ann, rule, 1, -20, hours=3)

    # DATES

    def test_an_old_bounce_stays_old_when_leads_are_merged(self):
        rule = self.make_event_rule("mail_bounce", -5, valid_days=30)
        mailing = self.send(self.bob)
        self.bounce(mailing, self.bob)
        self.check_later(self.bob, rule, 1, -5)
        with self.after(days=40):
            self.run_again()
            self.assertFalse(self.get_line(self.bob, rule))
            merged = self.merge_leads(self.ann + self.bob)
            self.run_again()
            self.assertFalse(self.get_line(merged, rule))

    def test_an_old_bounce_stays_old_when_contacts_are_merged(self):
        rule = self.make_event_rule(
            "mail_bounce", -5, valid_days=30, apply_to="partner"
        )
        ann, bob = self.make_contact(ANN), self.make_contact(BOB)
        self.bounce(self.send(bob), bob)
        with self.after(days=40):
            self.merge_contacts(ann, bob)
            self.run_again()
            self.assertFalse(self.get_line(ann, rule))

    def test_an_old_bounce_stays_old_when_its_mail_is_written_later(self):
        rule = self.make_event_rule("mail_bounce", -5, valid_days=30)
        mailing = self.send(self.ann)
        self.bounce(mailing, self.ann)
        with self.after(days=40):
            # Another message of the same mail server, and its details.
            self.bounce(mailing, self.ann)
            mailing.mailing_trace_ids.failure_reason = "No such mailbox"
            self.env.flush_all()
            self.run_again()
            self.assertFalse(self.get_line(self.ann, rule))

    def test_who_blocked_newsletters_long_ago_did_so_whatever_is_written_later(self):
        rule = self.make_event_rule("mail_unsubscribe", -20, valid_days=30)
        self.send(self.ann)
        with self.after(hours=1):
            self.unsubscribe(ANN)
            self.run_again()
            self.assertCounted(self.ann, rule, 1, -20)
        blocked = self.env["mail.blacklist"].search([("email", "=", ANN)])
        reason = self.env["mailing.subscription.optout"].search([], limit=1)
        with self.after(days=20):
            blocked.opt_out_reason_id = reason
            self.env.flush_all()
            self.run_again()
            self.assertCounted(self.ann, rule, 1, -20)
        with self.after(days=40):
            self.run_again()
            self.assertFalse(self.get_line(self.ann, rule))

    def test_whom_the_staff_blocks_after_he_came_back_has_not_unsubscribed(self):
        rule = self.make_event_rule("mail_unsubscribe", -20)
        self.send(self.ann)
        with self.after(hours=1):
            self.unsubscribe(ANN)
        with self.after(hours=2):
            self.env["mail.blacklist"]._remove(ANN)
            self.env.flush_all()
        with self.after(hours=3):
            self.env["mail.blacklist"]._add(ANN)
            self.run_rules()
        self.assertFalse(self.get_line(self.ann, rule))

    def test_who_left_a_list_long_ago_did_so_whatever_the_reason_given_later(self):
        rule = self.make_event_rule("mail_unsubscribe", -20, valid_days=30)
        contact = self.subscribe(ANN)
        self.send(self.list)
        with self.after(hours=1):
            self.unsubscribe(ANN)
        reason = self.env["mailing.subscription.optout"].search([], limit=1)
        with self.after(days=40):
            contact.subscription_ids.opt_out_reason_id = reason
            self.env.flush_all()
            self.run_again()
        self.assertFalse(self.get_line(self.ann, rule))
