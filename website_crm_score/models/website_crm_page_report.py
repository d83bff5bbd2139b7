from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring.win_rate import FEW
from ..tools.tracked_url import shorten
from .website_crm_lead_report import IS_LOST, IS_WON


class WebsiteCrmPageReport(models.Model):
    """What became of the leads that saw a page: a row is an address that a lead saw.

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
        """What a page is called; what is none, by its address."""
        hosts = self.env["website"]._get_all_hosts()
        for row in self:
            # sudo: the page was shown to a visitor, not to whoever looks at this
            row.title = row.page_id.sudo().name or shorten(row.url, hosts)

    def action_open_leads(self):
        """Show the leads that saw the page."""
        self.ensure_one()
        domain = [("score_pageview_ids.url", "=", self.url)]
        return self._open_leads(self.title, domain)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT entry.id, entry.url, page_id, view_count, view_date, lead_count,
                   won + lost < %(few)s AS is_few, %(lift)s
              FROM (SELECT url_id, max(page_id) AS page_id,
                           sum(view_count)::bigint AS view_count,
                           max(view_date) AS view_date, count(*) AS lead_count,
                           count(*) FILTER (WHERE is_won) AS won,
                           count(*) FILTER (WHERE is_lost) AS lost
                      FROM website_crm_pageview pageview
                      JOIN (%(leads)s) lead ON lead.id = pageview.lead_id
                  GROUP BY url_id) seen
        CROSS JOIN (%(all)s) whole
              JOIN website_crm_url entry ON entry.id = seen.url_id
            """,
            leads=self._get_leads_sql(),
            few=FEW,
            lift=self._get_lift_sql(SQL("won"), SQL("lost"), SQL("all_rate")),
            all=self._get_all_sql(),
        )

    def _get_leads_sql(self):
        return SQL(
            """
            SELECT lead.id, %s AS is_won, %s AS is_lost
              FROM crm_lead lead
             WHERE %s
            """,
            IS_WON,
            IS_LOST,
            self._get_is_visible_sql(),
        )

    def _get_all_sql(self):
        """Return the query of the win rate of all leads that saw some page."""
        return SQL(
            """
            SELECT avg(is_won::integer)::float AS all_rate
              FROM (%s) lead
             WHERE (is_won OR is_lost)
               AND id IN (SELECT lead_id FROM website_crm_pageview)
            """,
            self._get_leads_sql(),
        )
