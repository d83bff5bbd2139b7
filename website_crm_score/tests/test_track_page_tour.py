from odoo.tests import tagged

from .track_common import TrackPageCase


@tagged("post_install", "-at_install")
class TestTrackPageTour(TrackPageCase):
    """The *Track Page* switches in a browser."""

    def _start(self, url, tour, user):
        url = self.env["website"].get_client_action_url(url)
        self.start_tour(url, f"website_crm_score.{tour}", login=user.login)

    def test_designer_ticks_contact_page(self):
        contact = self.env["website.page"].search([("url", "=", "/contactus")])
        contact.write({"track": False})
        self._start("/contactus", "track_page", self.designer)
        website = self.env["website"].browse(1)
        copy = self._get_website_copy(contact[:1], website)
        self.assertTrue(copy.track)
        self.assertFalse(contact[:1].track, "The shared page keeps its flag")

    def test_designer_ticks_view_that_is_no_page(self):
        self.env.ref("portal.portal_my_home").track = False
        self._start("/my", "track_view", self.designer)

    def test_restricted_editor_sees_but_cannot_tick(self):
        self.page.track = True
        self._start("/track-me", "track_page_readonly", self.editor)
        self.assertTrue(self.page.track)

    def test_designer_switches_in_page_properties(self):
        self._start("/track-me", "track_page_properties", self.designer)
        website = self.env["website"].browse(1)
        self.assertTrue(self._get_website_copy(self.page, website).track)
        self.assertFalse(self.page.track)

    def test_a_manager_opens_what_became_of_the_leads_that_saw_a_page(self):
        self.page.track = True
        groups = "website.group_website_designer,sales_team.group_sale_manager"
        manager = self._new_user("manager", groups)
        self._start("/track-me", "track_page_report", manager)

    def test_designer_tracks_selected_pages(self):
        self.start_tour(
            "/odoo/action-website.action_website_pages_list",
            "website_crm_score.track_selected_pages",
            login=self.designer.login,
        )
        self.assertTrue(self.page.track)
