from urllib.parse import urlsplit

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate

from ..tools.tracked_url import MAX_URL_LENGTH, read_address

_lt = LazyTranslate(__name__)

# What is tried as a rule: pages that most leads saw, how often; and numbers of pages,
# and of days.
MOST_PAGES = 15
PAGE_TIMES = (1, 3)
ALL_TIMES = (3, 5, 10, 20)
DAYS = (2, 3, 5, 10)


class WebsiteCrmScoreSourcePageVisit(models.AbstractModel):
    """Visits of the pages of a rule, or one a day.

    Where the tracks of visits were removed after some months, their number is still
    known: they count as of the first of them that was of the same visitor and page.
    """

    _name = "website.crm.score.source.page.visit"
    _inherit = ["website.crm.score.visits", "website.crm.score.source"]
    _description = "Source of Events: Page Visited"

    _event_type = "page_visit"
    _label = _lt("Page visited")
    _filters = ("page_match", "page_url", "page_id", "visit_unit")

    # FILTERS

    @api.model
    def _describe(self, rule):
        page = rule.page_path if rule.page_match == "page" else rule.page_url
        if rule.page_match == "contains":
            text = self.env._("Visited a page with “%s” in its address", page or "")
        else:
            text = self.env._("Visited the page %s", page or "")
        if rule.visit_unit == "day":
            return self.env._("%s, each day once", text)
        return text

    @api.model
    def _find_error(self, rule):
        url = (rule.page_url or "").strip()
        if rule.page_match == "page":
            return not self._find_pages(rule) and self.env._("choose the page.")
        if not rule.page_match or not url:
            return self.env._("say which page.")
        if len(url) > MAX_URL_LENGTH:
            return self.env._("the address is too long.")
        if "?" in url or "#" in url:
            return self.env._(
                "visited addresses are kept without what follows ? or #, leave it out."
            )
        return self.env["website.crm.url"]._find_error(url)

    @api.model
    def _find_warning(self, rule):
        if rule.page_match == "page":
            pages = self._find_pages(rule)
            if pages and not any(pages.mapped("track")):
                return self.env._("The page is not tracked: tick Track Page on it.")
            if pages and not rule.page_id:
                return self.env._(
                    "The page was deleted. Pages with its address %s count in its "
                    "stead.",
                    rule.page_path,
                )
        elif self._find_error(rule):
            return False
        elif not self.env["website.crm.url"]._is_tracked(
            self._get_address_sql(rule, SQL("known.url"))
        ):
            return self.env._(
                "No tracked page has this address, and nobody was seen there lately. "
                "Look how it is written, and whether Track Page is ticked on the page."
            )
        return False

    @api.model
    def _find_pages(self, rule):
        """Return the page of ``rule``, with its copies and others of its address."""
        pages = self.env["website.page"]._find_same(rule.page_key, rule.page_path)
        return pages | rule.page_id._origin.sudo()  # sudo: see there

    # CANDIDATES

    @api.model
    def _get_candidates(self, cohort):
        everywhere = {"page_match": "contains", "page_url": "/"}
        pages = self._find_page_candidates(cohort)
        pages += self._find_address_candidates(cohort)
        candidates = [
            (self._name_visits(what, times), {**filters, "min_count": times})
            for what, filters in pages
            for times in PAGE_TIMES
        ]
        for times in ALL_TIMES:
            name = self.env._("Saw %s pages or more", times)
            candidates.append((name, {**everywhere, "min_count": times}))
        for days in DAYS:
            name = self.env._("Visited the website on %s days or more", days)
            filters = {**everywhere, "visit_unit": "day", "min_count": days}
            candidates.append((name, filters))
        return candidates

    @api.model
    def _name_visits(self, what, times):
        if times == 1:
            return self.env._("Saw %s", what)
        return self.env._(
            "Saw %(page)s %(times)s times or more", page=what, times=times
        )

    @api.model
    def _find_page_candidates(self, cohort):
        """Return the pages that most leads saw, each address once."""
        ids = cohort.find_frequent(
            SQL("view.page_id"),
            MOST_PAGES,
            SQL("JOIN website_crm_pageview view ON view.lead_id = lead.id"),
        )
        # sudo: of all websites, as the rules count them
        pages = self.env["website.page"].sudo().browse(ids)
        first = {page.url: page for page in reversed(pages)}
        return [
            (url, {"page_match": "page", "page_id": page.id})
            for url, page in first.items()
        ]

    @api.model
    def _find_address_candidates(self, cohort):
        """Return the addresses most leads saw that are those of no page, as products
        are."""
        urls = cohort.find_frequent(
            SQL("entry.url"),
            MOST_PAGES,
            SQL(
                "JOIN website_crm_pageview view"
                "  ON view.lead_id = lead.id AND view.page_id IS NULL"
                " JOIN website_crm_url entry ON entry.id = view.url_id"
            ),
        )
        paths = dict.fromkeys(urlsplit(url).path or "/" for url in urls)
        return [(path, {"page_match": "is", "page_url": path}) for path in paths]

    # EVENTS

    @api.model
    def _get_events(self, rule, owners):
        is_page = self._get_visit_sql(rule)
        visits = SQL(
            "%s UNION ALL %s",
            self._get_tracked_visits(owners, is_page),
            self._get_removed_visits(rule, owners),
        )
        if rule.visit_unit != "day":
            return visits
        return SQL(
            """
            SELECT owner_id, min(date) AS date, 1 AS weight
              FROM (%(visits)s) visit
          GROUP BY owner_id, %(day)s
            """,
            visits=visits,
            day=rule._get_day_sql(SQL.identifier("date")),
        )

    @api.model
    def _get_visit_sql(self, rule):
        return self._get_page_sql(rule, SQL("track"), SQL("track.url"))

    @api.model
    def _get_removed_visits(self, rule, owners):
        """Return the query of the visits of which the tracks were removed."""
        # A row for each visit. PostgreSQL expects ten of an array, near enough, and a
        # thousand of a series.
        return self._get_visits(
            owners,
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
            condition=self._get_page_sql(rule, SQL("removed"), SQL("entry.url")),
        )

    @api.model
    def _get_page_sql(self, rule, row, url):
        """Return the condition that a visit is one of a page of ``rule``.

        :param SQL row: the visit, with ``page_id``
        :param SQL url: its absolute url
        """
        if rule.page_match != "page":
            return self._get_address_sql(rule, url)
        urls, path = self.env["website.crm.url"], rule.page_path
        paths = [prefix + path for prefix in urls._get_prefixes()] if path else []
        return SQL(
            "(%(row)s.page_id = ANY(%(ids)s) OR %(row)s.page_id IS NULL AND %(is_at)s)",
            row=row,
            ids=self._find_pages(rule).ids,
            is_at=urls._is_address_sql(url, paths),  # of a page that is no more
        )

    @api.model
    def _get_evidence_domain(self, rule, owner):
        page = self._get_page_sql(rule, SQL("seen"), SQL("entry.url"))
        query = SQL(
            """
            SELECT seen.id FROM website_crm_pageview seen
              JOIN website_crm_url entry ON entry.id = seen.url_id
              JOIN crm_lead lead ON lead.id = seen.lead_id
             WHERE lead.%s = %s AND %s
            """,
            SQL.identifier("partner_id" if owner._name == "res.partner" else "id"),
            owner.id,
            page,
        )
        return Domain("id", "in", [id_ for (id_,) in self.env.execute_query(query)])

    @api.model
    def _get_address_sql(self, rule, url):
        """Return the condition that ``url`` is of the address of ``rule``."""
        urls, addresses = self.env["website.crm.url"], read_address(rule.page_url)
        if rule.page_match == "contains":
            return urls._has_part_sql(urls._normalized_sql(url), addresses)
        return urls._is_address_sql(url, addresses)
