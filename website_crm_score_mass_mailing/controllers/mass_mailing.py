from odoo.http import request, route

from odoo.addons.mass_mailing.controllers.main import MassMailController
from odoo.addons.website_crm_score.tools.own_context import OURS

# Programs that look at mails before those whom they are for.
SCANNERS = ("barracuda", "forcepoint", "mimecast", "proofpoint", "symantec")


class ScoredMassMailController(MassMailController):
    """Pictures and links of newsletters that machines ask for are served, but it is
    not recorded: nobody has seen the newsletter."""

    @route()
    def track_mail_open(self, *args, **kwargs):
        self._tell_machine()
        return super().track_mail_open(*args, **kwargs)

    @route()
    def full_url_redirect(self, *args, **kwargs):
        self._tell_machine()
        return super().full_url_redirect(*args, **kwargs)

    def _tell_machine(self):
        agent = request.httprequest.user_agent.string.lower()
        is_scanner = any(name in agent for name in SCANNERS)
        if is_scanner or request.env["ir.http"]._find_machine():
            request.update_context(website_crm_score_machine=OURS)
