from odoo import api, models
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)


class WebsiteCrmScoreSourceMailUnsubscribe(models.AbstractModel):
    """When somebody left mailing lists, or all.

    Several lists at once, or several contacts with the same address, are once.
    """

    _name = "website.crm.score.source.mail.unsubscribe"
    _inherit = "website.crm.score.source"
    _description = "Source of Events: Unsubscribed from Newsletters"

    _event_type = "mail_unsubscribe"
    _label = _lt("Unsubscribed from newsletters")
    _filters = ("mailing_list_id",)

    @api.model
    def _describe(self, rule):
        text = super()._describe(rule)
        # sudo: who may read the rule may know what it is on
        name = rule.sudo().mailing_list_id.display_name
        return f"{text} “{name}”" if name else text

    @api.model
    def _get_events(self, rule, owners):
        emails = self.env["website.crm.score.identity"]._get_emails_sql(owners)
        optouts = self._get_optouts(rule, emails)
        if not rule.mailing_list_id:
            optouts = SQL("%s UNION ALL %s", optouts, self._get_blocked(emails))
        return SQL(
            """
            SELECT owner_id, date, 1 AS weight FROM (%s) optout
          GROUP BY owner_id, date
            """,
            optouts,
        )

    @api.model
    def _get_uncounted_events(self, rule, owners):
        emails = self.env["website.crm.score.identity"]._get_emails_sql(owners)
        return SQL(
            """
            SELECT who.owner_id, blocked.blocked_datetime AS date, 'blocked' AS reason
              FROM (%(emails)s) who
              JOIN mail_blacklist blocked ON blocked.email = who.email
         LEFT JOIN res_users author ON author.id = blocked.blocked_user_id
             WHERE blocked.active AND (%(is_own)s) IS NOT TRUE AND %(is_any_list)s
            """,
            emails=emails,
            is_own=self._get_is_own_block_sql(),
            is_any_list=not rule.mailing_list_id,
        )

    @api.model
    def _get_uncounted_reasons(self, rule):
        return {
            **super()._get_uncounted_reasons(rule),
            "blocked": self.env._("blocked by the staff, or after it bounced"),
        }

    @api.model
    def _get_optouts(self, rule, emails):
        list_id = rule.mailing_list_id.id
        return SQL(
            """
            SELECT who.owner_id, subscription.opt_out_datetime AS date
              FROM (%(emails)s) who
              JOIN mailing_contact contact ON contact.email_normalized = who.email
              JOIN mailing_subscription subscription
                ON subscription.contact_id = contact.id
             WHERE subscription.opt_out AND %(is_chosen)s
            """,
            emails=emails,
            is_chosen=SQL("subscription.list_id = %s", list_id)
            if list_id
            else SQL("TRUE"),
        )

    @api.model
    def _get_blocked(self, emails):
        """Return the query of addresses that are blocked by those whose they are.

        Not those that the staff blocked, or that were blocked as too many mails
        bounced.
        """
        return SQL(
            """
            SELECT who.owner_id, blocked.blocked_datetime AS date
              FROM (%(emails)s) who
              JOIN mail_blacklist blocked ON blocked.email = who.email
              JOIN res_users author ON author.id = blocked.blocked_user_id
             WHERE blocked.active AND %(is_own)s
            """,
            emails=emails,
            is_own=self._get_is_own_block_sql(),
        )

    @api.model
    def _get_is_own_block_sql(self):
        """Return the condition that ``author`` is none of the staff."""
        was_staff = self.env["res.partner"]._was_staff_sql(
            SQL("author.partner_id"), SQL("blocked.blocked_datetime")
        )
        return SQL("author.share AND NOT %s", was_staff)
