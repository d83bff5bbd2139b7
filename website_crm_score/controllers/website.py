from odoo import http
from odoo.http import request

from odoo.addons.website.controllers.main import Website


class WebsiteTrackPage(Website):
    """Tell the *Optimize SEO* dialog whether the page is tracked.

    The dialog itself writes ``track`` through the ORM, under the rights of its user.
    """

    @http.route()
    def get_seo_data(self, res_id, res_model):
        """Add ``track`` and ``can_edit_track`` for pages and other website views.

        Other records (a product, say) have no such flag of their own: the dialog asks
        for the view that shows them.
        """
        if res_model not in ("website.page", "ir.ui.view"):
            return super().get_seo_data(res_id, res_model)
        record = request.env[res_model].browse(res_id)
        # sudo - website.page: hidden from restricted editors, who may open the dialog
        view = record.sudo().view_id if res_model == "website.page" else record
        view = view.sudo(False)
        if self._is_page_hidden_from_editor(record):
            data = super().get_seo_data(view.id, view._name)
            # sudo - website.page: the fields that core means restricted editors to see
            page = record.sudo()
            (of_page,) = page.read(["website_indexed", "website_id"])
            data.update(of_page, website_is_published=page.website_published)
        else:
            data = super().get_seo_data(res_id, res_model)
        data["track"] = view._is_tracked()
        data["can_edit_track"] = view.has_access("write") and record.has_access("write")
        return data

    def _is_page_hidden_from_editor(self, record):
        """Core opens the dialog for restricted editors, then fails on a page: it reads
        a field of a model that they have no access to. Its view they may read."""
        return (
            record._name == "website.page"
            and request.env.user.has_group("website.group_website_restricted_editor")
            and not record.has_access("read")
        )
