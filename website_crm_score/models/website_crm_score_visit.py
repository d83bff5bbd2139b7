from odoo import fields, models
from odoo.tools import SQL

from ..tools.tracked_url import MAX_URL_LENGTH

# The event types that are made of what visitors do.
VISIT_TYPES = ("page_visit", "contact_form", "comeback")
VISIT_FIELDS = ("page_match", "page_url", "page_id", "visit_unit", "absence_days")


class WebsiteCrmScoreVisit(models.Model):
    """Events of the website: a page is visited, the contact form is sent, a visitor
    comes back.

    Visits are those of the visitors that a lead is linked to, or who are a contact, and
    count as they do for page views. Where single visits of a lead were removed after
    some months, the page views still know their number: they count as of the first day
    that the page was seen. Whether somebody came back is then no longer known.
    """

    _inherit = "website.crm.score"

    event_type = fields.Selection(
        selection_add=[
            ("page_visit", "Page visited"),
            ("contact_form", "Contact form sent"),
            ("comeback", "Came back to the website"),
        ],
        ondelete=dict.fromkeys(VISIT_TYPES, "cascade"),
    )
    page_match = fields.Selection(
        selection=[
            ("contains", "The address contains"),
            ("is", "The address is"),
            ("page", "The page is"),
        ],
        string="Which Page",
        default="contains",
        help="Only tracked pages are recorded: tick Track Page on the page.",
    )
    page_url = fields.Char(
        string="Address",
        help="Without what follows ? or #. Capital and small letters are the same.",
    )
    page_id = fields.Many2one(
        comodel_name="website.page",
        ondelete="set null",  # the rule then says that it has no page
        help="In whatever language it is seen.",
    )
    visit_unit = fields.Selection(
        selection=[("visit", "Each visit"), ("day", "Each different day")],
        string="Counts",
        default="visit",
    )
    absence_days = fields.Integer(
        string="After (Days)",
        default=7,
        help="A visit counts if the one before was at least so many days earlier.",
    )

    def _get_event_fields(self):
        return super()._get_event_fields() | set(VISIT_FIELDS)

    def _find_event_error(self):
        if self.event_type == "page_visit":
            error = self._find_page_error()
        else:
            is_wrong = self.event_type == "comeback" and self.absence_days < 1
            error = is_wrong and self.env._("say after how many days, at least one.")
        return error or super()._find_event_error()

    def _find_page_error(self):
        url = (self.page_url or "").strip()
        if self.page_match == "page":
            return not self.page_id and self.env._("choose the page.")
        if not self.page_match or not url:
            return self.env._("say which page.")
        if len(url) > MAX_URL_LENGTH:
            return self.env._("the address is too long.")
        if "?" in url or "#" in url:
            return self.env._(
                "visited addresses are kept without what follows ? or #, leave it out."
            )
        return False

    def _looks_at_pages(self):
        if self.rule_type == "event":
            return self.event_type in VISIT_TYPES
        return super()._looks_at_pages()

    # SOURCES

    def _get_events_page_visit(self):
        """Return the visits of the pages of this rule, or one a day."""
        visits = self._get_visits()
        if self.visit_unit != "day":
            return visits
        return SQL(
            """
            SELECT %(owner)s, min(date) AS date, 1 AS weight
              FROM (%(visits)s) visit
          GROUP BY %(owner)s, %(day)s
            """,
            owner=self._get_owner_sql(),
            visits=visits,
            day=self._get_day_sql(SQL.identifier("date")),
        )

    def _get_recent_events_page_visit(self, since):
        return self._get_single_visits(SQL("track.visit_datetime >= %s", since))

    def _get_visits(self):
        """Return the query of all visits of the pages of this rule."""
        return SQL(
            "%s UNION ALL %s",
            self._get_single_visits(self._get_page_sql(SQL("track"), SQL("track.url"))),
            self._get_removed_visits(
                self._get_page_sql(SQL("known"), SQL("entry.url"))
            ),
        )

    def _get_single_visits(self, condition):
        """Return the query of the visits that count, of which ``track`` is a row.

        :param SQL condition: on ``track`` and ``visitor``
        :rtype: SQL
        """
        is_counted = self.env["website.visitor"]._get_is_counted_sql()
        if self.apply_to == "partner":
            return SQL(
                """
                SELECT visitor.partner_id, track.visit_datetime AS date, 1 AS weight
                  FROM website_visitor visitor
                  JOIN website_track track ON track.visitor_id = visitor.id
                 WHERE visitor.partner_id IS NOT NULL AND track.url > ''
                   AND %s AND %s
                """,
                is_counted,
                condition,
            )
        return SQL(
            """
            SELECT link.crm_lead_id AS lead_id, track.visit_datetime AS date,
                   1 AS weight
              FROM crm_lead_website_visitor_rel link
              JOIN website_visitor visitor ON visitor.id = link.website_visitor_id
              JOIN website_track track ON track.visitor_id = visitor.id
             WHERE track.url > '' AND %s AND %s
            """,
            is_counted,
            condition,
        )

    def _get_removed_visits(self, condition):
        """Return the query of visits that page views alone still know.

        :param SQL condition: on ``known``, a page view, and its url ``entry``
        :rtype: SQL
        """
        return SQL(
            """
            SELECT known.lead_id, known.first_view_date AS date, 1 AS weight
              FROM website_crm_pageview known
              JOIN website_crm_url entry ON entry.id = known.url_id
        CROSS JOIN generate_series(1, known.removed_count)
             WHERE known.removed_count > 0 AND %s
            """,
            condition,
        )

    def _get_page_sql(self, row, url):
        """Return the condition that a visit is one of a page of this rule.

        :param SQL row: the visit or page view, with ``page_id``
        :param SQL url: its absolute url
        :rtype: SQL
        """
        if self.page_match == "page":
            return SQL("%s.page_id = %s", row, self.page_id.id)
        wanted = self.page_url.strip().lower()
        seen = SQL("lower(%s)", self.env["website.crm.url"]._normalized_sql(url))
        if self.page_match == "contains":
            return SQL("strpos(%s, %s) > 0", seen, wanted)
        path = SQL("regexp_replace(%s, '^[a-z]+://[^/]*', '')", seen)
        # A path alone is a page of whatever website; the slash at its end is the same.
        return SQL(
            "rtrim(%s, '/') = %s",
            path if "://" not in wanted else seen,
            wanted.rstrip("/"),
        )

    def _get_events_contact_form(self):
        """Return the leads that their visitors made, by the contact form or a chat.

        A lead is linked to the visitor whose form it is; one that somebody of the staff
        makes from a talk with a visitor is not the visitor's doing.
        """
        return SQL(
            """
            SELECT lead.id AS lead_id, lead.partner_id, lead.create_date AS date,
                   1 AS weight
              FROM crm_lead lead
              JOIN res_users author ON author.id = lead.create_uid
             WHERE author.share
               AND EXISTS (
                   SELECT FROM crm_lead_website_visitor_rel link
                    WHERE link.crm_lead_id = lead.id)
            """
        )

    def _get_events_comeback(self):
        """Return the visits that came long after the one before."""
        return SQL(
            """
            SELECT %(owner)s, date, 1 AS weight
              FROM (SELECT %(owner)s, date,
                           lag(date) OVER (PARTITION BY %(owner)s ORDER BY date)
                               AS previous_date
                      FROM (%(visits)s) single) visit
             WHERE date >= previous_date + %(days)s * interval '1 day'
            """,
            owner=self._get_owner_sql(),
            visits=self._get_single_visits(SQL("TRUE")),
            days=self.absence_days,
        )

    def _get_recent_events_comeback(self, since):
        return self._get_single_visits(SQL("track.visit_datetime >= %s", since))
