from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.website_crm_score.tools.actions import get_action

# What happens to mails of one newsletter
EVENTS = ("mail_open", "mail_click", "mail_ignored", "mail_bounce")


class MailingMailing(models.Model):
    """Newsletters whose versions are tested, and the one that is then sent to all
    others, are the same newsletter. Who sees newsletters sees all of them, also those
    to recipients that he may not look for."""

    _inherit = "mailing.mailing"

    score_rule_count = fields.Integer(
        string="Scoring Rules",
        compute="_compute_score_rule_count",
        groups="sales_team.group_sale_salesman",
    )

    def _compute_score_rule_count(self):
        for mailing in self:
            rules = self.env["website.crm.score"]
            mailing.score_rule_count = rules.search_count(mailing._get_rule_domain())

    def action_open_score_rules(self):
        """Show the rules that give points for what happens to mails of this."""
        self.ensure_one()
        action = "website_crm_score.website_crm_score_action"
        domain, context = list(self._get_rule_domain()), {"without_first_steps": True}
        return get_action(self.env, action, domain=domain, context=context)

    def action_open_score_report(self):
        """Show what became of the leads that this was sent to."""
        return self.env["website.crm.mailing.report"]._open(
            "website_crm_score_mass_mailing.website_crm_mailing_report_action",
            self._get_versions(),
        )

    def _get_rule_domain(self):
        """Return the domain of the rules that count what happens to mails of this."""
        is_event = Domain("active", "=", True) & Domain("rule_type", "=", "event")
        is_event &= Domain("event_type", "in", EVENTS)
        is_on_all = Domain("mailing_match", "=", "all")
        is_on_this = Domain("mailing_match", "=", "mailing")
        is_on_this &= Domain("mailing_id", "in", self._get_versions().ids)
        is_on_campaign = Domain("mailing_match", "=", "campaign")
        is_on_campaign &= Domain("mailing_campaign_id", "in", self.campaign_id.ids)
        return is_event & (is_on_all | is_on_this | is_on_campaign)

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
