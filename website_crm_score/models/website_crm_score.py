import logging
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.rule_domain import iter_fields, parse_domain, resolve_names
from .ir_cron import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

BATCH_SIZE = 20_000
# What the rules make cannot be what they look at: the result would depend on the
# order in which they run.
DERIVED_FIELDS = {
    "crm.lead.score",
    "crm.lead.score_date",
    "crm.lead.score_ids",
    "crm.lead.score_line_ids",
}


class WebsiteCrmScore(models.Model):
    """A scoring rule: leads that match its domain get its value, once.

    An ordinary rule looks once at each lead, when the lead is new. An event-based
    rule looks at all open leads at every run. Points stay once earned, unless an
    event-based rule takes them back from leads that no longer match.
    """

    _name = "website.crm.score"
    _description = "Scoring Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(
        default=True,
        help="The points of an archived rule do not count. They count again when "
        "the rule is restored.",
    )
    sequence = fields.Integer(default=10)
    value = fields.Float(
        string="Points",
        digits=(16, 2),
        required=True,
        default=0.0,
        help="Added to the score of each lead that matches. May be negative.",
    )
    domain = fields.Char(
        required=True,
        default="[]",
        help="Which leads get the points. Names are those of the language in which "
        "the rule was last saved.",
    )
    event_based = fields.Boolean(
        string="Event-based Rule",
        help="An ordinary rule looks at each lead once, when the lead is new. An "
        "event-based rule looks at all open leads at every run, those scored before "
        "included: use it for what changes later, such as pages that a returning "
        "visitor sees.",
    )
    take_back = fields.Boolean(
        string="Take Points Back",
        help="Take the points back when a lead no longer matches. Otherwise points "
        "stay once they are earned.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="restrict",  # or it would score the leads of all companies
        help="Only leads of this company are scored. Empty for all leads.",
    )
    lead_count = fields.Integer(string="Matched Leads", compute="_compute_lead_count")
    # The reader of the domain: names and dates mean what they meant to its author.
    lang = fields.Char(default=lambda self: self._default_lang(), readonly=True)
    tz = fields.Char(default=lambda self: self.env.tz.zone, readonly=True)
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last run left this rule out.",
    )
    unknown_names = fields.Char(compute="_compute_unknown_names")

    @api.model
    def _default_lang(self):
        return self.env.lang or self.env.user.lang

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_count(self):
        counts = dict(
            self.env["crm.lead"]
            .with_context(active_test=False)
            ._read_group([("score_ids", "in", self.ids)], ["score_ids"], ["__count"])
        )
        for rule in self:
            rule.lead_count = counts.get(rule, 0)

    @api.depends("domain", "lang")
    def _compute_unknown_names(self):
        for rule in self:
            unknown = []
            try:
                domain = parse_domain(rule.domain, self.env)
                resolve_names(domain, rule._get_leads_reader(), unknown)
            except Exception:  # pylint: disable=broad-exception-caught
                unknown = []  # the constraint tells what is wrong
            rule.unknown_names = ", ".join(
                f"{label} “{text}”" for label, text in unknown
            )

    @api.constrains("domain", "company_id")
    def _check_domain(self):
        for rule in self:
            if error := rule._find_error() or rule._find_hidden_field():
                raise ValidationError(
                    self.env._(
                        "The domain of the rule “%(rule)s” cannot be used: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                )

    def _find_hidden_field(self):
        """Return what the user may not read and the domain looks at, or False.

        Which leads match a rule tells about all that the rule looks at.

        :rtype: str | bool
        """
        self.ensure_one()
        domain = parse_domain(self.domain, self.env)
        leads = self.env["crm.lead"].with_user(self.env.uid)  # constraints are sudo
        for field in iter_fields(domain, leads):
            model = leads.env[field.model_name]
            if not (
                model.has_access("read") and model._has_field_access(field, "read")
            ):
                return self.env._("you may not read its field “%s”", field)
        return False

    @api.model
    def _has_field_access(self, field, operation):
        # Those who may not change rules are then not offered to archive them either.
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or self.has_access("write")
        )

    # CRUD

    def write(self, vals):
        if "domain" in vals:
            reader = self.default_get(["lang", "tz"])
            vals = {**reader, **vals, "error": False}
        result = super().write(vals)
        if "company_id" in vals:
            self.env["website.crm.score.line"]._drop_other_companies()
        if {"value", "active"} & vals.keys():
            self.env["website.crm.score.line"]._revalue(self)
        return result

    def unlink(self):
        self.env["website.crm.score.line"]._revalue(self, void=True)
        return super().unlink()

    # ACTIONS

    def action_open_leads(self):
        """Open the leads and opportunities that hold points of this rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.crm_lead_action_scored"
        )
        action["domain"] = [("score_ids", "in", self.ids)]
        return action

    def action_apply(self):
        """Give the points of these rules to all open leads that match them now.

        :return: a notification of how many leads hold points of the rules
        :rtype: dict
        """
        self.check_access("write")
        rules = self.sudo().filtered("active")  # sudo: nobody may write the ledger
        self.env["website.crm.pageview"]._sync_recent()
        ledger = self.env["website.crm.score.line"].sudo()
        ledger._post(rules._filter_usable(), self.env["crm.lead"]._open_domain())
        self.invalidate_recordset(["lead_count"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Leads with points of the selected rules: %s",
                    sum(self.mapped("lead_count")),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # SCORING

    @api.model
    def assign_scores_to_leads(self, ids=None):
        """Bring page views and scores up to date.

        In a scheduled action, batches of leads are committed and the work goes on in
        the next call when time is up.

        :param list[int] ids: the rules to run; by default all active ones. Leads
            that only some rules looked at stay new for the others.
        :return: whether all is done; in a scheduled action time can run out
        :rtype: bool
        """
        self.check_access("write")
        self = self.sudo()  # sudo: nobody may write the ledger but this job
        if not self.env["website.crm.pageview"]._sync_recent():
            return False
        is_full = ids is None or ids is False  # as RPC has it
        if is_full:
            self._repair_ledger()
        rules = self.search([] if is_full else [("id", "in", ids)])
        rules = rules._filter_usable()
        if not rules._score_new_leads(mark=is_full):
            return False
        return rules.filtered("event_based")._score_known_leads()

    @api.model
    def _cron_score_new_leads(self):
        """Bring page views up to date and score the new leads.

        Runs when leads are created and every few minutes.
        """
        if self.env["website.crm.pageview"]._sync_recent():
            rules = self.search([("active", "=", True)])
            rules._filter_usable()._score_new_leads()

    def _repair_ledger(self):
        """Mend what a job and a change of a rule or lead at the same time can leave."""
        ledger = self.env["website.crm.score.line"]
        ledger._drop_other_companies()
        ledger._revalue(self.search([("active", "in", (True, False))]))

    def _score_new_leads(self, mark=True):
        if not self and self.env["ir.cron"]._is_job():
            return True  # until there is a rule, leads stay new for it
        scope = self.env["crm.lead"]._open_domain() & Domain("score_date", "=", False)
        return self._score_in_batches(scope, mark=mark)

    def _score_known_leads(self):
        """Look again at open leads scored before, from where the last job stopped."""
        if not self:
            return True
        scope = self.env["crm.lead"]._open_domain() & Domain("score_date", "!=", False)
        if not self.env["ir.cron"]._is_job():
            return self._score_in_batches(scope)
        progress = self.env["website.crm.score.progress"]._get()
        return self._score_in_batches(scope, progress=progress)

    def _score_in_batches(self, scope, mark=False, progress=None):
        """Post what these rules give to the leads in ``scope``, batch by batch.

        :param Domain scope: the leads to look at
        :param bool mark: whether the leads are no longer new after this
        :param progress: the record that keeps where to go on, if any
        :return: whether all leads were looked at; in a job time can run out
        :rtype: bool
        """
        jobs = self.env["ir.cron"]
        leads = self.env["crm.lead"].with_context(active_test=False)
        after = progress.reached_lead_id if progress else 0
        remaining = leads.search_count(scope & Domain("id", ">", after))
        for first, last, count in leads._iter_id_ranges(scope, after, BATCH_SIZE):
            part = scope & Domain("id", ">=", first) & Domain("id", "<=", last)
            remaining = max(remaining - count, 0)
            reached = last if remaining else 0
            work = partial(self._score_batch, part, mark, progress, reached)
            jobs._transact(work)
            if not jobs._commit_batch(count, remaining):
                return not remaining
        if progress:
            progress.reached_lead_id = 0
        return True

    def _score_batch(self, scope, mark, progress, reached):
        self.env["website.crm.score.line"]._post(self.exists(), scope, mark)
        if progress:
            progress.reached_lead_id = reached
            progress.flush_recordset()

    def _filter_usable(self):
        """Return these rules without the broken ones, which get their error shown."""
        usable = self.browse()
        for rule in self:
            error = rule._find_error()
            if rule.error and not error:
                # It may have failed on the data alone, as it then still does.
                error = rule._find_error(self.env["crm.lead"]._open_domain())
            if rule.error != error:
                rule.error = error
                if error:
                    _logger.warning("Scoring rule %s left out: %s", rule.id, error)
            if not error:
                usable += rule
        return usable

    def _flag_failing(self, scope):
        """Return the rules that fail on the leads in ``scope``, their error noted."""
        failing = self.browse()
        for rule in self:
            if error := rule._find_error(scope):
                rule.error = error
                failing += rule
        return failing

    # EVALUATION

    def _find_error(self, scope=None):
        """Return why the domain of this rule cannot be used, or False.

        :param Domain scope: leads to try it on; by default it is only planned
        :rtype: str | bool
        """
        self.ensure_one()
        how = SQL("EXPLAIN") if scope is None else SQL("EXPLAIN ANALYZE")
        try:
            with self.env.cr.savepoint(flush=False):
                query = self._get_query(Domain.TRUE if scope is None else scope)
                self.env.cr.execute(
                    SQL("%s %s", how, query.select()), log_exceptions=False
                )
        # Fields may be searched by any code, which may raise anything.
        except Exception as error:  # pylint: disable=broad-exception-caught
            if isinstance(error, CONCURRENCY_ERRORS):
                raise
            return str(error).strip().split("\n")[0] or type(error).__name__
        return False

    def _get_query(self, scope):
        """Return the query of the leads in ``scope`` that match this rule.

        :raise UserError: if the domain is malformed or looks at the score
        """
        self.ensure_one()
        leads = self._get_leads_reader()
        domain = parse_domain(self.domain, self.env)
        if DERIVED_FIELDS & {str(field) for field in iter_fields(domain, leads)}:
            raise UserError(self.env._("a rule cannot depend on the score itself"))
        domain = resolve_names(domain, leads) & scope
        if self.company_id:
            domain &= Domain("company_id", "=", self.company_id.id)
        return leads._search(domain)

    def _get_hits_sql(self, scope):
        """Return the SQL of ``(lead, rule, points)`` of the hits in ``scope``."""
        query = self._get_query(scope)
        return query.select(
            SQL.identifier(query.table, "id"),
            SQL("%s::integer", self.id),
            SQL("%s::numeric", self.value),
        )

    def _get_leads_reader(self):
        """Return ``crm.lead`` as this rule sees it, whoever runs it."""
        company = self.company_id or self.env.ref("base.main_company")
        return (
            self.env["crm.lead"]
            .with_user(SUPERUSER_ID)
            .with_context(active_test=False, lang=self.lang or "en_US", tz=self.tz)
            .with_company(company)
        )
