import logging

from psycopg2 import errors

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.tracked_url import MAX_URL_LENGTH, read_address

_logger = logging.getLogger(__name__)

MANY_URLS = 100_000  # are looked at by one vacuum
# So many of the last visits tell which addresses are tracked.
MANY_VISITS = 50_000


class WebsiteCrmUrl(models.Model):
    """Dictionary of the urls that leads have seen, each kept once.

    A page view refers to its url by number, so that a rule on a url compares each
    distinct url once, however many leads have seen it. Nobody reads it but through page
    views, and what nobody saw any more is erased.
    """

    _name = "website.crm.url"
    _description = "Visited URL"
    _rec_name = "url"
    _order = "url, id"
    _log_access = False

    url = fields.Text(string="URL", required=True, readonly=True)

    # A btree holds at most a third of a page, less than a long url: hence the hash.
    _url_uniq = models.UniqueIndex("(md5(url))")

    # ENTRIES

    @api.model
    def _add(self, urls):
        """Add the urls that are not there yet.

        A statement of its own: the next one sees what this one added.

        :param SQL urls: a table with a column ``url``, normalized
        """
        statement = SQL(
            """
            INSERT INTO website_crm_url (url)
            SELECT url FROM %s visit
            EXCEPT
            SELECT url FROM (%s) known
                ON CONFLICT DO NOTHING
            """,
            urls,
            self._find_sql(urls),
        )
        self.env.cr.execute(statement)

    @staticmethod
    def _find_sql(urls):
        """Return the query of ``id`` and ``url`` of the entries of urls.

        What it finds cannot be erased until the transaction ends.

        :param SQL urls: a table with a column ``url``, normalized
        """
        return SQL(
            """
            SELECT entry.id, entry.url
              FROM (SELECT DISTINCT url FROM %s visit) visit
              JOIN website_crm_url entry ON md5(entry.url) = md5(visit.url)
               FOR KEY SHARE OF entry
            """,
            urls,
        )

    def _erase_unused(self):
        """Erase those of these urls that nothing refers to any more.

        One that somebody is referring to right now stays.
        """
        if not self:
            return
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                statement = SQL(
                    "DELETE FROM website_crm_url WHERE id = ANY(ARRAY("
                    "%s AND id = ANY(%s) FOR UPDATE SKIP LOCKED))",
                    self._get_unused_sql(),
                    self.ids,
                )
                self.env.cr.execute(statement, log_exceptions=False)
        except errors.ForeignKeyViolation:
            # By a transaction that this one does not see: the next vacuum looks again.
            _logger.debug("A url was referred to while it was to be erased")
        self.invalidate_model(flush=False)

    @staticmethod
    def _get_unused_sql():
        return SQL(
            """
            SELECT id FROM website_crm_url entry
             WHERE NOT EXISTS (
                   SELECT FROM website_crm_pageview WHERE url_id = entry.id)
               AND NOT EXISTS (
                   SELECT FROM website_crm_removed_visit WHERE url_id = entry.id)
            """
        )

    @api.autovacuum
    def _gc_unused(self):
        """Erase the urls of what was deleted with its lead, page or visitor."""
        unused = SQL("%s LIMIT %s", self._get_unused_sql(), MANY_URLS)
        urls = self.browse(id_ for (id_,) in self.env.execute_query(unused))
        urls._erase_unused()
        return len(urls), 0

    # COMPARISON

    @staticmethod
    def _normalized_sql(url):
        """Return the SQL of ``url`` without query string and fragment, bounded.

        :param SQL url: a text expression, an absolute url as core tracks it
        """
        return SQL(
            "left(split_part(split_part(%s, '#', 1), '?', 1), %s)", url, MAX_URL_LENGTH
        )

    @api.model
    def _is_address_sql(self, url, addresses):
        """Return the condition that ``url`` is one of these addresses.

        Scheme, a slash at the end and capital letters make no difference. A path alone
        is one of whatever website; what begins neither with a slash nor with a scheme
        can be a path or a host.

        :param SQL url: an absolute url
        :param list[str] addresses: see :func:`..tools.tracked_url.read_address`
        """
        seen = SQL("rtrim(lower(%s), '/')", self._normalized_sql(url))
        hosts = [address[2:] for address in addresses if address[:2] == "//"]
        paths = [address for address in addresses if address[:2] != "//"]
        hosts += [path for path in paths if path[:1] != "/"]
        return SQL(
            "(%s OR %s)",
            self._is_one_of_sql(
                SQL("regexp_replace(%s, '^[a-z]+://', '')", seen), hosts
            ),
            self._is_one_of_sql(
                SQL("regexp_replace(%s, '^[a-z]+://[^/]*', '')", seen),
                ["/" + path.removeprefix("/") for path in paths],
            ),
        )

    @staticmethod
    def _is_one_of_sql(text, values):
        # Small letters are the database's: it may know those of English alone.
        values = [SQL("lower(%s)", value.rstrip("/")) for value in values]
        if not values:
            return SQL("FALSE")
        return SQL("%s IN (%s)", text, SQL(", ").join(values))

    @api.model
    def _find_error(self, text):
        """Return why ``text`` is no address, or False."""
        try:
            read_address(text)
        except ValueError:
            return self.env._("this is no address.")
        return False

    @api.model
    def _has_part_sql(self, url, addresses):
        """Return the condition that ``url`` contains one of these addresses."""
        parts = [
            SQL("strpos(lower(%s), lower(%s)) > 0", url, address.removeprefix("//"))
            for address in addresses
        ]
        return SQL("(%s)", SQL(" OR ").join(parts))

    @api.model
    def _is_tracked(self, condition):
        """Return whether a tracked page has such an address, or somebody was there.

        :param SQL condition: on ``known.url``
        """
        self.env.flush_all()
        known = SQL(
            """
            SELECT url FROM unnest(%s::text[]) url
         UNION ALL
            SELECT url FROM website_crm_url
         UNION ALL
            SELECT url FROM (
                   SELECT url FROM website_track ORDER BY id DESC LIMIT %s) latest
             WHERE url > ''
            """,
            self._find_tracked_urls(),
            MANY_VISITS,
        )
        [(is_tracked,)] = self.env.execute_query(
            SQL("SELECT EXISTS (SELECT FROM (%s) known WHERE %s)", known, condition)
        )
        return is_tracked

    @api.model
    def _find_tracked_urls(self):
        """Return the urls of tracked pages, on each host and in each language."""
        # sudo: who writes rules may not read all pages
        pages = self.env["website.page"].sudo().with_context(website_id=False)
        paths = set(pages.search([("track", "=", True)]).mapped("url"))
        return [
            f"http://{host}{prefix}{path}"
            for host in self.env["website"]._get_all_hosts()
            for prefix in self._get_prefixes()
            for path in paths
        ]

    @api.model
    def _get_prefixes(self):
        """Return what an address can begin with, by language."""
        # sudo: the languages of all websites
        languages = self.env["res.lang"].sudo().search([("active", "=", True)])
        return ["", *(f"/{language.url_code}" for language in languages)]
