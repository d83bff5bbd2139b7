from collections import defaultdict
from urllib.parse import urlsplit

from werkzeug.urls import uri_to_iri

from odoo import api, fields, models
from odoo.tools import SQL, ormcache


class Website(models.Model):
    """A website tracks visitors; only with their consent, if it is set so.

    What happens on the website of a company counts for owners of that company, and for
    those of none. A visitor who logs in on the websites of several companies is one
    visitor: of which website a visit is, its url tells, as it told core.
    """

    _inherit = "website"

    track_with_consent = fields.Boolean(
        string="Track only with consent",
        help="Visitors who did not accept optional cookies are not tracked, and visits "
        "of those who no longer accept them do not count any more.",
    )

    @ormcache("self.id")
    def _get_cached_values(self):
        self.fetch(["track_with_consent"])
        values = {"track_with_consent": self.track_with_consent}
        return {**super()._get_cached_values(), **values}

    @api.model_create_multi
    def create(self, vals_list):
        websites = super().create(vals_list)
        self.env.registry.clear_cache()  # of which company a visit is
        return websites

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.model
    def _get_all_hosts(self):
        """Return the hosts, ports included, under which this database is visited."""
        # sudo: whoever looks, these are the hosts of all websites
        websites = self.sudo().search([])  # pylint: disable=no-search-all
        parameters = self.env["ir.config_parameter"].sudo()
        bases = [website.get_base_url() for website in websites]
        bases.append(parameters.get_param("web.base.url") or "")
        return {urlsplit(base).netloc for base in bases} - {""}

    # COMPANIES OF VISITS

    @api.model
    def _has_several_companies(self):
        """Return whether it matters of which company's website a visit is."""
        return self._get_companies_of_visits() is not None

    @api.model
    @ormcache()
    def _get_companies_of_visits(self):
        """Return what tells of which company a visit is; None if all are of one.

        :return: the ids of companies by host and by website, and that of the website
            that core shows under any other host, if it has no host of its own
        """
        # sudo: whoever asks, these are all websites
        websites = self.sudo().search([])  # pylint: disable=no-search-all
        by_website = {website.id: website.company_id.id for website in websites}
        if len(set(by_website.values())) < 2:
            return None
        hosts = defaultdict(set)
        for website in websites.filtered("domain"):
            host = urlsplit(uri_to_iri(website.domain)).hostname
            hosts[host].add(website.company_id.id)
        by_host = {host: min(ids) for host, ids in hosts.items() if len(ids) == 1}
        first = websites[:1]
        return by_host, by_website, not first.domain and first.company_id.id

    @api.model
    def _get_is_of_owner_sql(self, owners, owner_id, url, page_id, first_id=None):
        """Return the condition that a visit counts for an owner: free where there is
        but one company.

        :param SQL owner_id: whom it is to count for
        :param SQL url: the absolute url of the visit
        :param SQL page_id: its page, can be NULL
        :param SQL first_id: the website that the visitor saw first, by default that of
            ``visitor``: the best guess if nothing else tells
        """
        if not self._has_several_companies():
            return SQL("TRUE")
        return SQL(
            """
            EXISTS (
                SELECT FROM %s owner
                 WHERE owner.id = %s
                   AND (owner.company_id IS NULL
                        OR owner.company_id = COALESCE(%s, owner.company_id)))
            """,
            SQL.identifier(owners._table),
            owner_id,
            self._get_company_of_visit_sql(
                url, page_id, first_id or SQL("visitor.website_id")
            ),
        )

    @api.model
    def _get_company_of_visit_sql(self, url, page_id, first_id):
        by_host, by_website, other = self._get_companies_of_visits()
        host = SQL("split_part(split_part(lower(%s), '/', 3), ':', 1)", url)
        of_page = SQL(
            "(SELECT page.website_id FROM website_page page WHERE page.id = %s)",
            page_id,
        )
        return SQL(
            "COALESCE(%s, %s, %s)",
            self._map_sql(host, by_host),
            self._map_sql(of_page, by_website),
            SQL("%s", other) if other else self._map_sql(first_id, by_website),
        )

    @staticmethod
    def _map_sql(key, values):
        """Return what ``values``, numbers, has for ``key``, or NULL."""
        if not values:
            return SQL("NULL::integer")
        cases = [SQL("WHEN %s THEN %s", *item) for item in values.items()]
        return SQL("CASE %s %s END", key, SQL(" ").join(cases))
