from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

DERIVED_FIELDS = {"score", "score_date", "score_ids"}


class CrmLead(models.Model):
    """Leads have a score: the sum of what scoring rules gave them, each with its
    reason, and the pages that they saw on the website."""

    _inherit = "crm.lead"

    score = fields.Float(
        compute="_compute_score",
        store=True,
        precompute=True,
        required=True,
        readonly=True,
        copy=False,
        digits=(16, 2),
        aggregator="avg",
        help="The sum of the points that scoring rules gave.",
        groups="sales_team.group_sale_salesman",
    )
    score_date = fields.Datetime(
        string="Scored on",
        readonly=True,
        copy=False,
        help="When the score last changed. Empty until the lead is first scored.",
        groups="sales_team.group_sale_salesman",
    )
    score_line_ids = fields.One2many(
        comodel_name="website.crm.score.line",
        inverse_name="lead_id",
        string="Score Reasons",
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
    # The ledger is the relation: a lead has the rules that it has lines of.
    score_ids = fields.Many2many(
        comodel_name="website.crm.score",
        relation="website_crm_score_line",
        column1="lead_id",
        column2="rule_id",
        string="Scoring Rules",
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
    score_pageview_ids = fields.One2many(
        comodel_name="website.crm.pageview",
        inverse_name="lead_id",
        string="Page Views",
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
    pageviews_count = fields.Integer(
        string="# Pages Seen",
        compute="_compute_pageviews_count",
        groups="sales_team.group_sale_salesman",
    )
    pageviews_outdated = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The visitors of the lead changed since its page views were derived.",
    )

    _new_score_idx = models.Index(
        "(id) WHERE score_date IS NULL AND active IS TRUE AND won_status = 'pending'"
    )
    _pageviews_outdated_idx = models.Index("(id) WHERE pageviews_outdated IS TRUE")

    @api.depends("score_line_ids.points")
    def _compute_score(self):
        totals = dict(
            self.env["website.crm.score.line"]
            .sudo()  # sudo: a score is that of the lead, whoever makes it change
            ._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["points:sum"])
        )
        for lead in self:
            lead.score = totals.get(lead._origin, 0.0)

    @api.depends("visitor_ids.website_track_ids")
    def _compute_pageviews_count(self):
        counts = self._count_pages_seen()
        for lead in self:
            lead.pageviews_count = counts.get(lead._origin.id, 0)

    def _count_pages_seen(self):
        """Return ``{lead id: number of different urls seen}``, up to this moment.

        Counts what the page views have and what the tracks add to it, so that looking
        at a lead needs no write to be right.
        """
        if not self.ids:
            return {}
        self.env.flush_all()
        query = SQL(
            """
            SELECT lead_id, count(*) FROM (
                SELECT view.lead_id, entry.url
                  FROM website_crm_pageview view
                  JOIN website_crm_url entry ON entry.id = view.url_id
                 WHERE view.lead_id IN %(lead_ids)s
                 UNION
                SELECT link.crm_lead_id, %(url)s
                  FROM crm_lead_website_visitor_rel link
                  JOIN website_track track ON track.visitor_id = link.website_visitor_id
                 WHERE link.crm_lead_id IN %(lead_ids)s AND track.url > ''
            ) seen GROUP BY lead_id
            """,
            lead_ids=tuple(self.ids),
            url=self.env["website.crm.url"]._normalized_sql(SQL("track.url")),
        )
        return dict(self.env.execute_query(query))

    # CRUD

    @api.model
    def default_get(self, fields_list):
        names = [name for name in fields_list if name not in DERIVED_FIELDS]
        return super().default_get(names)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_no_derived_field(vals)
        leads = super().create(vals_list)
        is_default = "default_visitor_ids" in self.env.context
        if is_default or any("visitor_ids" in vals for vals in vals_list):
            leads._mark_pageviews_outdated()
        self._trigger_scoring()
        return leads

    def write(self, vals):
        self._check_no_derived_field(vals)
        result = super().write(vals)
        if "visitor_ids" in vals:
            self._mark_pageviews_outdated()
        if "company_id" in vals:
            self.env["website.crm.score.line"]._drop_other_companies()
        return result

    @api.model
    def _check_no_derived_field(self, vals):
        if names := DERIVED_FIELDS & vals.keys():
            raise AccessError(
                self.env._(
                    "%s cannot be set: scores come from scoring rules.",
                    ", ".join(sorted(names)),
                )
            )

    @api.model
    def _trigger_scoring(self):
        # sudo: whoever makes a lead, scheduled actions are the administrator's
        cron = self.env.ref(
            "website_crm_score.ir_cron_score_new_leads", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger()

    # ACTIONS

    def action_redirect_to_page_views(self):
        """Open what these leads saw: one row per url, instead of core's one per visit.

        :return: an action on ``website.crm.pageview``
        :rtype: dict
        """
        self.check_access("read")
        if not self.env.cr.readonly:
            self.env["website.crm.pageview"].sudo()._sync(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_pageview_action"
        )
        action["domain"] = [("lead_id", "in", self.ids)]
        if len(self) > 1:
            action["context"] = {"search_default_group_by_lead": 1}
        return action

    # MERGE

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        self.env["website.crm.pageview"]._merge(self, opportunities)
        self.env["website.crm.score.line"]._merge(self, opportunities)
        return result

    # SCORING

    @api.model
    def _open_domain(self):
        """Return the domain of open leads: active, neither won nor lost."""
        return fields.Domain("active", "=", True) & fields.Domain(
            "won_status", "=", "pending"
        )

    @api.model
    def _iter_id_ranges(self, domain, after, size):
        """Yield ``(first id, last id, count)`` of ``size`` leads after another.

        :param Domain domain: which leads to count
        :param int after: the id to start behind
        :param int size: how many leads a range has at most
        """
        while True:
            part = domain & fields.Domain("id", ">", after)
            query = self._search(part, limit=size, order="id")
            [(first, last, count)] = self.env.execute_query(
                SQL(
                    "SELECT min(id), max(id), count(*) FROM %s range", query.subselect()
                )
            )
            if not count:
                return
            yield first, last, count
            after = last

    def _resum_scores(self, mark=False):
        """Set the scores of these leads to the sums of their ledger lines, in SQL.

        :param bool mark: whether the leads are no longer new after this
        """
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH total AS MATERIALIZED (
                    SELECT lead.id, COALESCE(ledger.points, 0) AS points
                      FROM crm_lead lead
                 LEFT JOIN LATERAL (
                           SELECT sum(points) AS points
                             FROM website_crm_score_line
                            WHERE lead_id = lead.id) ledger ON TRUE
                     WHERE lead.id = ANY(%(lead_ids)s)
                )
                UPDATE crm_lead lead
                   SET score = total.points,
                       score_date = CASE
                           WHEN %(mark)s OR lead.score_date IS NOT NULL
                           THEN now() AT TIME ZONE 'UTC'
                       END
                  FROM total
                 WHERE lead.id = total.id
                   AND (lead.score != total.points
                        OR %(mark)s AND lead.score_date IS NULL)
                """,
                lead_ids=self.ids,
                mark=mark,
            )
        )
        self._notify_scores_changed()

    def _notify_scores_changed(self):
        """Tell the ORM that SQL changed the scores of these leads."""
        names = ["score", "score_date", "score_line_ids", "score_ids"]
        self.invalidate_recordset(names, flush=False)
        self.modified(["score", "score_date"])

    # PAGE VIEWS

    def _mark_pageviews_outdated(self):
        """Have the next job derive the page views of these leads again."""
        self._set_pageviews_outdated(True)

    def _unmark_pageviews_outdated(self):
        self._set_pageviews_outdated(False)

    def _set_pageviews_outdated(self, outdated):
        # In SQL: nobody but the job shall notice, no automation, no write date.
        if not self:
            return
        self.flush_recordset(["pageviews_outdated"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead SET pageviews_outdated = %(outdated)s
                 WHERE id IN %(ids)s
                   AND pageviews_outdated IS DISTINCT FROM %(outdated)s
                """,
                outdated=outdated,
                ids=self._ids,
            )
        )
        self.invalidate_recordset(["pageviews_outdated"], flush=False)
