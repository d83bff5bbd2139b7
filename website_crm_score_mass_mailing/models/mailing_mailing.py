from odoo import models
from odoo.exceptions import AccessError


class MailingMailing(models.Model):
    """Newsletters whose versions are tested, and the one that is then sent to all
    others, are the same newsletter. Who sees newsletters sees all of them, also those
    to recipients that he may not look for."""

    _inherit = "mailing.mailing"

    def _compute_total(self):  # pylint: disable=missing-return
        for mailing in self:
            try:
                super(MailingMailing, mailing)._compute_total()
            except AccessError:
                mailing.total = 0  # how many there are would tell about them

    def _get_versions(self):
        """Return these newsletters with the others of their A/B tests.

        Those that core has as one test: of one campaign, and under test.
        """
        # sudo: rules count all versions, whoever runs them; also archived ones
        mailings = self.sudo().with_context(active_test=False)
        tested = mailings.filtered("ab_testing_enabled")
        versions = [one._get_ab_testing_siblings_mailings() for one in tested]
        return mailings.union(*versions)
