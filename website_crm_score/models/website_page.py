from odoo import api, models
from odoo.fields import Domain


class WebsitePage(models.Model):
    """Where pages are chosen, they say which website they are of: core makes a copy of
    a page for each website that it is edited on."""

    _inherit = "website.page"

    @api.depends("website_id")
    @api.depends_context("display_website")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        if self.env.context.get("display_website"):
            for page in self.filtered("website_id"):
                page.display_name = f"{page.display_name} [{page.website_id.name}]"
        return result

    def _with_copies(self):
        """Return these pages and those that are the same, see :meth:`_find_same`."""
        pages = self.sudo()  # sudo: see there
        for page in pages.exists():
            pages |= self._find_same(page.key, page.url)
        return pages

    @api.model
    def _find_same(self, key, url):
        """Return the pages that are the same page for who visits it: those of one view
        key or of one address."""
        domains = [
            Domain(name, "=", value)
            for name, value in (("key", key), ("url", url))
            if value
        ]
        # sudo: a rule counts what it says, whoever runs it
        pages = self.sudo().with_context(active_test=False, website_id=False)
        return pages.search(Domain.OR(domains)) if domains else pages
