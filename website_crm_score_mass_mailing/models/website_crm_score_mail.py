from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from odoo.addons.website_crm_score.tools.tracked_url import read_address

# The mails that were sent to whom a rule is for, or to whom it belongs to.
DOCUMENTS = {
    "lead": (
        SQL(
            "crm_lead who JOIN mailing_trace trace"
            " ON trace.model = 'crm.lead' AND trace.res_id = who.id"
        ),
        SQL(
            "crm_lead who JOIN mailing_trace trace"
            " ON trace.model = 'res.partner' AND trace.res_id = who.partner_id"
        ),
    ),
    "partner": (
        SQL(
            "res_partner who JOIN mailing_trace trace"
            " ON trace.model = 'res.partner' AND trace.res_id = who.id"
        ),
        SQL(
            "res_partner who JOIN crm_lead lead ON lead.partner_id = who.id"
            " JOIN mailing_trace trace"
            " ON trace.model = 'crm.lead' AND trace.res_id = lead.id"
        ),
    ),
}


class WebsiteCrmScoreMail(models.Model):
    """The sources of events of newsletters: the traces of mailings, clicks on their
    links, mailing lists and the blocklist."""

    _inherit = "website.crm.score"

    # SOURCES

    def _get_events_mail_open(self):
        # What opened a mail that bounced was a machine.
        is_opened = SQL("trace.trace_status IN ('open', 'reply')")
        return self._get_trace_events(
            SQL("trace.open_datetime"),
            SQL(
                "trace.open_datetime IS NOT NULL AND %s AND %s",
                is_opened,
                self.env["mailing.trace"]._get_is_of_somebody_sql(
                    SQL("trace.open_datetime")
                ),
            ),
        )

    def _get_recent_events_mail_open(self, since):
        """Return what was opened, and clicked: a click can tell that whoever opened the
        newsletter a moment before was a machine."""
        return SQL(
            "%s UNION ALL %s",
            self._get_trace_events(
                SQL("trace.open_datetime"),
                SQL("trace.open_datetime >= %s", since),
                columns=SQL("trace.id AS trace_id"),
            ),
            self._get_recent_events_mail_click(since),
        )

    def _get_events_mail_click(self):
        """Return the clicks on the links of this rule, or the first in each mail."""
        clicks = self._get_clicks(self._get_link_sql())
        if self.click_unit == "click":
            return clicks
        return SQL(
            """
            SELECT %(owner)s, min(date) AS date, 1 AS weight
              FROM (%(clicks)s) click
          GROUP BY %(owner)s, trace_id
            """,
            owner=self._get_owner_sql(),
            clicks=clicks,
        )

    def _get_recent_events_mail_click(self, since):
        """Return all clicks, also machines' and those on other links: by these it shows
        that the click before was a machine's."""
        return self._get_all_clicks(SQL("click.create_date >= %s", since))

    def _get_events_mail_ignored(self):
        """Return when newsletters have not been opened for too long.

        That they are opened later changes nothing.
        """
        return self._get_ignored(SQL("TRUE"))

    def _get_recent_events_mail_ignored(self, since):
        days = timedelta(days=self.ignored_days)
        return self._get_ignored(
            SQL(
                "trace.sent_datetime >= %s AND trace.sent_datetime <= %s",
                since - days,
                self._get_latest_date() - days,
            )
        )

    def _get_events_mail_bounce(self):
        return self._get_trace_events(
            SQL("trace.bounce_datetime"),
            SQL("trace.bounce_datetime IS NOT NULL AND trace.trace_status = 'bounce'"),
        )

    def _get_events_mail_unsubscribe(self):
        """Return when somebody left mailing lists, or all.

        Several lists at once, or several contacts with the same address, are once.
        """
        optouts = self._get_optouts()
        if not self.mailing_list_id:
            optouts = SQL("%s UNION ALL %s", optouts, self._get_blocked())
        return SQL(
            """
            SELECT %(owner)s, date, 1 AS weight FROM (%(optouts)s) optout
          GROUP BY %(owner)s, date
            """,
            owner=self._get_owner_sql(),
            optouts=optouts,
        )

    def _get_trace_events(self, date, condition, columns=None, joins=None):
        """Return the query of what ``trace``, a mail of a newsletter, tells.

        :param SQL date: when it happened
        :param SQL condition: on ``trace``
        :param SQL columns: more of them
        :param SQL joins: more tables
        :rtype: SQL
        """
        queries = [
            SQL(
                """
                SELECT who.id AS %(owner)s, %(date)s AS date, 1 AS weight %(columns)s
                  FROM %(way)s %(joins)s
                 WHERE trace.trace_type = 'mail' AND trace.is_test_trace IS NOT TRUE
                   AND %(is_of_company)s
                   AND %(is_new)s AND %(is_chosen)s AND %(condition)s
                """,
                owner=self._get_owner_sql(),
                date=date,
                columns=SQL(", %s", columns) if columns else SQL(),
                way=way,
                joins=joins or SQL(),
                is_of_company=self._get_is_of_company_sql(),
                is_new=is_new,
                is_chosen=self._get_mailing_sql(),
                condition=condition,
            )
            for way, is_new in self._iter_trace_ways()
        ]
        return SQL(" UNION ALL ").join(queries)

    def _iter_trace_ways(self):
        """Yield how ``trace``, a mail of ``who``, is found: sent to an address that
        they have or had before a merger, to themselves, or to their contact or lead.

        Each by an index, and with the condition that it is found in no way before.
        """
        known = self.env["website.crm.score.identity"]
        who = SQL("%s who", self._get_who_sql())
        yield (
            SQL(
                "%s JOIN mailing_trace trace ON trace.email = who.email_normalized", who
            ),
            SQL("TRUE"),
        )
        yield (
            SQL(
                "%s JOIN (%s) former ON former.owner_id = who.id"
                " JOIN mailing_trace trace ON trace.email = former.email",
                who,
                known._get_former_emails_sql(self._get_owners(self.apply_to)),
            ),
            SQL("TRUE"),
        )
        documents = DOCUMENTS[self.apply_to]
        if self.apply_to == "lead":
            former = SQL(
                "%s JOIN (%s) former ON former.lead_id = who.id"
                " JOIN mailing_trace trace"
                " ON trace.model = 'res.partner' AND trace.res_id = former.contact_id",
                who,
                known._get_former_contacts_sql(),
            )
            documents += (former,)
        for document in documents:
            yield document, self._get_is_to_other_email_sql()

    def _get_is_to_other_email_sql(self):
        """Return the condition that ``trace`` is to no address of ``who``."""
        return SQL(
            """
            trace.email IS DISTINCT FROM who.email_normalized
            AND NOT EXISTS (
                SELECT FROM website_crm_score_identity known
                 WHERE known.%s = who.id AND known.email = trace.email)
            """,
            self._get_owner_sql(),
        )

    def _get_clicks(self, condition):
        """Return the query of the clicks of somebody.

        :param SQL condition: on ``click`` and its ``link``
        :rtype: SQL
        """
        date = SQL("click.create_date")
        is_of_somebody = self.env["mailing.trace"]._get_is_of_somebody_sql(date)
        return self._get_all_clicks(SQL("%s AND %s", is_of_somebody, condition))

    def _get_all_clicks(self, condition):
        return self._get_trace_events(
            SQL("click.create_date"),
            condition,
            columns=SQL("trace.id AS trace_id"),
            joins=SQL(
                "JOIN link_tracker_click click ON click.mailing_trace_id = trace.id"
                " JOIN link_tracker link ON link.id = click.link_id"
            ),
        )

    def _get_ignored(self, condition):
        """Return the query of the newsletters that were not opened in time."""
        deadline = SQL("trace.sent_datetime + %s * interval '1 day'", self.ignored_days)
        return self._get_trace_events(
            deadline,
            SQL(
                """
                trace.trace_status IN ('sent', 'open', 'reply')
                AND (%s AND trace.open_datetime < %s) IS NOT TRUE AND %s
                """,
                self.env["mailing.trace"]._get_is_of_somebody_sql(
                    SQL("trace.open_datetime")
                ),
                deadline,
                condition,
            ),
        )

    def _get_optouts(self):
        list_id = self.mailing_list_id.id
        return SQL(
            """
            SELECT who.owner_id AS %(owner)s, subscription.opt_out_datetime AS date
              FROM (%(emails)s) who
              JOIN mailing_contact contact ON contact.email_normalized = who.email
              JOIN mailing_subscription subscription
                ON subscription.contact_id = contact.id
             WHERE subscription.opt_out AND %(is_chosen)s
            """,
            owner=self._get_owner_sql(),
            emails=self._get_emails_sql(),
            is_chosen=SQL("subscription.list_id = %s", list_id)
            if list_id
            else SQL("TRUE"),
        )

    def _get_blocked(self):
        """Return the query of addresses that are blocked by those whose they are.

        Not those that the staff blocked, or that were blocked as too many mails
        bounced.
        """
        return SQL(
            """
            SELECT who.owner_id AS %(owner)s, blocked.blocked_datetime AS date
              FROM (%(emails)s) who
              JOIN mail_blacklist blocked ON blocked.email = who.email
              JOIN res_users author ON author.id = blocked.blocked_user_id
             WHERE blocked.active AND author.share AND NOT %(was_staff)s
            """,
            owner=self._get_owner_sql(),
            emails=self._get_emails_sql(),
            was_staff=self.env["res.partner"]._was_staff_sql(
                SQL("author.partner_id"), SQL("blocked.blocked_datetime")
            ),
        )

    def _get_emails_sql(self):
        """Return the query of all addresses of those whom this rule is for."""
        owners = self._get_owners(self.apply_to)
        return self.env["website.crm.score.identity"]._get_emails_sql(owners)

    # CONDITIONS

    def _get_who_sql(self):
        """Return the table of those whom this rule is for."""
        return SQL("res_partner" if self.apply_to == "partner" else "crm_lead")

    def _get_is_of_company_sql(self):
        """Return the condition that ``trace`` is no mail to a lead or contact of
        another company than ``who``, which only have the same address.

        Mailings, their lists and campaigns are of no company.
        """
        # sudo: also those that the user may not see
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        if companies.search_count([], limit=2) < 2:
            return SQL("TRUE")
        return SQL(" AND ").join(
            SQL(
                """
                NOT EXISTS (
                    SELECT FROM %s receiver
                     WHERE trace.model = %s AND receiver.id = trace.res_id
                       AND receiver.company_id != who.company_id)
                """,
                SQL.identifier(self.env[name]._table),
                name,
            )
            for name in ("crm.lead", "res.partner")
        )

    def _get_mailing_sql(self):
        """Return the condition that ``trace`` is of a newsletter of this rule."""
        if self.mailing_match == "mailing":
            return SQL(
                "trace.mass_mailing_id IN %s", self.mailing_id._get_versions()._ids
            )
        if self.mailing_match == "campaign":
            return SQL("trace.campaign_id = %s", self.mailing_campaign_id.id)
        return SQL("TRUE")

    def _get_link_sql(self):
        """Return the condition that ``link`` is one of this rule."""
        if self.link_match == "link":
            return SQL("link.id IN %s", self.link_id._get_versions()._ids)
        if self.link_match == "contains":
            parts = read_address(self.link_url)
            return self.env["website.crm.url"]._has_part_sql(SQL("link.url"), parts)
        return SQL("TRUE")
