from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.tracked_url import MAX_URL_LENGTH, read_address

# The event types that are made of what visitors do.
VISIT_TYPES = ("page_visit", "contact_form", "comeback")
VISIT_FIELDS = ("page_match", "page_url", "page_id", "visit_unit", "absence_days")


class WebsiteCrmScoreVisit(models.Model):
    """Events of the website: a page is visited, the contact form is sent, a visitor
    comes back.

    Visits are those of the visitors that a lead is linked to, or who are a contact, and
    count as they do for page views. Where single visits were removed after some months,
    their number is still known: they count as of the first of them that was of the same
    visitor and page. Whether somebody came back is then no longer known.
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
        help="As the browser shows it, without what follows ? or #. Capital and small "
        "letters are the same, and so are http and https. A path alone, such as "
        "/pricing, is a page of any of your websites; a page in another language has "
        "another address, such as /fr/pricing.",
    )
    page_id = fields.Many2one(
        comodel_name="website.page",
        ondelete="set null",  # what was its address still says which page it was
        help="In whatever language it is seen, and however it is edited: the copy of a "
        "page that was made for a website, and any page of the same address, is the "
        "same page.",
    )
    page_key = fields.Char(
        compute="_compute_page_address", store=True, readonly=True, copy=True
    )
    page_path = fields.Char(
        string="Address of the Page",
        compute="_compute_page_address",
        store=True,
        readonly=True,
        copy=True,
    )
    page_warning = fields.Char(compute="_compute_page_warning")
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

    @api.depends("page_id.key", "page_id.url")
    def _compute_page_address(self):
        for rule in self:
            page = rule.page_id.sudo()  # sudo: who writes rules may not read all pages
            # Those of a page that was deleted are kept: it may be made anew.
            rule.page_key = page.key or rule.page_key
            rule.page_path = page.url or rule.page_path

    @api.depends("rule_type", "event_type", "page_match", "page_url", "page_id")
    def _compute_page_warning(self):
        for rule in self:
            is_on_pages = rule.rule_type == "event" and rule.event_type == "page_visit"
            rule.page_warning = is_on_pages and rule._find_page_warning()

    def _find_page_warning(self):
        """Return why no visit may count, though nothing is wrong, or False.

        :rtype: str | bool
        """
        if self.page_match == "page":
            pages = self._find_pages()
            if pages and not any(pages.mapped("track")):
                return self.env._("The page is not tracked: tick Track Page on it.")
            if pages and not self.page_id:
                return self.env._(
                    "The page was deleted. Pages with its address %s count in its "
                    "stead.",
                    self.page_path,
                )
        elif self._find_page_error():
            return False
        elif not self.env["website.crm.url"]._is_tracked(self._get_address_sql):
            return self.env._(
                "No tracked page has this address, and nobody was seen there lately. "
                "Look how it is written, and whether Track Page is ticked on the page."
            )
        return False

    def _get_event_fields(self):
        return super()._get_event_fields() | set(VISIT_FIELDS)

    def write(self, vals):
        if "page_id" in vals and not vals["page_id"]:
            vals = {**vals, "page_key": False, "page_path": False}
        return super().write(vals)

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
            return not self._find_pages() and self.env._("choose the page.")
        if not self.page_match or not url:
            return self.env._("say which page.")
        if len(url) > MAX_URL_LENGTH:
            return self.env._("the address is too long.")
        if "?" in url or "#" in url:
            return self.env._(
                "visited addresses are kept without what follows ? or #, leave it out."
            )
        try:
            read_address(url)
        except ValueError:
            return self.env._("this is no address.")
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
            self._get_removed_visits(),
        )

    def _get_single_visits(self, condition):
        """Return the query of the visits of which there are tracks.

        :param SQL condition: on ``track`` and ``visitor``
        :rtype: SQL
        """
        return self._get_owned_visits(
            SQL("website_track track ON track.visitor_id = visitor.id"),
            url=SQL("track.url"),
            page_id=SQL("track.page_id"),
            date=SQL("track.visit_datetime"),
            condition=SQL("track.url > '' AND %s", condition),
        )

    def _get_removed_visits(self):
        """Return the query of the visits of which the tracks were removed.

        :rtype: SQL
        """
        # A row for each visit. PostgreSQL expects ten of an array, near enough, and a
        # thousand of a series.
        return self._get_owned_visits(
            SQL(
                """
                website_crm_removed_visit removed ON removed.visitor_id = visitor.id
                JOIN website_crm_url entry ON entry.id = removed.url_id
                CROSS JOIN unnest(array_fill(0, ARRAY[removed.visit_count]))
                """
            ),
            url=SQL("entry.url"),
            page_id=SQL("removed.page_id"),
            date=SQL("removed.first_date"),
            condition=self._get_page_sql(SQL("removed"), SQL("entry.url")),
        )

    def _get_owned_visits(self, visits, url, page_id, date, condition):
        """Return the query of visits that count, a row for each of their owners.

        :param SQL visits: what is joined with ``visitor``
        :param SQL url: what was seen
        :param SQL page_id: its page
        :param SQL date: when it was
        :param SQL condition: which of them
        :rtype: SQL
        """
        is_counted = self.env["website.visitor"]._get_is_counted_sql(date)
        is_for_contacts = self.apply_to == "partner"
        is_of_owner = self.env["website"]._get_is_of_owner_sql(
            self._get_owners(self.apply_to),
            SQL("visitor.partner_id" if is_for_contacts else "link.crm_lead_id"),
            url,
            page_id,
        )
        if is_for_contacts:
            return SQL(
                """
                SELECT visitor.partner_id, %s AS date, 1 AS weight
                  FROM website_visitor visitor
                  JOIN %s
                 WHERE visitor.partner_id IS NOT NULL AND %s AND %s AND %s
                """,
                date,
                visits,
                is_counted,
                condition,
                is_of_owner,
            )
        return SQL(
            """
            SELECT link.crm_lead_id AS lead_id, %s AS date, 1 AS weight
              FROM crm_lead_website_visitor_rel link
              JOIN website_visitor visitor ON visitor.id = link.website_visitor_id
              JOIN %s
             WHERE %s AND %s AND %s
            """,
            date,
            visits,
            is_counted,
            condition,
            is_of_owner,
        )

    def _get_page_sql(self, row, url):
        """Return the condition that a visit is one of a page of this rule.

        :param SQL row: the visit, with ``page_id``
        :param SQL url: its absolute url
        :rtype: SQL
        """
        if self.page_match != "page":
            return self._get_address_sql(url)
        return SQL(
            "(%(row)s.page_id = ANY(%(ids)s) OR %(row)s.page_id IS NULL AND %(is_at)s)",
            row=row,
            ids=self._find_pages().ids,
            is_at=self._get_is_at_page_sql(url),
        )

    def _get_is_at_page_sql(self, url):
        """Return the condition that ``url`` was that of a page that is no more."""
        if not self.page_path:
            return SQL("FALSE")
        urls = self.env["website.crm.url"]
        paths = [prefix + self.page_path for prefix in urls._get_prefixes()]
        return urls._is_address_sql(url, paths)

    def _get_address_sql(self, url):
        """Return the condition that ``url`` is of the address of this rule."""
        urls, addresses = self.env["website.crm.url"], read_address(self.page_url)
        if self.page_match == "contains":
            return urls._has_part_sql(urls._normalized_sql(url), addresses)
        return urls._is_address_sql(url, addresses)

    def _find_pages(self):
        """Return the page of this rule, with its copies and others of its address."""
        pages = self.env["website.page"]._find_same(self.page_key, self.page_path)
        return pages | self.page_id._origin.sudo()  # sudo: see there

    def _get_events_contact_form(self):
        """Return the forms of the website that were sent, see ``website.crm.form``.

        Those of a contact are of its leads, and of leads of nobody's if it was the
        contact who was logged in.
        """
        if self.apply_to != "partner":
            return SQL("SELECT lead_id, date, 1 AS weight FROM website_crm_form")
        return SQL(
            """
            SELECT lead.partner_id, form.date, 1 AS weight
              FROM website_crm_form form JOIN crm_lead lead ON lead.id = form.lead_id
         UNION ALL
            SELECT form.partner_id, form.date, 1 AS weight
              FROM website_crm_form form JOIN crm_lead lead ON lead.id = form.lead_id
             WHERE lead.partner_id IS NULL
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
