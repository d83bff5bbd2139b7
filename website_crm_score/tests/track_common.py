from odoo.tests import HttpCase, new_test_user


class TrackPageCase(HttpCase):
    """An untracked page that all websites share, and one user of each kind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env.ref("website.default_website")
        cls.other_website = cls.env["website"].create({"name": "Other Website"})
        cls.designer = cls._new_user("designer", "website.group_website_designer")
        cls.editor = cls._new_user("editor", "website.group_website_restricted_editor")
        cls.portal = new_test_user(cls.env, "track_portal", "base.group_portal")
        cls.public = cls.env.ref("base.public_user")
        cls.page = cls._new_page("track-me")

    @classmethod
    def _new_user(cls, name, groups):
        return new_test_user(cls.env, f"track_{name}", f"base.group_user,{groups}")

    @classmethod
    def _new_page(cls, name, **values):
        return cls.env["website.page"].create(
            {
                "name": name,
                "url": f"/{name}",
                "key": f"website_crm_score.{name}",
                "type": "qweb",
                "arch": f'<t t-name="{name}"><t t-call="website.layout">Hi</t></t>',
                "is_published": True,
                **values,
            }
        )

    def _get_website_copy(self, record, website):
        """Return the copy of a page or view that was made for the website."""
        return record.search(
            [("key", "=", record.key), ("website_id", "=", website.id)]
        )
