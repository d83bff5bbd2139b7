from odoo import fields, models
from odoo.tools import ormcache


class Website(models.Model):
    """A website tracks visitors; only with their consent, if it is set so."""

    _inherit = "website"

    track_with_consent = fields.Boolean(
        string="Track only with consent",
        help="Visitors who did not accept optional cookies are not tracked, and visits "
        "of those who no longer accept them do not count any more.",
    )

    @ormcache("self.id")
    def _get_cached_values(self):
        self.fetch(["track_with_consent"])
        values = {"track_with_consent": self.track_with_consent}
        return {**super()._get_cached_values(), **values}
