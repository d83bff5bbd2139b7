from odoo import fields, models


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    track = fields.Boolean(
        string="Track Page",
        help="Record who visits this page, so that leads can be scored by the pages "
        "they have seen.",
    )

    def _is_tracked(self):
        """Tell whether visits of the page that this view shows are recorded: as when it
        is visited, a copy made for the website in the context goes before the view."""
        self.ensure_one()
        # sudo - ir.ui.view: the key only says which view the website would show
        view = self.sudo()
        reference = view.id if view.website_id else view.key or view.id
        return bool(self._get_cached_template_info(reference)["track"])
