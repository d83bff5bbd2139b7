import logging
import time
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..tools.rule_domain import (
    add_page_copies,
    compares_names,
    describe_error,
    find_query_error,
    iter_fields,
    name_records,
    parse_domain,
    resolve_names,
)
from ..tools.time_zone import find_same_zone
from ..tools.worklist import Worklist
from .ir_cron import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

# What only changes together with the page views of a lead, which marks the lead.
PAGE_FIELDS = {
    "crm.lead.score_pageview_ids",
    "website.crm.pageview.page_id",
    "website.crm.pageview.url",
    "website.crm.pageview.url_id",
    "website.crm.pageview.view_count",
    "website.crm.url.url",
}

# By which else a rule can look at visits.
VISITOR_FIELDS = {"crm.lead.visitor_ids", "crm.lead.visitor_page_count"}


class WebsiteCrmScore(models.Model):
    """A scoring rule: leads that match its domain get its value, once.

    Or each time that something happens, see :mod:`.website_crm_score_event`.

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
        help="Which leads get the points. When the rule is saved, names of records "
        "become the records that are so called in the language of the user.",
    )
    apply_to = fields.Selection(
        selection=[("lead", "Leads"), ("partner", "Contacts")],
        required=True,
        default="lead",
        help="Leads: the points are those of each lead and opportunity.\n"
        "Contacts: they are those of each contact, with or without a lead.",
    )
    model_name = fields.Char(compute="_compute_model_name")
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
        help="Only leads of this company are scored. What the rule gave to a lead does "
        "not count while the lead is of no company, or of another one. Empty for all "
        "leads of the companies of the user who wrote the domain.",
    )
    lead_count = fields.Integer(string="Matched Leads", compute="_compute_lead_count")
    partner_count = fields.Integer(
        string="Matched Contacts", compute="_compute_lead_count"
    )
    # The reader of the domain: names and dates mean what they meant to its author, and
    # records that the author may not read do not count.
    author_id = fields.Many2one(
        comodel_name="res.users",
        string="Domain Written by",
        default=lambda self: self.env.user,
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The rule looks at what this user may read.",
    )
    lang = fields.Char(default=lambda self: self._default_lang(), readonly=True)
    tz = fields.Char(default=lambda self: self.env.tz.zone, readonly=True)
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last run left this rule out.",
    )
    unknown_names = fields.Char(compute="_compute_unknown_names")
    last_run_date = fields.Datetime(
        string="Last Run",
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    last_run_state = fields.Selection(
        selection=lambda self: self.env["website.crm.score.run"]
        ._fields["state"]
        ._description_selection(self.env),
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    last_matched_count = fields.Integer(
        compute="_compute_last_run", groups="sales_team.group_sale_manager"
    )
    last_gained_count = fields.Integer(
        compute="_compute_last_run", groups="sales_team.group_sale_manager"
    )
    last_seconds = fields.Float(
        digits=(16, 2),
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )

    @api.model
    def _default_lang(self):
        return self.env.lang or self.env.user.lang

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_count(self):
        self.lead_count = self.partner_count = 0
        for owners, rules in self._group_by_owners():
            name = f"{rules[:1].apply_to}_count"
            domain = [("score_ids", "in", rules.ids)]
            owners = owners.with_context(active_test=False)
            by = ["score_ids", "company_id"]
            for rule, company, count in owners._read_group(domain, by, ["__count"]):
                if rule in rules and rule.company_id in (company, company.browse()):
                    rule[name] += count

    @api.depends("apply_to")
    def _compute_model_name(self):
        for rule in self:
            rule.model_name = rule._get_owners(rule.apply_to)._name

    def _compute_last_run(self):
        lines = self.env["website.crm.score.run.line"]
        newest = lines._read_group(
            [("rule_id", "in", self.ids)], ["rule_id"], ["id:max"]
        )
        last = {rule: lines.browse(id_) for rule, id_ in newest}
        for rule in self:
            line = last.get(rule, lines)
            rule.last_run_date = line.start_date
            rule.last_run_state = line.state
            rule.last_matched_count = line.matched_count
            rule.last_gained_count = line.gained_count
            rule.last_seconds = line.seconds

    @api.depends("domain", "apply_to", "lang", "author_id")
    def _compute_unknown_names(self):
        for rule in self:
            saved, unknown = rule._origin, []
            if (rule.domain, rule.apply_to) == (saved.domain, saved.apply_to):
                reader = saved
            else:  # it means what it means to who is writing it
                reader = rule.new(
                    {**self._get_reader_values(), "apply_to": rule.apply_to}
                )
            reader._name_records(rule.domain, unknown)
            rule.unknown_names = ", ".join(
                f"{label} “{text}”" for label, text in unknown
            )

    @api.constrains("domain", "company_id", "apply_to")
    def _check_domain(self):
        for rule in self:
            if error := rule._find_error():
                raise ValidationError(
                    self.env._(
                        "The domain of the rule “%(rule)s” cannot be used: %(error)s",
                        rule=rule.name,
                        error=error,
                    )
                )

    @api.model
    def _has_field_access(self, field, operation):
        # Those who may not change rules are then not offered to archive them either.
        return super()._has_field_access(field, operation) and (
            operation == "read" or self.env.su or self.has_access("write")
        )

    # CRUD

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._sign(vals) for vals in vals_list])

    def write(self, vals):
        if "domain" in vals:
            groups = self._group_by_owners()
            if len(groups) > 1:  # a name is that of different records for each
                return all(rules.write(vals) for _owners, rules in groups)
            vals = {**self._sign(vals, self[:1].apply_to), "error": False}
        elif not self.env.su:
            vals = {name: vals[name] for name in vals if name != "author_id"}
        result = super().write(vals)
        if {"value", "active", "max_points", "company_id"} & vals.keys():
            self.env["website.crm.score.line"]._revalue(self)
        return result

    def unlink(self):
        self.check_access("unlink")
        with self.env.cr.savepoint():  # a deletion that is refused takes no points
            self.env["website.crm.score.line"]._drop_rules(self)
            return super().unlink()

    @api.model
    def _sign(self, vals, apply_to="lead"):
        """Return ``vals`` of a rule as the user's own, with names in it resolved."""
        vals = {**self._get_reader_values(), **vals}
        if not self.env.su:
            vals["author_id"] = self.env.uid
        if vals.get("domain"):
            reader = self.new(
                {
                    "apply_to": vals.get("apply_to", apply_to),
                    **{name: vals[name] for name in ("author_id", "lang", "tz")},
                }
            )
            vals["domain"] = reader._name_records(vals["domain"])
        return vals

    @api.model
    def _get_reader_values(self):
        return {**self.default_get(["lang", "tz"]), "author_id": self.env.uid}

    def _name_records(self, text, unknown=None):
        """Return ``text`` with the ids of the records that it names, to the reader.

        :param str text: a domain; one that cannot be read is left as it is
        :param list unknown: see :func:`~.rule_domain.name_records`
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                return name_records(text, self._get_leads_reader(), unknown)
        # Fields may be searched by any code, which may raise anything.
        except Exception as error:  # pylint: disable=broad-exception-caught
            if isinstance(error, CONCURRENCY_ERRORS):
                raise
            return text  # the constraint tells what is wrong

    # LEADS AND CONTACTS

    @api.model
    def _get_owners(self, apply_to):
        """Return the model of what rules for ``apply_to`` score.

        :rtype: models.BaseModel
        """
        return self.env["res.partner" if apply_to == "partner" else "crm.lead"]

    @api.model
    def _iter_owners(self):
        """Yield each model that has scores."""
        for apply_to, _label in self._fields["apply_to"].selection:
            yield self._get_owners(apply_to)

    def _group_by_owners(self):
        """Return the models that these rules score, each with its rules.

        :rtype: list[tuple[models.BaseModel, models.BaseModel]]
        """
        groups = self.grouped(lambda rule: rule.apply_to or "lead")
        return [(self._get_owners(name), rules) for name, rules in groups.items()]

    def _get_holders_domain(self):
        """Return the domain of the leads, or contacts, with points of these rules.

        Reasons of another company's rules wait until the lead is that company's again.
        """
        groups = self.grouped("company_id").items()
        return Domain.OR(
            Domain("score_ids", "in", rules.ids)
            & (Domain("company_id", "=", company.id) if company else Domain.TRUE)
            for company, rules in groups
        )

    def _count_holders(self):
        """Return how many leads and contacts have points of these rules.

        :rtype: int
        """
        return sum(
            owners.with_context(active_test=False).search_count(
                rules._get_holders_domain()
            )
            for owners, rules in self._group_by_owners()
        )

    def _get_progress(self):
        """Return how far the jobs came with what these rules score."""
        progress = self.env["website.crm.score.progress"]
        return progress._get(self[:1].apply_to or "lead")

    # ACTIONS

    def action_open_leads(self):
        """Open the leads and opportunities, or contacts, with points of this rule."""
        self.ensure_one()
        name = "crm_lead" if self.apply_to == "lead" else "res_partner"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"website_crm_score.{name}_action_scored"
        )
        action["domain"] = list(self._get_holders_domain())
        return action

    def action_open_runs(self):
        """Open what the last runs did with this rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_score_run_line_action"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        return action

    def action_apply(self):
        """Give the points of these rules to all open leads that match them now.

        :return: a notification of how many leads hold points of the rules
        :rtype: dict
        """
        self.check_access("write")
        rules = self.sudo().filtered("active")  # sudo: nobody may write the ledger
        self.env["website.crm.pageview"]._sync_recent()
        rules._score_each(reach="all")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Leads and contacts with points of the selected rules: %s",
                    self._count_holders(),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # SCORING

    @api.model
    def assign_scores_to_leads(self, ids=None, rule_ids=None):
        """Bring page views and scores up to date, those of contacts as well.

        Scheduled actions are for leads alone: contacts have one of their own. In a
        scheduled action, batches of leads are committed and the work goes on in the
        next call when time is up.

        :param list[int] ids: the rules to run; by default all active ones. Leads
            that only some rules looked at stay new for the others.
        :param list[int] rule_ids: the same, for JSON-2, where ``ids`` is a word of the
            interface: of the records whose method is called
        :return: whether all is done; in a scheduled action time can run out
        :rtype: bool
        """
        self.check_access("write")
        self = self.sudo()  # sudo: nobody may write the ledger but this job
        if self.env["website.crm.score.run"]._go_on():
            return False
        if not self.env["website.crm.pageview"]._sync_recent():
            return False
        if ids is None or ids is False:  # as RPC has it
            ids = rule_ids
        if ids is None or ids is False:
            self.env["ir.cron"]._transact(self._repair_ledger)
            return self.search([("active", "=", True)])._score_each()
        rules = self.search([("id", "in", ids), ("active", "=", True)])
        return rules._score_each(mark=False)

    @api.model
    def _cron_score_new_leads(self):
        """Bring page views up to date and score the leads that are new or saw pages.

        Runs when leads are created and every few minutes.
        """
        if self.env["website.crm.score.run"]._go_on():
            return
        if self.env["website.crm.pageview"]._sync_recent():
            leads = self.env["crm.lead"].with_context(active_test=False)
            if leads.search_count(self._get_due_domain(leads), limit=1):
                rules = [("active", "=", True), ("apply_to", "=", "lead")]
                self.search(rules)._score(reach="due")

    @api.model
    def _cron_score_contacts(self):
        """Bring the scores of contacts up to date, all of those with news."""
        if not self.env["website.crm.score.run"]._go_on():
            self.search([("active", "=", True), ("apply_to", "=", "partner")])._score()

    def _repair_ledger(self):
        """Mend what a run and a change of a rule or lead at the same time can leave."""
        ledger = self.env["website.crm.score.line"]
        progress = self.env["website.crm.score.progress"]._get()
        horizon, _track_id = self.env["website.crm.pageview"]._find_horizon()
        changed = Domain.TRUE
        if progress._is_check_due():
            ledger._drop_orphans()
        elif progress.repaired_date:
            changed = Domain("write_date", ">=", progress.repaired_date)
        # Companies of leads change behind the back of their rules.
        changed |= Domain("company_id", "!=", False)
        ledger._revalue(self.with_context(active_test=False).search(changed))
        if self.env["ir.cron"]._is_job():
            progress._note("repaired_date", horizon)

    def _score_each(self, **options):
        """Give the points of these rules to leads and to contacts.

        :return: whether all were reached; a scheduled action is for leads alone
        :rtype: bool
        """
        contact_rules = self.filtered(lambda rule: rule.apply_to == "partner")
        lead_rules = self - contact_rules
        is_job = self.env["ir.cron"]._is_job()
        if contact_rules and not is_job:
            contact_rules._score(**options)
            if not lead_rules and options:
                return True
        return lead_rules._score(**options)

    def _score(self, scope=Domain.TRUE, reach="usual", mark=True):
        """Give the points of these rules, all for leads or all for contacts (which
        are called leads here, too), to the leads that match them.

        In a scheduled action, many leads are written in parts, each in a call of its
        own. Leads that somebody is changing are found again by the next run.

        :param Domain scope: the leads to look at, of those that are open
        :param str reach: ``due`` to look at leads that are new or saw pages since;
            ``usual`` to have event-based rules look at the others too; ``all`` to
            have all rules look at all leads
        :param bool mark: whether the leads are no longer new after this
        :return: whether all leads were reached
        :rtype: bool
        """
        jobs = self.env["ir.cron"]
        if not self and jobs._is_job():
            return True  # until there is a rule, leads stay new for it
        self.env.flush_all()
        apply_to = self[:1].apply_to or "lead"
        is_check = reach == "usual" and self._get_progress()._is_check_due()
        run = self.env["website.crm.score.run"]._start(reach, apply_to)
        if reach == "usual" and mark and scope.is_true():
            horizon, _id = self.env["website.crm.pageview"]._find_horizon()
            run.write({"count_date": horizon, "check_date": is_check and horizon})
        jobs._commit_batch(0, 0)  # the run can be seen, and what it reads is new
        find = partial(self._find_work, run, scope, reach, mark, is_check)
        worklist = jobs._transact(find)
        jobs._commit_batch(0, 0)
        if jobs._is_job():
            run._go_on()
            return bool(run.end_date)
        run._write_all(worklist)
        self.env.invalidate_all()
        return True

    def _find_work(self, run, scope, reach, mark, is_check):
        """Return what these rules give to leads.

        :rtype: Worklist
        """
        self = self.exists()
        leads = run._get_owners().with_context(active_test=False)
        is_job = self.env["ir.cron"]._is_job()
        worklist = Worklist(run._get_owners(), run.id, is_kept=is_job)
        worklist.create_tables()
        if reach != "all":
            # A check, and a run of some rules only, find new leads without their mark.
            due = self._get_due_domain(leads, marked=mark and not is_check)
            worklist.add_leads(leads._search(due & scope), mark)
        for rule in self:
            rule._find_hits(worklist, run, leads._scored_domain() & scope, reach)
        worklist.close()
        worklist.split(in_parts=is_job)
        if is_job:
            run._keep(worklist)
        return worklist

    @api.model
    def _get_due_domain(self, leads, marked=True):
        """Return the domain of open leads that are new or saw pages since looked at.

        :param models.BaseModel leads: the model of leads or of contacts
        :param bool marked: whether to find by their mark, which an index does
        """
        due = Domain("score_outdated", "=", True)
        if not marked:
            due |= Domain("score_date", "=", False)
        return leads._scored_domain() & due

    def _find_hits(self, worklist, run, scope, reach):
        """Add to the worklist what this rule gives and takes; note what failed."""
        started = time.monotonic()
        matched, error = 0, False
        try:
            with self.env.cr.savepoint(flush=False):
                matched = self._add_hits(worklist, scope, reach)
        # Fields may be searched by any code, which may raise anything.
        except Exception as exception:  # pylint: disable=broad-exception-caught
            if isinstance(exception, CONCURRENCY_ERRORS):
                raise
            error = describe_error(exception)
        if self.error and not error:
            # It may have failed on the data alone, as it then still does.
            error = self._find_error(self._get_leads_reader()._scored_domain())
        if self.error != error:
            self.error = error
            if error:
                _logger.warning("Scoring rule %s left out: %s", self.id, error)
        self.env["website.crm.score.run.line"].create(
            {
                "run_id": run.id,
                "rule_id": self.id,
                "matched_count": matched,
                "seconds": time.monotonic() - started,
                "error": error,
            }
        )

    def _add_hits(self, worklist, scope, reach):
        if self.rule_type == "event":
            return self._add_counts(worklist, scope, reach)
        looks_at_due = reach == "due" or (
            reach == "usual" and not self._is_to_look_again()
        )
        if not self.event_based and reach != "all":
            scope &= Domain("score_date", "=", False)
        query = self._get_query(scope)
        if looks_at_due:
            worklist.restrict(query)
        is_wide = reach == "all" or self.event_based and not looks_at_due
        matched = worklist.add_hits(self, query, is_wide)
        if self.event_based and self.take_back:
            looked_at = self._get_scope_query(scope)
            if looks_at_due:
                worklist.restrict(looked_at)
            worklist.add_losses(self, looked_at, query)
        return matched

    def _is_to_look_again(self):
        """Return whether this rule looks at leads that nothing marks."""
        progress = self._get_progress()
        if progress._is_check_due() or not self.event_based:
            return progress._is_check_due()
        is_changed = self.write_date >= progress.checked_date
        return is_changed or not self._looks_at_pages_only()

    def _looks_at_pages_only(self):
        names = self._get_field_names()
        return bool(names) and names <= PAGE_FIELDS

    def _looks_at_pages(self):
        """Return whether the visits of a lead are among what this rule looks at."""
        try:
            return bool(self._get_field_names() & (PAGE_FIELDS | VISITOR_FIELDS))
        except (UserError, ValueError):  # a broken rule
            return False

    def _get_field_names(self):
        domain = parse_domain(self.domain, self.env)
        owners = self._get_owners(self.apply_to)
        return {str(field) for field in iter_fields(domain, owners)}

    # EVALUATION

    def _find_error(self, scope=None):
        """Return why the domain of this rule cannot be used, or None.

        :param Domain scope: leads to try it on; by default it is only planned
        :rtype: str | None
        """
        self.ensure_one()
        return find_query_error(
            self.env,
            lambda: self._get_statement(Domain.TRUE if scope is None else scope),
            on_data=scope is not None,
        )

    def _get_statement(self, scope):
        """Return the SQL of what a run of this rule reads."""
        query = self._get_query(scope)
        if self.rule_type == "event" and not self._find_event_error():
            return self._get_counts_sql(query)
        return query.select()

    def _get_query(self, scope):
        """Return the query of the leads in ``scope`` that match this rule.

        :raise UserError: if the domain is malformed, looks at the score, or at what
            its author may not read
        """
        self.ensure_one()
        leads = self._get_leads_reader()
        domain = parse_domain(self.domain, self.env)
        self._check_readable(domain, leads)
        domain = add_page_copies(resolve_names(domain, leads), leads)
        # Without the access rules of the leads themselves: which leads it is for says
        # the scope. Where a path leaves them, those of the author are applied.
        query = leads._search(domain, bypass_access=True)
        leads = leads.sudo()  # sudo: the scope looks at fields that are the job's
        scope = self._get_scope(scope).optimize_full(leads)
        if not scope.is_true():
            query.add_where(scope._to_sql(leads, query.table, query))
        return query

    def _get_scope_query(self, scope):
        """Return the query of all leads in ``scope`` that this rule is for."""
        leads = self._get_leads_reader().sudo()  # sudo: see _get_query
        return leads._search(self._get_scope(scope))

    def _check_readable(self, domain, leads):
        """Raise unless the author may read the fields that ``domain`` looks at.

        Which leads match a rule tells about all that the rule looks at.
        """
        is_off = self.lang and self.lang != leads.env.lang
        if is_off and compares_names(domain, leads):
            raise UserError(
                self.env._(
                    "it compares names in a language that is switched off: %s",
                    self.lang,
                )
            )
        derived = self._get_derived_fields()
        for field in iter_fields(domain, leads):
            if field in derived:
                raise UserError(self.env._("a rule cannot depend on the score itself"))
            model = leads.env[field.model_name]
            if not (
                model.has_access("read") and model._has_field_access(field, "read")
            ):
                raise UserError(
                    self.env._(
                        "%(user)s, who wrote it, may not read its field “%(field)s”",
                        user=self.author_id.sudo().name,  # sudo: of any company
                        field=field,
                    )
                )

    @api.model
    @ormcache()
    def _get_derived_fields(self):
        """Return the fields that depend on what the rules make, on whichever way.

        They cannot be what rules look at: the result would depend on the order in which
        rules run.

        :rtype: frozenset[fields.Field]
        """
        names = self.env["website.crm.scored"]._fields.keys() - self.env["base"]._fields
        made = {
            field
            for model in self.env.registry.values()
            for field in model._fields.values()
            if model._name.startswith(self._name)  # the models of the scoring itself
            or (field.comodel_name or "").startswith(self._name)
            or field.name in names
            and getattr(model, "_ledger_field", None)
        }
        return frozenset(made).union(
            *(self.env.registry.get_dependent_fields(field) for field in made)
        )

    def _get_scope(self, scope):
        """Return the domain of the leads in ``scope`` that this rule is for."""
        if self.company_id:
            return scope & Domain("company_id", "=", self.company_id.id)
        ids = self._get_leads_reader().env.context["allowed_company_ids"]
        # sudo: whether there is a company that the author may not see
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        if self.author_id.id == SUPERUSER_ID or not companies.search_count(
            [("id", "not in", ids)], limit=1
        ):
            return scope
        return scope & Domain("company_id", "in", [*ids, False])

    def _get_leads_reader(self):
        """Return leads or contacts as the author of this rule sees them, whoever runs
        it and whatever is in the context."""
        is_installed = self.env["res.lang"]._get_data(code=self.lang)
        context = {
            "active_test": False,
            "lang": self.lang if is_installed else "en_US",
            "tz": self._get_sql_zone(self.tz),
            "allowed_company_ids": self._get_company_ids(),
        }
        env = self.env(user=self.author_id.id, context=context, su=False)
        return self.with_env(env)._get_owners(self.apply_to)

    def _get_company_ids(self):
        """Return the companies whose records the rule looks at, the main one first."""
        if self.company_id:
            return self.company_id.ids
        author = self.author_id.sudo()  # sudo: of any company
        ids = author._get_company_ids()
        main = self.env.ref("base.main_company").id
        first = main if main in ids else author.company_id.id
        return [first, *(id_ for id_ in ids if id_ != first)]

    @api.model
    @ormcache("name")
    def _get_sql_zone(self, name):
        """Return the time zone called ``name`` by a name that PostgreSQL knows, too.

        :param str name: as users have it; UTC if it is none, or no zone
        :rtype: str
        """
        if not name or name == "UTC":
            return "UTC"
        rows = self.env.execute_query(SQL("SELECT name FROM pg_timezone_names"))
        return find_same_zone(name, {known for (known,) in rows})
