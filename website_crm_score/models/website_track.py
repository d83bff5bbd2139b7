from odoo import models


class WebsiteTrack(models.Model):
    """Tracks are found by their date, which costs nothing when they are written: an
    index of ranges, since tracks are stored in the order of their dates."""

    _inherit = "website.track"

    _visit_datetime_idx = models.Index("USING brin (visit_datetime)")
