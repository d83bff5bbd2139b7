from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# The event types that are told by the traces of mailings.
TRACE_TYPES = ("mail_open", "mail_click", "mail_ignored", "mail_bounce")
MAIL_TYPES = (*TRACE_TYPES, "mail_unsubscribe")
MAIL_FIELDS = (
    "mailing_match",
    "mailing_id",
    "mailing_campaign_id",
    "mailing_list_id",
    "link_match",
    "link_url",
    "link_id",
    "click_unit",
    "ignored_days",
)
# How the mail of a lead or contact is found: sent to its address, to itself, or to its
# contact or lead. Each by an index, and no mail in two ways.
TRACE_WAYS = {
    "lead": (
        SQL(
            "crm_lead who"
            " JOIN mailing_trace trace ON trace.email = who.email_normalized"
        ),
        SQL(
            """
            crm_lead who JOIN mailing_trace trace
              ON trace.model = 'crm.lead' AND trace.res_id = who.id
             AND trace.email IS DISTINCT FROM who.email_normalized
            """
        ),
        SQL(
            """
            crm_lead who JOIN mailing_trace trace
              ON trace.model = 'res.partner' AND trace.res_id = who.partner_id
             AND trace.email IS DISTINCT FROM who.email_normalized
            """
        ),
    ),
    "partner": (
        SQL(
            "res_partner who"
            " JOIN mailing_trace trace ON trace.email = who.email_normalized"
        ),
        SQL(
            """
            res_partner who JOIN mailing_trace trace
              ON trace.model = 'res.partner' AND trace.res_id = who.id
             AND trace.email IS DISTINCT FROM who.email_normalized
            """
        ),
        SQL(
            """
            res_partner who JOIN crm_lead lead ON lead.partner_id = who.id
              JOIN mailing_trace trace
                ON trace.model = 'crm.lead' AND trace.res_id = lead.id
               AND trace.email IS DISTINCT FROM who.email_normalized
            """
        ),
    ),
}


class WebsiteCrmScore(models.Model):
    """Events of newsletters: they are opened, not opened in time, or bounce, a link is
    clicked, somebody unsubscribes.

    A newsletter is one of a lead if it was sent to the lead or to its contact, or, as
    to a mailing list, to its e-mail address; and likewise of a contact.
    """

    _inherit = "website.crm.score"

    event_type = fields.Selection(
        selection_add=[
            ("mail_open", "Newsletter opened"),
            ("mail_click", "Link in a newsletter clicked"),
            ("mail_ignored", "Newsletter not opened"),
            ("mail_bounce", "Newsletter bounced"),
            ("mail_unsubscribe", "Unsubscribed from newsletters"),
        ],
        ondelete=dict.fromkeys(MAIL_TYPES, "cascade"),
    )
    mailing_match = fields.Selection(
        selection=[
            ("all", "All newsletters"),
            ("mailing", "The newsletter is"),
            ("campaign", "The campaign is"),
        ],
        string="Which Newsletter",
        default="all",
    )
    mailing_id = fields.Many2one(
        comodel_name="mailing.mailing",
        string="Newsletter",
        ondelete="set null",  # the rule then says that it has none
    )
    mailing_campaign_id = fields.Many2one(
        comodel_name="utm.campaign", string="Newsletter Campaign", ondelete="set null"
    )
    mailing_list_id = fields.Many2one(
        comodel_name="mailing.list",
        string="Left Mailing List",
        ondelete="restrict",
        help="By default all lists, and the blocklist where it was the recipient who "
        "did not want to be mailed any more.",
    )
    link_match = fields.Selection(
        selection=[
            ("all", "Any link"),
            ("contains", "The address contains"),
            ("link", "The link is"),
        ],
        string="Which Link",
        default="all",
    )
    link_url = fields.Char(
        string="Link Address", help="Capital and small letters are the same."
    )
    link_id = fields.Many2one(
        comodel_name="link.tracker", string="Link", ondelete="set null"
    )
    click_unit = fields.Selection(
        selection=[("mail", "Each newsletter, once"), ("click", "Each click")],
        string="Clicks Count",
        default="mail",
    )
    ignored_days = fields.Integer(
        string="Within (Days)",
        default=30,
        help="A newsletter that is not opened counts so many days after it was sent, "
        "if it neither bounced nor failed to be sent.",
    )

    def _get_event_fields(self):
        return super()._get_event_fields() | set(MAIL_FIELDS)

    def _find_event_error(self):
        error = False
        if self.event_type in TRACE_TYPES:
            error = self._find_mailing_error()
        if self.event_type == "mail_click":
            error = error or self._find_link_error()
        if self.event_type == "mail_ignored" and self.ignored_days < 1:
            error = error or self.env._("say within how many days, at least one.")
        return error or super()._find_event_error()

    def _find_mailing_error(self):
        if self.mailing_match == "mailing":
            return not self.mailing_id and self.env._("choose the newsletter.")
        if self.mailing_match == "campaign":
            is_missing = not self.mailing_campaign_id
            return is_missing and self.env._("choose the campaign.")
        return not self.mailing_match and self.env._("say which newsletter.")

    def _find_link_error(self):
        if self.link_match == "link":
            return not self.link_id and self.env._("choose the link.")
        if self.link_match == "contains":
            is_missing = not (self.link_url or "").strip()
            return is_missing and self.env._("say what the address of the link has.")
        return not self.link_match and self.env._("say which link.")

    @api.model
    def _get_templates(self):
        templates = super()._get_templates()
        templates["newsletter"]["rules"] += self._get_newsletter_rules()
        return templates

    @api.model
    def _get_newsletter_rules(self):
        rules = (
            (self.env._("Opened a newsletter"), 3, {"event_type": "mail_open"}),
            (
                self.env._("Did not open a newsletter in 30 days"),
                -2,
                {"event_type": "mail_ignored", "ignored_days": 30},
            ),
            (
                self.env._("Clicked a link to our solution"),
                3,
                {
                    "event_type": "mail_click",
                    "link_match": "contains",
                    "link_url": "/solution",
                },
            ),
            (
                self.env._("Clicked a link to packages and prices"),
                5,
                {
                    "event_type": "mail_click",
                    "link_match": "contains",
                    "link_url": "/pricing",
                },
            ),
        )
        return [
            {"name": name, "value": value, "rule_type": "event", **filters}
            for name, value, filters in rules
        ]

    # SOURCES

    def _get_events_mail_open(self):
        # What opened a mail that bounced was a machine.
        is_opened = SQL("trace.trace_status IN ('open', 'reply')")
        return self._get_trace_events(
            SQL("trace.open_datetime"),
            SQL(
                "trace.open_datetime IS NOT NULL AND %s AND %s",
                is_opened,
                self._get_is_of_somebody_sql(SQL("trace.open_datetime")),
            ),
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
        return self._get_clicks(
            SQL("click.create_date >= %s AND %s", since, self._get_link_sql())
        )

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
        # Core does not note when; a mail that bounced is hardly written again.
        return self._get_trace_events(
            SQL("trace.write_date"), SQL("trace.trace_status = 'bounce'")
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
                   AND %(is_chosen)s AND %(condition)s
                """,
                owner=self._get_owner_sql(),
                date=date,
                columns=SQL(", %s", columns) if columns else SQL(),
                way=way,
                joins=joins or SQL(),
                is_chosen=self._get_mailing_sql(),
                condition=condition,
            )
            for way in TRACE_WAYS[self.apply_to]
        ]
        return SQL(" UNION ALL ").join(queries)

    def _get_clicks(self, condition):
        """Return the query of the clicks of somebody.

        :param SQL condition: on ``click`` and its ``link``
        :rtype: SQL
        """
        is_of_somebody = self._get_is_of_somebody_sql(SQL("click.create_date"))
        return self._get_trace_events(
            SQL("click.create_date"),
            SQL("%s AND %s", is_of_somebody, condition),
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
                self._get_is_of_somebody_sql(SQL("trace.open_datetime")),
                deadline,
                condition,
            ),
        )

    def _get_optouts(self):
        list_id = self.mailing_list_id.id
        return SQL(
            """
            SELECT who.id AS %(owner)s, subscription.opt_out_datetime AS date
              FROM %(who)s who
              JOIN mailing_contact contact
                ON contact.email_normalized = who.email_normalized
              JOIN mailing_subscription subscription
                ON subscription.contact_id = contact.id
             WHERE subscription.opt_out AND %(is_chosen)s
            """,
            owner=self._get_owner_sql(),
            who=self._get_who_sql(),
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
            SELECT who.id AS %(owner)s, blocked.write_date AS date
              FROM %(who)s who
              JOIN mail_blacklist blocked ON blocked.email = who.email_normalized
             WHERE blocked.active
               AND EXISTS (
                   SELECT FROM res_users author
                    WHERE author.id IN (blocked.create_uid, blocked.write_uid)
                      AND author.share)
            """,
            owner=self._get_owner_sql(),
            who=self._get_who_sql(),
        )

    # CONDITIONS

    def _get_who_sql(self):
        """Return the table of those whom this rule is for."""
        return SQL("res_partner" if self.apply_to == "partner" else "crm_lead")

    def _get_mailing_sql(self):
        """Return the condition that ``trace`` is of a newsletter of this rule."""
        if self.mailing_match == "mailing":
            return SQL("trace.mass_mailing_id = %s", self.mailing_id.id)
        if self.mailing_match == "campaign":
            return SQL("trace.campaign_id = %s", self.mailing_campaign_id.id)
        return SQL("TRUE")

    def _get_link_sql(self):
        """Return the condition that ``link`` is one of this rule."""
        if self.link_match == "link":
            return SQL("link.id = %s", self.link_id.id)
        if self.link_match == "contains":
            wanted = self.link_url.strip().lower()
            return SQL("strpos(lower(link.url), %s) > 0", wanted)
        return SQL("TRUE")

    def _get_is_of_somebody_sql(self, date):
        """Return the condition that what happened at ``date`` was no machine's doing.

        Machines open a mail, and follow its links, as soon as it is delivered.
        """
        delay = self.env["mailing.trace"]._get_machine_delay()
        return SQL(
            "(%s >= trace.sent_datetime + %s OR trace.sent_datetime IS NULL)",
            date,
            delay,
        )
