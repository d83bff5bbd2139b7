from contextlib import nullcontext
from functools import partial

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..fields import LedgerMany2many, TechnicalBoolean, TechnicalMany2one
from ..scoring.page_visits import count_pages_seen
from ..tools.actions import get_action
from ..tools.mergers import Mergers
from ..tools.merging import get_pairs_sql, move_to_owners
from ..tools.strangers import find_strangers, forget_visits

# By which the company of a lead changes: core computes it.
COMPANY_FIELDS = {"company_id", "partner_id", "team_id", "user_id"}
# So many ids are quickly compared.
FEW_LEADS = 100


class CrmLead(models.Model):
    """Leads have a score: the sum of what scoring rules gave them, each with its
    reason, and the pages that they saw on the website."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "website.crm.scored", "website.crm.best.first"]
    _ledger_field = "lead_id"
    _email_fields = {"email_from", "partner_id"}

    score_line_ids = fields.One2many(inverse_name="lead_id")
    score_ids = LedgerMany2many(column1="lead_id")
    score_pageview_ids = fields.One2many(
        comodel_name="website.crm.pageview",
        inverse_name="lead_id",
        string="Page Views",
        bypass_search_access=True,  # who may read a lead may read its page views
        readonly=True,
        copy=False,
        groups="sales_team.group_sale_salesman",
    )
    pageviews_count = fields.Integer(
        string="# Pages Seen",
        compute="_compute_pageviews_count",
        groups="sales_team.group_sale_salesman",
    )
    pageviews_stale = TechnicalBoolean(
        copy=False,
        groups="base.group_system",
        help="The visitors of the lead changed since its page views were derived.",
    )

    last_company_id = TechnicalMany2one(
        comodel_name="res.company",
        copy=False,
        groups="base.group_system",
        help="The company that the lead was of before core left it without one. It is "
        "not merged with leads of others.",
    )

    _score_stale_idx = models.Index("(id) WHERE score_stale IS TRUE")
    _pageviews_stale_idx = models.Index("(id) WHERE pageviews_stale IS TRUE")

    @api.depends("visitor_ids.website_track_ids")
    def _compute_pageviews_count(self):
        counts = count_pages_seen(self)
        for lead in self:
            lead.pageviews_count = counts.get(lead._origin.id, 0)

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        is_default = "default_visitor_ids" in self.env.context
        if is_default or any("visitor_ids" in vals for vals in vals_list):
            leads._mark_pageviews_stale()
        self._trigger_scoring()
        return leads

    def unlink(self):
        visitors = self._get_own_visitors()
        urls = self.sudo().score_pageview_ids.url_id  # sudo: nobody may read urls
        self.check_access("unlink")
        self.env["website.crm.score.mention"]._erase(self)
        result = super().unlink()
        visitors.unlink()
        urls._erase_unused()
        self.env["website.crm.score.line"]._drop_owners(self)
        return result

    def write(self, vals):
        mergers = Mergers.get(self.env)
        with mergers.writing(self, vals) if mergers else nullcontext(vals) as vals:
            companies = self._get_companies() if COMPANY_FIELDS & vals.keys() else {}
            result = super().write(vals)
        if "visitor_ids" in vals:
            self._mark_pageviews_stale()
        moved = self._follow_company(companies)
        # What its visitors saw on the website of the other company is now seen.
        moved._mark_pageviews_stale()
        moved._note_last_company(companies, is_wanted="company_id" in vals)
        return result

    def _note_last_company(self, before, is_wanted):
        """Note of which companies those of these leads were ``before`` that have none
        now, unless a user wants them to be of none."""
        empty = self.filtered(lambda lead: not lead.company_id)
        for company_id, leads in empty.grouped(lambda lead: before[lead.id]).items():
            if company_id:
                company = SQL("NULL") if is_wanted else SQL("%s", company_id)
                leads._write_flag("last_company_id", company, SQL("TRUE"))

    def _get_last_company(self):
        """Return the company of this lead, or the one that it was of before core left
        it without one."""
        lead = self.sudo()  # sudo: whoever looks for duplicates
        return lead.company_id or lead.last_company_id

    @api.model
    def _trigger_scoring(self, at=None):
        # sudo: whoever makes a lead, scheduled actions are the administrator's
        if cron := self.env.ref("website_crm_score.ir_cron_score_new_leads", False):
            cron.sudo()._trigger(at)

    # ACTIONS

    def action_redirect_to_page_views(self):
        """Open what these leads saw: one row per url, instead of core's one per visit.

        :return: an action on ``website.crm.pageview``
        :rtype: dict
        """
        self.check_access("read")
        if not self.env.cr.readonly:
            # sudo: who looks at a lead need not be able to read what visitors did
            self.env["website.crm.pageview"].sudo()._sync(self)
        xml_id = "website_crm_score.website_crm_pageview_action"
        action = get_action(self.env, xml_id, domain=[("lead_id", "in", self.ids)])
        if len(self) > 1:
            action["context"] = {"search_default_group_by_lead": 1}
        return action

    def action_erase_browsing_history(self):
        """Erase what these leads saw on the website, for good.

        Points that were earned by it stay until a rule takes them back.

        :return: that it was done, as a call from elsewhere needs an answer
        :rtype: bool
        :raise AccessError: for users who may not delete these leads either
        """
        self.check_access("unlink")
        self = self.sudo()  # sudo: nobody may write page views but the job
        self.score_pageview_ids.unlink()
        self.visitor_ids._erase_visits()
        self._get_own_visitors().unlink()
        self.env["website.crm.score.history"]._drop_owners(self)
        self.env["website.crm.score.mention"]._erase(self)
        self._mark_stale()
        return True

    def _get_own_visitors(self):
        """Return the visitors known by these leads alone."""
        # sudo: also of those that the user may not read; lost leads have visitors, too
        leads = self.sudo().with_context(active_test=False)
        return leads.visitor_ids.filtered(
            lambda visitor: not visitor.partner_id and visitor.lead_ids <= leads
        )

    # MERGE

    @api.model
    def _merge_automatically(self, groups):
        """Merge duplicates, where nobody looks whether they are the same person.

        :param groups: an iterable of leads, at least two each
        :return: the duplicates, which are still there, by the lead that they are
            merged into
        :rtype: dict[crm.lead, crm.lead]
        """
        groups = list(groups)
        if not groups:
            return {}
        every = self.browse().union(*groups)
        groups = [leads.with_prefetch(every.ids) for leads in groups]
        forget_visits(self.browse().union(*map(find_strangers, groups)))
        self.env.flush_all()
        mergers, merged = Mergers(every), {}
        for leads in groups:
            merging = leads.with_context(mergers=mergers)
            head = merging._merge_opportunity(auto_unlink=False, max_length=0)
            merged[head.with_env(leads.env)] = leads - head
        mergers.finish(every.browse().union(*merged))
        self._merge_scores(merged)
        return merged

    def _score_now(self):
        """Bring the page views and the scores of these leads, which were merged, up to
        date."""
        # sudo: who may merge leads need not be able to write what is derived
        leads = self.sudo().exists()
        if leads:
            pageviews = leads.env["website.crm.pageview"]
            self.env["ir.cron"]._transact(partial(pageviews._sync, leads))
            rules = leads.env["website.crm.score"]._find_active("lead")
            scope = Domain("id", "in", leads.ids)
            leads.env["website.crm.score.run"]._score(rules, "stale", scope)

    def _mark_stale(self):
        if not Mergers.get(self.env):  # else it is done for all, see _merge_scores
            return super()._mark_stale()

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        if not Mergers.get(self.env):
            self._merge_scores({self: opportunities})
        return result

    # What core asks for each group, and of many is asked at once, see ``Mergers``

    def _merge_followers(self, opportunities):
        followed = opportunities._narrow_mergers("mail.followers")
        return super()._merge_followers(followed) if followed else {}

    def _merge_dependences_history(self, opportunities):
        told = opportunities._narrow_mergers("mail.message", "mail.activity")
        return not told or super()._merge_dependences_history(told)

    def _merge_dependences_attachments(self, opportunities):
        attached = opportunities._narrow_mergers("ir.attachment")
        return not attached or super()._merge_dependences_attachments(attached)

    def _merge_dependences_calendar_events(self, opportunities):
        met = opportunities._narrow_mergers("calendar.event")
        return not met or super()._merge_dependences_calendar_events(met)

    def _narrow_mergers(self, *names):
        """Return those of these leads that have any of what ``names`` are, as far as
        it was asked for all that are being merged."""
        mergers = Mergers.get(self.env)
        return mergers.narrow(self, *names) if mergers else self

    @api.model
    def _merge_scores(self, duplicates):
        """Give leads, the keys of a dictionary, the page views and the points of their
        duplicates, its values."""
        if not duplicates:
            return
        leads = self.browse(lead.id for lead in duplicates)
        pairs = get_pairs_sql(duplicates)
        self.env.flush_all()
        self.env["website.crm.pageview"]._merge(leads, pairs)
        move_to_owners(self.env["website.crm.form"], "lead_id", pairs)
        self.env["website.crm.score.line"]._merge(leads, pairs)
        self._merge_events(pairs)
        leads._mark_stale()  # the events of all of them are those of one

    @api.model
    def _merge_events(self, pairs):
        self.env["website.crm.score.identity"]._merge_leads(pairs)
        return super()._merge_events(pairs)

    # SCORING

    @api.model
    def _open_domain(self):
        return super()._open_domain() & Domain("won_status", "=", "pending")

    @api.model
    def _ready_domain(self):
        late_ids = self.env["website.crm.pageview"]._find_late_lead_ids()
        is_ready = Domain("id", "not in", late_ids)
        # A few are named: to look at the mark of all costs each rule a tenth more.
        # sudo: the mark is for the jobs alone
        leads = self.sudo().with_context(active_test=False)
        is_stale = Domain("pageviews_stale", "=", True)
        stale = leads.search(is_stale, limit=FEW_LEADS + 1, order="id")
        if len(stale) > FEW_LEADS:
            return is_ready & ~is_stale
        return is_ready & Domain("id", "not in", stale.ids)

    # PAGE VIEWS

    def _mark_pageviews_stale(self):
        """Have the next job derive the page views of these leads again."""
        where = SQL("pageviews_stale IS NOT TRUE")
        self._write_flag("pageviews_stale", SQL("TRUE"), where)

    def _unmark_pageviews_stale(self):
        """Note that the page views of these leads are up to date. Runs left out those
        that were not: they are stale now, whatever else happened to them meanwhile."""
        names = ["pageviews_stale", "score_stale"]
        self.flush_recordset(names)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead
                   SET pageviews_stale = FALSE,
                       score_stale = score_stale OR score_date IS NOT NULL
                 WHERE id IN %s AND pageviews_stale
                """,
                self._ids,
            )
        )
        self.invalidate_recordset(names, flush=False)
