from ast import literal_eval

from lxml import etree, html

from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .track_common import TrackPageCase


@tagged("post_install", "-at_install")
class TestTrackPage(TrackPageCase):
    """What the *Track Page* switches do, and for whom."""

    def setUp(self):
        super().setUp()
        # A visit is only recorded through a cursor that may write
        self.set_registry_readonly_mode(False)
        self.info_view = self.env.ref("website.website_info")

    # HELPERS

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _get_seo_data(self, record):
        return self.make_jsonrpc_request(
            "/website/get_seo_data", {"res_id": record.id, "res_model": record._name}
        )

    def _tick(self, record, website, track=True):
        """Write what the *Optimize SEO* dialog writes."""
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{record._name}/write",
            {
                "model": record._name,
                "method": "write",
                "args": [[record.id], {"track": track}],
                "kwargs": {"context": {"website_id": website.id}},
            },
        )

    def _visit(self, url, website):
        """Let an anonymous visitor open the address, return what was recorded."""
        self.env["website"].search([]).domain = False
        self.env.flush_all()
        website.domain = self.base_url()
        self.env.flush_all()
        before = self.env["website.track"].search([])
        self.authenticate(None, None)
        self.assertEqual(self.url_open(url).status_code, 200)
        return self.env["website.track"].search([]) - before

    def _new_properties(self, target, website=None, user=None, **values):
        """Open *Page Properties* on a page, a view or another record."""
        is_page = target._name == "website.page"
        model = "website.page.properties" + ("" if is_page else ".base")
        return (
            self.env[model]
            .with_user(user or self.designer)
            .create(
                {
                    "target_model_id": (
                        target.id if is_page else f"{target._name},{target.id}"
                    ),
                    "website_id": (website or self.website).id,
                    **({} if is_page else {"url": "/somewhere"}),
                    **values,
                }
            )
        )

    # OPTIMIZE SEO

    def test_dialog_shows_the_flag_of_a_page(self):
        self._login(self.designer)
        data = self._get_seo_data(self.page)
        self.assertEqual((data["track"], data["can_edit_track"]), (False, True))
        self.page.track = True
        self.assertTrue(self._get_seo_data(self.page)["track"])

    def test_dialog_shows_the_flag_of_a_view_that_is_no_page(self):
        self._login(self.designer)
        data = self._get_seo_data(self.info_view)
        self.assertEqual((data["track"], data["can_edit_track"]), (False, True))
        self.info_view.track = True
        self.assertTrue(self._get_seo_data(self.info_view)["track"])

    def test_dialog_is_read_only_for_a_restricted_editor(self):
        self.page.track = True
        self._login(self.editor)
        for record in (self.page, self.page.view_id, self.info_view):
            with self.subTest(model=record._name, track=record.track):
                data = self._get_seo_data(record)
                self.assertEqual(data["track"], record.track)
                self.assertFalse(data["can_edit_track"])

    @mute_logger("odoo.http")
    def test_dialog_is_refused_to_portal_and_public(self):
        for user in (self.portal, None):
            self._login(user) if user else self.authenticate(None, None)
            for record in (self.page, self.info_view):
                with self.subTest(user=user, model=record._name):
                    with self.assertRaises(JsonRpcException):
                        self._get_seo_data(record)

    def test_only_designers_may_change_the_flag(self):
        properties = self._new_properties(self.page)
        view_properties = self._new_properties(self.info_view)
        records = (
            self.page,
            self.page.view_id,
            self.info_view,
            properties,
            view_properties,
        )
        for user, allowed in (
            (self.designer, True),
            (self.editor, False),
            (self.portal, False),
            (self.public, False),
        ):
            for record in records:
                with self.subTest(user=user.login, model=record._name):
                    record = record.with_user(user)
                    if allowed:
                        record.write({"track": True})
                        self.assertTrue(record.track)
                    else:
                        with self.assertRaises(AccessError):
                            record.write({"track": False})
        self.assertTrue(self.page.track)
        self.assertTrue(self.info_view.track)

    @mute_logger("odoo.http")
    def test_a_restricted_editor_cannot_save_by_rpc(self):
        self._login(self.editor)
        for record in (self.page, self.page.view_id, self.info_view):
            with self.subTest(model=record._name):
                with self.assertRaisesRegex(JsonRpcException, "AccessError"):
                    self._tick(record, self.website)
        self.assertFalse(self.page.track)
        self.assertFalse(self._get_website_copy(self.page, self.website))

    # VISITS

    def test_visits_are_recorded_once_the_page_is_ticked(self):
        self.assertFalse(self._visit("/track-me", self.website))
        self._login(self.designer)
        self._tick(self.page, self.website)
        page = self._get_website_copy(self.page, self.website)
        track = self._visit("/track-me", self.website)
        self.assertEqual(track.page_id, page)
        self._login(self.designer)
        self._tick(page, self.website, track=False)
        self.assertFalse(self._visit("/track-me", self.website))

    def test_visits_of_a_view_that_is_no_page_are_recorded_once_ticked(self):
        self.assertFalse(self._visit("/website/info", self.website))
        self._login(self.designer)
        self._tick(self.info_view, self.website)
        track = self._visit("/website/info", self.website)
        self.assertFalse(track.page_id)
        self.assertTrue(track.url.endswith("/website/info"))

    def test_ticking_on_one_website_leaves_the_others_alone(self):
        self._login(self.designer)
        self._tick(self.page, self.website)
        self.assertFalse(self.page.track, "The page that is shared keeps its flag")
        self.assertTrue(self._get_website_copy(self.page, self.website).track)
        self.assertFalse(self._visit("/track-me", self.other_website))
        self.assertTrue(self._visit("/track-me", self.website))

    def test_unticking_a_website_copy_leaves_the_shared_page_tracked(self):
        self.page.track = True
        self._login(self.designer)
        self._tick(self.page, self.website, track=False)
        copy = self._get_website_copy(self.page, self.website)
        self.assertFalse(copy.track)
        self.assertFalse(self._get_seo_data(copy)["track"])
        self.assertTrue(self.page.track)
        self.assertTrue(self._visit("/track-me", self.other_website))
        self.assertFalse(self._visit("/track-me", self.website))

    def test_dialog_shows_the_flag_of_the_website_copy(self):
        """A dialog that was open on the shared page while its copy was made."""
        self.website.domain = self.base_url()
        self._login(self.designer)
        self._tick(self.page, self.website)
        self.assertTrue(self._get_seo_data(self.page)["track"])

    # PAGE PROPERTIES

    def test_properties_tick_this_website_only(self):
        properties = self._new_properties(self.page)
        self.assertFalse(properties.track)
        properties.write({"track": True})
        self.assertTrue(self._get_website_copy(self.page, self.website).track)
        self.assertFalse(self.page.track)
        properties.invalidate_recordset()
        self.assertTrue(properties.track)
        self.assertFalse(self._new_properties(self.page, self.other_website).track)

    def test_properties_saved_together_reach_the_copy(self):
        self._new_properties(self.page).write(
            {"track": True, "website_indexed": False, "name": "Another title"}
        )
        copy = self.env["website.page"].search(
            [("url", "=", "/track-me"), ("website_id", "=", self.website.id)]
        )
        self.assertEqual(
            (copy.track, copy.website_indexed, copy.name),
            (True, False, "Another title"),
        )

    def test_properties_of_a_view_that_is_no_page(self):
        properties = self._new_properties(self.info_view)
        self.assertFalse(properties.is_track_shared)
        properties.track = True
        self.assertTrue(self._get_website_copy(self.info_view, self.website).track)
        self.assertFalse(self.info_view.track)

    def test_properties_of_a_record_tick_the_view_that_shows_it(self):
        partner = self.env["res.partner"].create({"name": "Shown by a view"})
        properties = self._new_properties(partner)
        self.assertFalse(properties.track_view_id, "It is the dialog that knows it")
        properties.write({"track_view_id": self.info_view.id})
        self.assertFalse(properties.track)
        self.assertTrue(properties.is_track_shared)
        properties.write({"track": True})
        self.assertTrue(self._get_website_copy(self.info_view, self.website).track)

    def test_properties_give_no_right_on_other_views(self):
        """A designer may write what the website shows, and no screen of the backend."""
        properties = self._new_properties(self.env["res.partner"].create({"name": "P"}))
        screen = self.env.ref("base.view_partner_form")
        properties.write({"track_view_id": screen.id})
        with self.assertRaises(AccessError):
            properties.write({"track": True})
        self.assertFalse(screen.track)

    def test_properties_forms_have_the_switch(self):
        for model, xmlid in (
            ("website.page.properties", "website_page_properties_view_form"),
            ("website.page.properties.base", "website_page_properties_base_view_form"),
        ):
            with self.subTest(model=model):
                view = self.env.ref(f"website.{xmlid}")
                properties = self.env[model].with_user(self.designer)
                arch = etree.fromstring(properties.get_view(view.id)["arch"])
                self.assertEqual(len(arch.xpath("//field[@name='track']")), 1)

    # PAGES

    def test_list_shows_the_flag(self):
        view = self.env.ref("website.website_pages_tree_view")
        arch = self.env["website.page"].get_view(view.id)["arch"]
        (field,) = etree.fromstring(arch).xpath("//field[@name='track']")
        self.assertEqual(field.get("optional"), "show")

    def test_list_filters_by_the_flag(self):
        tracked = self._new_page("track-me-too", track=True)
        view = self.env.ref("website.website_pages_view_search")
        arch = etree.fromstring(
            self.env["website.page"].get_view(view.id, "search")["arch"]
        )
        pages = self.page + tracked
        for name, expected in (("tracked", tracked), ("not_tracked", self.page)):
            with self.subTest(filter=name):
                (node,) = arch.xpath(f"//filter[@name='{name}']")
                domain = literal_eval(node.get("domain"))
                self.assertEqual(
                    pages.search([("id", "in", pages.ids), *domain]), expected
                )

    # THE VIEW BEHIND A PAGE

    def test_a_restricted_editors_page_names_its_view(self):
        for user, expected in (
            (self.designer, True),
            (self.editor, True),
            (self.portal, False),
            (None, False),
        ):
            with self.subTest(user=user and user.login):
                self._login(user) if user else self.authenticate(None, None)
                page = html.fromstring(self.url_open("/website/info").content)
                self.assertEqual(
                    page.get("data-viewid"),
                    str(self.info_view.id) if expected else None,
                )
