from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring.win_rate import FEW
from ..tools.tracked_url import shorten

# Pages that are the same for who visits them, under the least of their ids: those of
# one view key or of one address, as core makes them for each website and as rules have
# it, see ``_find_same`` of ``website.page``. The same as the same is the same, too.
SAME_PAGES = SQL(
    """
    SELECT id, min(first) OVER (PARTITION BY key) AS same_id
      FROM (SELECT id, key, min(first) OVER (PARTITION BY url) AS first
              FROM (SELECT page.id, page.url, COALESCE(view.key, page.url) AS key,
                           min(page.id) OVER (
                               PARTITION BY COALESCE(view.key, page.url)) AS first
                      FROM website_page page
                      JOIN ir_ui_view view ON view.id = page.view_id) by_key) by_url
    """
)


class WebsiteCrmPageReport(models.Model):
    """What became of the leads that saw a page: a row is a page, with its copies for
    other websites and under all its addresses; or an address of what is no page.

    They are compared with all leads that saw some page.

    Of leads of companies that are not among those of the user, it says nothing.
    """

    _name = "website.crm.page.report"
    _inherit = "website.crm.lift"
    _description = "Analysis of Pages"
    _auto = False
    _rec_name = "title"
    _order = "lead_count desc, id"
    _depends = {
        "crm.lead": ["company_id", "won_status"],
        "website.crm.pageview": [
            "lead_id",
            "page_id",
            "url_id",
            "view_count",
            "view_date",
        ],
        "website.crm.url": ["url"],
        "website.page": ["url", "view_id"],
    }

    url = fields.Char(string="URL", readonly=True)
    page_id = fields.Many2one(comodel_name="website.page", readonly=True)
    title = fields.Char(string="Page Title", compute="_compute_title")
    view_count = fields.Integer(string="Visits", readonly=True, aggregator=None)
    lead_count = fields.Integer(string="Leads", readonly=True, aggregator=None)
    is_few = fields.Boolean(
        string="Too Few",
        readonly=True,
        help="Less than 30 of the leads are closed: a rate of so few says little.",
    )
    win_rate = fields.Float(
        help="How many of the won and lost leads that saw the page are won."
    )
    lift = fields.Float(
        help="How many times the win rate of all leads that saw a tracked page that of "
        "those is that saw this one. 1 is no difference.",
    )
    verdict = fields.Selection(
        help="Whether leads that saw the page are won more often than all that saw a "
        "tracked page. Too few: less than 30 are closed.",
    )
    view_date = fields.Datetime(string="Last View", readonly=True)

    @api.depends("page_id.name", "url")
    def _compute_title(self):
        """What a page is called; what is none, by its address, with the host where
        there are several: /shop of one is not that of another."""
        hosts = self.env["website"]._get_all_hosts()
        for row in self:
            # sudo: the page was shown to a visitor, not to whoever looks at this
            row.title = row.page_id.sudo().name or shorten(
                row.url, hosts if len(hosts) == 1 else ()
            )

    def action_open_leads(self):
        """Show the leads that saw the page."""
        self.ensure_one()
        query = SQL("%s SELECT url FROM entry WHERE id = %s", self._with(), self.id)
        self._prepare()
        urls = [url for (url,) in self.env.execute_query(query)]
        return self._open_leads(self.title, [("score_pageview_ids.url", "in", urls)])

    @api.model
    def _find_ids(self, urls, pages):
        """Return the ids of the rows that have one of these absolute addresses, or one
        of these pages."""
        query = SQL(
            """
            %s SELECT DISTINCT id FROM entry
                WHERE url = ANY(%s)
                   OR same_id IN (SELECT same_id FROM (%s) page WHERE id = ANY(%s))
            """,
            self._with(),
            urls,
            SAME_PAGES,
            pages.ids,
        )
        self._prepare()
        return [id_ for (id_,) in self.env.execute_query(query)]

    @property
    def _table_query(self):
        return SQL(
            """
            %(with)s
            SELECT id, url, page_id, view_count, view_date, lead_count,
                   won + lost < %(few)s AS is_few, %(lift)s
              FROM (SELECT id, string_agg(url, ', ' ORDER BY url) AS url,
                           max(page_id) AS page_id,
                           sum(view_count)::bigint AS view_count,
                           max(view_date) AS view_date,
                           max(COALESCE(together.leads, entry.leads)) AS lead_count,
                           max(COALESCE(together.won, entry.won)) AS won,
                           max(COALESCE(together.lost, entry.lost)) AS lost
                      FROM entry LEFT JOIN (%(together)s) together USING (id)
                  GROUP BY id) row
        CROSS JOIN (SELECT avg(is_won::integer)::float AS all_rate
                      FROM (%(leads)s) lead
                     WHERE (is_won OR is_lost)
                       AND id IN (SELECT lead_id FROM website_crm_pageview)) whole
            """,
            few=FEW,
            lift=self._get_lift_sql(SQL("won"), SQL("lost"), SQL("all_rate")),
            leads=self._get_leads_sql(),
            together=self._get_together_sql(),
            **{"with": self._with()},
        )

    def _with(self):
        """Return the table ``entry`` of a statement: the addresses that were seen, each
        with the row that it is part of, and whether others are, too."""
        return SQL(
            """
            WITH entry AS MATERIALIZED (
                SELECT seen.*, entry.url, same_id, min(entry.id) OVER same AS id,
                       count(*) OVER same > 1 AS is_shared
                  FROM (SELECT url_id, max(page_id) AS page_id,
                               sum(view_count)::bigint AS view_count,
                               max(view_date) AS view_date, count(*) AS leads,
                               count(*) FILTER (WHERE is_won) AS won,
                               count(*) FILTER (WHERE is_lost) AS lost
                          FROM website_crm_pageview pageview
                          JOIN (%(leads)s) lead ON lead.id = pageview.lead_id
                      GROUP BY url_id) seen
                  JOIN website_crm_url entry ON entry.id = seen.url_id
             LEFT JOIN (%(same_pages)s) page ON page.id = seen.page_id
                WINDOW same AS (PARTITION BY COALESCE(same_id, -entry.id))
            )
            """,
            leads=self._get_leads_sql(),
            same_pages=SAME_PAGES,
        )

    def _get_together_sql(self):
        """Return the query of how many leads saw the pages of several addresses: who
        saw two of them is one lead."""
        return SQL(
            """
            SELECT id, count(*) AS leads, count(*) FILTER (WHERE is_won) AS won,
                   count(*) FILTER (WHERE is_lost) AS lost
              FROM (SELECT DISTINCT entry.id, lead.id AS lead_id, is_won, is_lost
                      FROM entry
                      JOIN website_crm_pageview pageview USING (url_id)
                      JOIN (%s) lead ON lead.id = pageview.lead_id
                     WHERE is_shared) lead
          GROUP BY id
            """,
            self._get_leads_sql(),
        )
