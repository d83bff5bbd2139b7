from datetime import timedelta

from odoo.tests import new_test_user, tagged

from .event_common import EventCase


class RemovedVisitsCase(EventCase):
    """What is known of visits of which the single records were removed."""

    def setUp(self):
        super().setUp()
        self.lead = self.make_lead()
        self.visitor = self.make_visitor(self.lead)

    def make_removed(self, visitor, count=1, path="/page"):
        self.make_tracks(visitor, *[path] * count, date=self.now - timedelta(days=400))
        self.remove()

    def remove(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("website_crm_score.keep_months", "12")
        self.env["website.track"]._cron_remove_old_tracks()
        self.assertFalse(self.env["website.track"].search([("url", "ilike", "/page")]))

    def make_contact(self, **values):
        return self.env["res.partner"].create({"name": "Ann", **values})

    def assertCount(self, owner, rule, count):
        """So many events of ``rule`` count, if all is looked at anew."""
        rule.action_apply()
        line = self.get_line(owner, rule)
        self.assertEqual(line.event_count, count)
        self.assertEqual(owner.score, 10 * count)


@tagged("post_install", "-at_install")
class TestRemovedVisits(RemovedVisitsCase):
    def test_they_count_for_their_lead(self):
        rule = self.make_event_rule()
        self.make_removed(self.visitor, 3)
        self.assertCount(self.lead, rule, 3)
        self.assertEqual(self.lead.score_pageview_ids.view_count, 3)

    def test_a_lead_that_gets_the_visitor_later_has_them_too(self):
        self.make_removed(self.visitor, 3)
        later = self.make_lead(visitor_ids=[(4, self.visitor.id)])
        self.assertEqual(later.pageviews_count, 1)
        rule = self.make_event_rule()
        self.assertCount(later, rule, 3)
        self.run_rules()
        self.assertEqual(later.score_pageview_ids.view_count, 3)

    def test_a_lead_that_loses_the_visitor_has_them_no_longer(self):
        rule = self.make_event_rule()
        self.make_removed(self.visitor, 3)
        self.lead.visitor_ids = False
        self.assertCount(self.lead, rule, 0)

    # Whose visits do not count

    def test_they_do_not_count_without_consent(self):
        rule = self.make_event_rule()
        self.make_tracks(
            self.visitor, *["/page"] * 3, date=self.now - timedelta(days=400)
        )
        self.run_rules()
        self.assertCount(self.lead, rule, 3)
        self.visitor._set_consent_withdrawn(True)
        self.assertCount(self.lead, rule, 0)
        self.remove()
        self.assertCount(self.lead, rule, 0)

    def test_they_do_not_count_when_consent_is_withdrawn_later(self):
        rule = self.make_event_rule()
        self.make_removed(self.visitor, 3)
        self.visitor._set_consent_withdrawn(True)
        self.assertCount(self.lead, rule, 0)

    def test_they_count_again_with_consent(self):
        rule = self.make_event_rule()
        self.visitor._set_consent_withdrawn(True)
        self.make_removed(self.visitor, 3)
        self.visitor._set_consent_withdrawn(False)
        self.assertCount(self.lead, rule, 3)
        self.visit(self.visitor)
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 4)

    def test_those_of_the_staff_do_not_count(self):
        user = new_test_user(self.env, "ws_removed_staff", "base.group_user")
        visitor = self.make_visitor(self.lead, user.partner_id)
        rule = self.make_event_rule()
        self.make_removed(visitor, 3)
        self.assertCount(self.lead, rule, 0)

    # Mergers

    def test_merged_leads_have_those_of_both(self):
        other = self.make_lead()
        self.make_removed(self.visitor, 3)
        self.make_removed(self.make_visitor(other), 2)
        merged = (self.lead + other).merge_opportunity()
        rule = self.make_event_rule()
        self.assertCount(merged, rule, 5)
        self.run_rules()
        self.assertEqual(merged.score_pageview_ids.view_count, 5)

    def test_merged_leads_of_one_visitor_have_them_once(self):
        other = self.make_lead()
        self.visitor.lead_ids += other
        self.make_removed(self.visitor, 3)
        merged = (self.lead + other).merge_opportunity()
        rule = self.make_event_rule()
        self.assertCount(merged, rule, 3)
        self.run_rules()
        self.assertEqual(merged.score_pageview_ids.view_count, 3)

    def test_a_visitor_who_logs_in_brings_them(self):
        contact = self.make_contact()
        known = self.make_visitor(self.lead, contact)
        self.make_removed(self.visitor, 3)
        self.make_removed(self.visitor, 1, "/page/alone")
        self.make_removed(known, 2)
        self.visitor._merge_visitor(known)
        rule = self.make_event_rule(page_match="is", page_url="/page")
        self.assertCount(self.lead, rule, 5)
        rule = self.make_event_rule(apply_to="partner")
        self.assertCount(contact, rule, 6)

    def test_merged_contacts_have_those_of_both(self):
        contacts = self.make_contact() + self.make_contact()
        for contact, count in zip(contacts, (3, 2), strict=True):
            self.make_removed(self.make_visitor(self.make_lead(), contact), count)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(contacts.ids, contacts[0])
        rule = self.make_event_rule(apply_to="partner")
        self.assertCount(contacts[0], rule, 5)

    # Contacts

    def test_they_count_for_their_contact(self):
        contact = self.make_contact()
        self.make_removed(self.make_visitor(self.lead, contact), 3)
        rule = self.make_event_rule(apply_to="partner")
        self.assertCount(contact, rule, 3)

    def test_a_contact_has_none_of_the_lead_of_its_number(self):
        lead, contact = self.make_namesakes()
        self.make_removed(self.make_visitor(lead), 3)
        rule = self.make_event_rule(apply_to="partner")
        self.assertCount(contact, rule, 0)

    def make_namesakes(self):
        """Return a lead and a contact with the same id."""
        self.env.cr.execute(
            """
            SELECT setval('crm_lead_id_seq', last_id),
                   setval('res_partner_id_seq', last_id)
              FROM (SELECT GREATEST(
                       (SELECT last_value FROM crm_lead_id_seq),
                       (SELECT last_value FROM res_partner_id_seq)) AS last_id) last
            """
        )
        lead, contact = self.make_lead(), self.make_contact()
        self.assertEqual(lead.id, contact.id)
        return lead, contact


@tagged("post_install", "-at_install")
class TestErasedVisits(RemovedVisitsCase):
    """What is erased is erased where single visits were removed, too."""

    def setUp(self):
        super().setUp()
        self.rule = self.make_event_rule()
        self.make_removed(self.visitor, 3)
        self.assertCount(self.lead, self.rule, 3)

    def assertForgotten(self):
        self.assertCount(self.lead, self.rule, 0)
        self.env["website.crm.pageview"].sudo()._sync(self.lead)
        self.assertFalse(self.lead.score_pageview_ids)

    def test_with_the_history_of_a_lead(self):
        self.visitor.partner_id = self.make_contact()  # whose visitor stays
        self.lead.action_erase_browsing_history()
        self.assertTrue(self.visitor.exists())
        self.assertForgotten()

    def test_with_a_page_view(self):
        self.make_removed(self.visitor, 2, "/page/kept")
        self.lead.score_pageview_ids.filtered(
            lambda view: view.url.endswith("/page")
        ).sudo().unlink()
        self.assertCount(self.lead, self.rule, 2)
        self.run_rules()
        self.assertEqual(self.lead.score_pageview_ids.view_count, 2)

    def test_with_the_history_of_a_contact(self):
        contact = self.make_contact()
        self.visitor.access_token = str(contact.id)
        self.env.flush_all()
        contact.action_erase_browsing_history()
        self.assertForgotten()

    def test_with_their_visitor(self):
        self.visitor.unlink()
        self.assertCount(self.lead, self.rule, 0)
