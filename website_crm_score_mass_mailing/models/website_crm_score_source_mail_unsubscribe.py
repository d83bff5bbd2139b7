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
        optouts = self._get_optouts(rule, owners)
        if not rule.mailing_list_id:
            blocked = self._get_blocked(owners, self._get_is_own_block_sql())
            optouts = SQL("%s UNION ALL %s", optouts, blocked)
        return SQL(
            """
            SELECT owner_id, date, 1 AS weight FROM (%s) optout
          GROUP BY owner_id, date
            """,
            optouts,
        )

    @api.model
    def _get_uncounted_events(self, rule, owners):
        is_other = SQL("(%s) IS NOT TRUE", self._get_is_own_block_sql())
        return SQL(
            "SELECT *, 'blocked' AS reason FROM (%s) blocked WHERE %s",
            self._get_blocked(owners, is_other),
            not rule.mailing_list_id,
        )

    @api.model
    def _get_uncounted_reasons(self, rule):
        return {
            **super()._get_uncounted_reasons(rule),
            "blocked": self.env._("blocked by the staff, or after it bounced"),
        }

    @api.model
    def _get_optouts(self, rule, owners):
        list_id = rule.mailing_list_id.id
        return SQL(
            """
            SELECT who.owner_id, subscription.opt_out_datetime AS date
              FROM (%s) who
              JOIN mailing_contact contact ON contact.email_normalized = who.email
              JOIN mailing_subscription subscription
                ON subscription.contact_id = contact.id
             WHERE subscription.opt_out AND %s
            """,
            self.env["website.crm.score.identity"]._get_emails_sql(owners),
            SQL("subscription.list_id = %s", list_id) if list_id else SQL("TRUE"),
        )

    @api.model
    def _get_blocked(self, owners, condition):
        """Return the query of addresses that are blocked.

        :param SQL condition: on who blocked them, ``author``
        """
        return SQL(
            """
            SELECT who.owner_id, blocked.blocked_datetime AS date
              FROM (%s) who
              JOIN mail_blacklist blocked ON blocked.email = who.email
         LEFT JOIN res_users author ON author.id = blocked.blocked_user_id
             WHERE blocked.active AND %s
            """,
            self.env["website.crm.score.identity"]._get_emails_sql(owners),
            condition,
        )

    @api.model
    def _get_is_own_block_sql(self):
        """Return the condition that ``author`` is none of the staff, nor Odoo itself,
        which blocks addresses to which too many mails bounced."""
        was_staff = self.env["res.partner"]._was_staff_sql(
            SQL("author.partner_id"), SQL("blocked.blocked_datetime")
        )
        return SQL("author.share AND NOT %s", was_staff)
