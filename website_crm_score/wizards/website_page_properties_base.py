from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.actions import get_action
from ..tools.tracked_url import read_address


class WebsitePagePropertiesBase(models.TransientModel):
    """Track Page in the *Page Properties* dialog, with the same reach as in the
    *Optimize SEO* dialog: the website that is being edited, and no other.

    A page and a view have their own flag. Any other record (a product, say) is shown
    by a view that it shares with its like: the dialog sets ``track_view_id`` then.
    """

    _inherit = "website.page.properties.base"

    track_view_id = fields.Many2one(
        comodel_name="ir.ui.view",
        string="Tracked View",
        compute="_compute_track_view_id",
        store=True,
        readonly=False,
    )
    is_track_shared = fields.Boolean(compute="_compute_is_track_shared")
    track = fields.Boolean(
        string="Track Page",
        compute="_compute_track",
        inverse="_inverse_track",
        help="Record who visits this page, so that leads can be scored by the pages "
        "they have seen.",
    )

    @api.depends("target_model_id")
    def _compute_track_view_id(self):
        for record in self:
            target = record.target_model_id
            if target._name == "ir.ui.view":
                record.track_view_id = target
            elif target._name == "website.page":
                record.track_view_id = target.view_id

    @api.depends("target_model_id")
    def _compute_is_track_shared(self):
        for record in self:
            target = record.target_model_id
            record.is_track_shared = target._name not in ("website.page", "ir.ui.view")

    @api.depends("track_view_id.track", "website_id")
    def _compute_track(self):
        for record in self:
            view = record.track_view_id.with_context(website_id=record.website_id.id)
            record.track = bool(view) and view._is_tracked()

    def _inverse_track(self):
        for record in self.filtered("track_view_id"):
            view = record.track_view_id.with_context(website_id=record.website_id.id)
            view.track = record.track

    def write(self, vals):
        """Write ``track`` after the other properties.

        It may make the website's own copy of a page, which must get them too.
        """
        if "track" not in vals or len(vals) == 1:
            return super().write(vals)
        result = super().write({k: v for k, v in vals.items() if k != "track"})
        super().write({"track": vals["track"]})
        return result

    def action_open_page_report(self):
        """Show what became of the leads that saw the page."""
        self.ensure_one()
        name = "website_crm_score.website_crm_page_report_action"
        return get_action(self.env, name, domain=list(self._get_report_domain()))

    def _get_report_domain(self):
        """Return the domain of what the analysis of pages has of this one.

        A page has several addresses: one a language and, as the homepage, another.
        """
        host = urlsplit(self.website_id.get_base_url()).netloc
        path = urlsplit(self.url).path
        urls = [
            f"{scheme}://{host}{address}"
            for scheme in ("http", "https")
            for address in read_address(path)
        ]
        pages = self.env["website.page"]
        if self.target_model_id._name == "website.page":
            pages = self.target_model_id
        ids = self.env["website.crm.page.report"]._find_ids(urls, pages)
        return Domain("id", "in", ids)
