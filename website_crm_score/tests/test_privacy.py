import xmlrpc.client
from datetime import datetime, timedelta

from psycopg2 import errors

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from .common import ScoringCase

EMAIL = "ann@example.com"


class PrivacyCase(ScoringCase):
    def setUp(self):
        super().setUp()
        self.lead = self.make_lead(name="Ann", email_from=EMAIL)
        self.visitor = self.make_visitor(self.lead)
        self.make_tracks(self.visitor, "/a", "/b")
        self.make_rule([("score_pageview_ids.url", "ilike", "/a")], event_based=True)
        self.run_rules()
        self.assertIn("/a", "".join(self.lead.message_ids.mapped("body")))

    def assertForgotten(self):
        """No visit is left, and none comes back."""
        self.run_rules()
        lead = self.lead.exists()
        self.assertFalse(lead.score_pageview_ids)
        self.assertFalse(lead.pageviews_count)
        self.assertNotIn("/a", "".join(lead.message_ids.mapped("body")))
        tracks = self.env["website.track"].search([("url", "like", self.host + "/%")])
        self.assertFalse(
            tracks.filtered(lambda track: track.visitor_id == self.visitor)
        )


@tagged("post_install", "-at_install")
class TestPrivacyLookup(PrivacyCase):
    def look_up(self, **values):
        lookup = self.env["privacy.lookup.wizard"]
        wizard = lookup.create({"name": "Ann", "email": EMAIL, **values})
        wizard.action_lookup()
        return wizard.line_ids

    def found(self, model, **values):
        lines = self.look_up(**values).filtered(lambda line: line.res_model == model)
        return self.env[model].browse(lines.mapped("res_id"))

    def test_page_views_of_a_person_are_found(self):
        self.assertEqual(
            self.found("website.crm.pageview"), self.lead.score_pageview_ids
        )

    def test_score_reasons_of_a_person_are_found(self):
        self.assertEqual(self.found("website.crm.score.line"), self.lead.score_line_ids)

    def test_those_of_others_are_not_found(self):
        found = self.found("website.crm.pageview", name="Bob", email="bob@example.com")
        self.assertFalse(found & self.lead.score_pageview_ids)

    def test_what_was_merged_into_another_is_found_by_its_former_address(self):
        leads = self.make_lead(email_from="bob@example.com") + self.lead
        merged = leads.merge_opportunity()
        self.assertEqual(merged.email_normalized, EMAIL)
        found = self.found("website.crm.score.identity", email="bob@example.com")
        self.assertEqual(found.lead_id, merged)

    def test_leads_of_a_contact_are_found(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": EMAIL})
        self.lead.email_from = False
        self.lead.partner_id = partner
        self.lead.email_from = "else@example.com"
        self.env.flush_all()
        self.assertEqual(
            self.found("website.crm.pageview"), self.lead.score_pageview_ids
        )

    def test_page_views_deleted_there_do_not_come_back(self):
        lines = self.look_up().filtered(
            lambda line: line.res_model == "website.crm.pageview"
        )
        lines.action_unlink_all()
        self.assertForgotten()

    def test_of_a_person_who_is_deleted_there_nothing_is_left(self):
        user = self.make_user("privacy_seller", "sales_team.group_sale_salesman")
        partner = self.env["res.partner"].create({"name": "Ann", "email": EMAIL})
        rule = self.make_rule([("email", "=", EMAIL)], 5, apply_to="partner")
        self.run_rules()
        rule.value = 8
        self.Rule.search([("apply_to", "=", "lead")]).value = 12
        self.env["website.crm.score.alert"].create(
            {"lead_id": self.lead.id, "user_id": user.id, "grade_before": "C3"}
        )
        self.env.flush_all()
        self.look_up().action_unlink_all()
        self.assertFalse(self.lead.exists())
        self.assertFalse(partner.exists())
        for name in ("history", "alert", "line"):
            records = self.env[f"website.crm.score.{name}"].search([])
            self.assertFalse(records, name)
        self.assertFalse(self.visitor.exists())


@tagged("post_install", "-at_install")
class TestErasure(PrivacyCase):
    def test_the_history_of_a_lead_is_erased(self):
        # As XML-RPC has it, which knows no None.
        self.assertTrue(
            xmlrpc.client.dumps((self.lead.action_erase_browsing_history(),))
        )
        self.assertForgotten()
        self.assertTrue(self.lead.exists())

    def test_deleting_a_lead_erases_its_history(self):
        self.lead.unlink()
        self.assertForgotten()
        self.assertFalse(self.visitor.exists())

    def test_a_visitor_of_another_lead_stays(self):
        other = self.make_lead()
        self.visitor.lead_ids += other
        self.lead.unlink()
        self.assertTrue(self.visitor.exists())

    def test_a_visitor_of_a_lost_lead_stays(self):
        lost = self.make_lead()
        self.visitor.lead_ids += lost
        lost.active = False
        self.lead.unlink()
        self.assertTrue(self.visitor.exists())

    def test_the_history_of_a_contact_is_that_of_its_lost_leads_too(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        self.visitor.access_token = str(partner.id)
        self.lead.active = False
        self.env.flush_all()
        self.assertTrue(xmlrpc.client.dumps((partner.action_erase_browsing_history(),)))
        self.assertForgotten()

    def test_deleting_a_contact_erases_its_history(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        visitor = self.make_visitor(partner=partner)
        self.make_tracks(visitor, "/c")
        partner.unlink()
        self.assertFalse(visitor.exists())

    def test_the_history_of_a_contact_is_that_of_its_leads(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        self.visitor.access_token = str(partner.id)
        self.env.flush_all()
        partner.action_erase_browsing_history()
        self.assertForgotten()

    def test_merged_contacts_keep_their_history(self):
        partners = self.env["res.partner"].create(
            [{"name": "Ann", "email": EMAIL}, {"name": "Ann", "email": EMAIL}]
        )
        visitor = self.make_visitor(partner=partners[0])
        tracks = self.make_tracks(visitor, "/c")
        merge = self.env["base.partner.merge.automatic.wizard"]
        merge._merge(partners.ids, partners[1])
        self.assertTrue(tracks.exists())

    def test_who_may_not_delete_a_contact_may_not_erase_its_history(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        user = self.make_user("privacy_internal", "base.group_user")
        with self.assertRaises(AccessError):
            partner.with_user(user).action_erase_browsing_history()

    def test_who_may_not_delete_a_lead_may_not_erase_its_history(self):
        user = self.make_user(
            "privacy_user", "sales_team.group_sale_salesman_all_leads"
        )
        with self.assertRaises(AccessError):
            self.lead.with_user(user).action_erase_browsing_history()


@tagged("post_install", "-at_install")
class TestErasedUrls(PrivacyCase):
    """No url stays that nobody saw any more."""

    def setUp(self):
        super().setUp()
        self.other = self.make_lead()
        self.make_tracks(self.make_visitor(self.other), "/b")
        self.run_rules()

    def assertUrls(self, *paths):
        urls = self.env["website.crm.url"].search([("url", "like", self.host + "/_")])
        urls = urls.filtered(lambda entry: entry.url[-2:] in ("/a", "/b"))
        self.assertEqual(urls.mapped("url"), [self.host + path for path in paths])

    def test_urls_of_an_erased_history_are_erased(self):
        self.lead.action_erase_browsing_history()
        self.assertUrls("/b")

    def test_the_url_of_a_deleted_page_view_is_erased(self):
        self.lead.score_pageview_ids.sudo().unlink()
        self.assertUrls("/b")

    def test_urls_of_a_deleted_lead_are_erased(self):
        (self.lead + self.other).unlink()
        self.assertUrls()

    def test_urls_of_removed_visits_are_erased_with_their_visitor(self):
        tracks = self.env["website.track"]
        tracks._remove(self.visitor.website_track_ids.ids)
        self.env.cr.execute("DELETE FROM website_crm_pageview")
        self.assertUrls("/a", "/b")
        self.visitor.unlink()
        self.assertUrls()

    def test_urls_of_removed_visits_stay(self):
        self.env["website.track"]._remove(self.visitor.website_track_ids.ids)
        self.env.cr.execute("DELETE FROM website_crm_pageview")
        self.env["website.crm.url"]._gc_unused()
        self.assertUrls("/a", "/b")

    def test_what_else_is_unused_is_erased_once_a_day(self):
        self.env.cr.execute("DELETE FROM website_crm_pageview")
        self.env["website.crm.url"]._gc_unused()
        self.assertUrls()

    def test_a_url_that_is_seen_again_is_there_again(self):
        self.lead.action_erase_browsing_history()
        self.make_tracks(self.make_visitor(self.lead), "/a")
        self.run_rules()
        self.assertUrls("/a", "/b")


@tagged("post_install", "-at_install")
class TestUrlsErasedMeanwhile(TransactionCase):
    """Two transactions, one of which erases a url that the other one refers to."""

    def setUp(self):
        super().setUp()
        self.adding, self.erasing = self.registry.cursor(), self.registry.cursor()
        self.addCleanup(self.clean_up)
        self.add = SQL("(SELECT 'http://race.example/page' AS url)")
        with self.registry.cursor() as cr:
            self.get_urls(cr)._add(self.add)
            self.lead = self.env(cr=cr)["crm.lead"].create({"name": "Race"})
        with self.registry.cursor() as cr:
            [self.url_id] = self.find(cr)
        # Each of them sees what is there now, whatever the other one commits.
        for cr in (self.adding, self.erasing):
            cr.execute("SELECT count(*) FROM website_crm_url")

    def clean_up(self):
        for cr in (self.adding, self.erasing):
            cr.rollback()
            cr.close()
        with self.registry.cursor() as cr:
            self.env(cr=cr)["crm.lead"].browse(self.lead.id).unlink()
            self.get_urls(cr).browse(self.url_id)._erase_unused()

    def get_urls(self, cr):
        return self.env(cr=cr)["website.crm.url"]

    def find(self, cr):
        cr.execute(self.get_urls(cr)._find_sql(self.add), log_exceptions=False)
        return [id_ for id_, _url in cr.fetchall()]

    def erase(self):
        self.get_urls(self.erasing).browse(self.url_id)._erase_unused()
        self.erasing.commit()

    def see(self):
        self.adding.execute(
            """
            INSERT INTO website_crm_pageview
                   (lead_id, url_id, view_count, first_view_date, view_date)
            VALUES (%s, %s, 1, now(), now())
            """,
            [self.lead.id, self.url_id],
        )

    def test_a_url_that_is_being_referred_to_stays(self):
        self.see()
        self.erase()
        self.adding.commit()
        self.assertEqual(self.find(self.erasing), [self.url_id])

    def test_a_url_that_was_referred_to_a_moment_ago_stays(self):
        self.see()
        self.adding.commit()
        self.erase()
        self.assertEqual(self.find(self.erasing), [self.url_id])

    def test_who_refers_to_an_erased_url_starts_again(self):
        self.erase()
        with self.assertRaises(errors.SerializationFailure):
            self.find(self.adding)
        self.adding.rollback()
        self.assertEqual(self.find(self.adding), [])


@tagged("post_install", "-at_install")
class TestStrangers(PrivacyCase):
    """Who sends a form with somebody's address does not pour his visits into that
    person's lead."""

    def setUp(self):
        super().setUp()
        self.forged = self.make_lead(name="Forged", email_from=EMAIL)
        self.stranger = self.make_visitor(self.forged)
        self.make_tracks(self.stranger, "/a", "/secret")
        self.run_rules()
        self.leads = self.lead + self.forged

    def assertUrls(self, lead, *paths):
        urls = [self.host + path for path in paths]
        self.assertEqual(sorted(lead.score_pageview_ids.mapped("url")), sorted(urls))

    def merge(self):
        [merged] = self.leads._merge_automatically([self.leads])
        self.run_rules()
        return merged

    def test_visits_of_a_stranger_stay_out(self):
        merged = self.merge()
        self.assertUrls(merged, "/a", "/b")
        self.assertEqual(merged.visitor_ids, self.visitor)

    def test_points_of_a_stranger_stay_out(self):
        self.lead.action_erase_browsing_history()
        self.lead.score_line_ids.sudo().unlink()
        self.assertEqual(self.merge().score, 0)

    def test_visits_of_a_stranger_are_not_lost(self):
        self.merge()
        self.assertEqual(len(self.stranger.website_track_ids), 2)

    def test_visits_of_the_same_visitor_are_merged(self):
        self.visitor.lead_ids += self.forged
        self.assertUrls(self.merge(), "/a", "/b", "/secret")

    def test_visits_of_who_logged_in_with_the_address_are_merged(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": EMAIL})
        self.stranger.access_token = str(partner.id)
        self.assertUrls(self.merge(), "/a", "/b", "/secret")

    def test_a_salesperson_who_merges_leads_merges_their_visits(self):
        merged = self.leads._merge_opportunity()
        self.assertUrls(merged, "/a", "/b", "/secret")


@tagged("post_install", "-at_install")
class TestUrlOfWhatWasSeen(ScoringCase):
    """Core records products and the like without a url."""

    def setUp(self):
        super().setUp()
        self.visitor = self.make_visitor()
        self.page = self.env["website.page"].search(
            [("url", "=", "/contactus")], limit=1
        )

    def see(self):
        domain = [("page_id", "=", self.page.id)]
        self.visitor._add_tracking(domain, {"page_id": self.page.id})
        return self.visitor.website_track_ids

    def test_it_gets_its_url(self):
        self.assertTrue(self.see().url.endswith("/contactus"))

    def test_it_counts_once_if_its_page_is_tracked(self):
        self.make_tracks(self.visitor, "/fr/contactus?a=1")
        tracks = self.see()
        self.assertEqual(len(tracks.filtered("url")), 1)
        self.assertEqual(len(tracks), 2)

    def test_earlier_visits_are_looked_up_and_not_read(self):
        self.make_tracks(self.visitor, *["/page"] * 20)
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.visitor._has_just_seen(self.host + "/contactus")
        urls = self.env["website.track"]._fields["url"]
        self.assertFalse(urls._get_cache(self.env))

    def test_it_counts_again_at_the_next_visit(self):
        long_ago = datetime.now() - timedelta(minutes=31)
        self.make_tracks(self.visitor, "/fr/contactus", date=long_ago)
        self.assertEqual(len(self.see().filtered("url")), 2)
