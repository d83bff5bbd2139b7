import logging
from contextlib import nullcontext
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

from ..fields import (
    TechnicalBoolean,
    TechnicalChar,
    TechnicalDatetime,
    TechnicalJson,
)
from ..scoring.counting import get_counts_sql
from ..scoring.grading import ENGAGEMENT, FIT
from ..scoring.matching import get_query, get_reader, looks_at_pages
from ..scoring.wording import describe, find_untracked_address
from ..tools.concurrency import CONCURRENCY_ERRORS
from ..tools.rule_domain import find_query_error, name_records
from ..tools.time_zone import find_same_zone

_logger = logging.getLogger(__name__)

# Leads that somebody was changing are scored within a minute nevertheless.
LOOK_AGAIN_AFTER = timedelta(seconds=20)


class WebsiteCrmScore(models.Model):
    """A scoring rule: owners, leads or contacts, that match its domain get its value,
    once.

    An ordinary rule looks once at each owner, when the owner is new. An event-based
    rule looks at all open owners at every run. Points stay once earned, unless an
    event-based rule takes them back from owners that no longer match.

    A rule of the type *event* gives its value each time that something happens: its
    source, a model that is found by :attr:`event_type`, says what did, see
    :mod:`.website_crm_score_source`. What happened is counted at each run, never added
    up by hand: to run again changes nothing, an event that is seen late is found, and
    one that no longer counts is simply not counted. The ledger line of an owner says
    how many events count, and from when to when they are.
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
    is_draft = fields.Boolean(
        string="Draft",
        readonly=True,
        help="A rule that was never switched on: nothing scores by it yet. It is no "
        "draft any more once it is switched on.",
    )
    sequence = fields.Integer(default=10)
    value = fields.Float(
        string="Points",
        digits=(16, 2),
        required=True,
        default=5.0,
        help="Added to the score of each lead or contact that matches. May be "
        "negative.",
    )
    domain = fields.Char(
        required=True,
        default="[]",
        help="Which leads or contacts get the points. When the rule is saved, names of "
        "records become the records that are so called in the language of the user.",
    )
    apply_to = fields.Selection(
        selection=[("lead", "Leads"), ("partner", "Contacts")],
        required=True,
        default="lead",
        help="Leads: the points are those of each lead and opportunity.\n"
        "Contacts: they are those of each contact, with or without a lead.",
    )
    model_name = TechnicalChar(compute="_compute_model_name")
    shows_apply_to = TechnicalBoolean(compute="_compute_shows_apply_to")
    condition = fields.Char(
        compute="_compute_condition",
        help="What the rule gives its points for, in words.",
    )
    event_based = fields.Boolean(
        string="Event-based Rule",
        help="An ordinary rule looks at each lead or contact once, when it is new. An "
        "event-based rule looks at all open ones at every run, those scored before "
        "included: use it for what changes later, such as pages that a returning "
        "visitor sees.",
    )
    take_back = fields.Boolean(
        string="Take Points Back",
        help="Take the points back from those that no longer match. Otherwise points "
        "stay once they are earned.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        ondelete="restrict",  # or it would score the owners of all companies
        help="Only leads or contacts of this company are scored. What the rule gave "
        "does not count while they are of no company, or of another one. Empty for all "
        "of the companies of the user who wrote the domain.",
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
    lang = TechnicalChar(default=lambda self: self._default_lang(), readonly=True)
    tz = TechnicalChar(default=lambda self: self.env.tz.zone, readonly=True)
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last run left this rule out.",
    )
    unknown_names = TechnicalChar(compute="_compute_unknown_names")
    last_run_date = fields.Datetime(
        string="Last Run",
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    last_run_state = fields.Selection(
        string="Result of Last Run",
        selection=lambda self: self.env["website.crm.score.run"]
        ._fields["state"]
        ._description_selection(self.env),
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    last_matched_count = fields.Integer(
        string="Matched in Last Run",
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    last_gained_count = fields.Integer(
        string="New in Last Run",
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    last_seconds = fields.Float(
        string="Seconds of Last Run",
        digits=(16, 2),
        compute="_compute_last_run",
        groups="sales_team.group_sale_manager",
    )
    closed_count = fields.Integer(
        string="Closed Leads",
        compute="_compute_win_rate",
        groups="sales_team.group_sale_manager",
    )
    win_rate = fields.Float(
        compute="_compute_win_rate",
        aggregator=None,
        groups="sales_team.group_sale_manager",
        help="How many of the won and lost leads with points of the rule are won.",
    )

    # what happens
    rule_type = fields.Selection(
        selection=[
            ("domain", "The lead matches a filter"),
            ("event", "Something happens"),
        ],
        string="Gives Points When",
        required=True,
        default="domain",
        help="A filter: leads or contacts that match get the points once.\n"
        "Something happens: the points are given each time that it does.",
    )
    event_type = fields.Selection(
        selection=lambda self: self.env["website.crm.score.source"]._get_selection(),
        string="Event",
        help="What has to happen for the points to be given.",
    )
    category = fields.Selection(
        selection=[(FIT, "Fit"), (ENGAGEMENT, "Engagement")],
        string="Belongs to",
        compute="_compute_category",
        store=True,
        precompute=True,
        required=True,
        readonly=False,
        help="Fit: who they are.\nEngagement: what they do.",
    )
    category_date = TechnicalDatetime(
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="When the category last changed.",
    )
    event_filters = TechnicalJson(compute="_compute_event_filters")
    event_warning = TechnicalChar(compute="_compute_event_warning")
    min_count = fields.Integer(
        string="At Least (Times)",
        help="Nothing is given before it has happened so many times. Empty to "
        "give from the first time on.",
    )
    max_count = fields.Integer(
        string="At Most (Times)",
        help="So many events count, the most recent ones. Empty for no limit.",
    )
    max_points = fields.Float(
        string="At Most (Points)",
        digits=(16, 2),
        help="The rule gives not more points than these, however often the event "
        "happens; a rule that takes points takes not more. Empty for no limit.",
    )
    valid_days = fields.Integer(
        string="Counts for (Days)",
        help="An event no longer counts when so many days have passed. Empty for "
        "always.",
    )
    is_fading = fields.Boolean(
        string="Fades",
        help="The points of an event become less day by day, in equal steps, until "
        "they are nothing.",
    )

    # filters of the events of the website
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
    page_key = TechnicalChar(
        compute="_compute_page_address", store=True, readonly=True, copy=True
    )
    page_path = fields.Char(
        string="Address of the Page",
        compute="_compute_page_address",
        store=True,
        readonly=True,
        copy=True,
    )
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
    stay_unit = fields.Selection(
        selection=[("visit", "Each visit"), ("total", "All visits together")],
        string="Time of",
        default="total",
        help="The time is that from one tracked page to the next. Who sees none for "
        "more than 30 minutes has ended the visit.",
    )
    stay_minutes = fields.Integer(
        string="Minutes (at Least)",
        default=5,
        help="Of each visit, 0 for any; or of all visits together, which count once.",
    )

    _draft_is_off = models.Constraint(
        "CHECK (NOT (active AND is_draft))",
        "A draft is not switched on: it is a draft no more as soon as it is.",
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

    @api.depends("apply_to")
    @api.depends_context("uid")
    def _compute_shows_apply_to(self):
        # sudo: of any company
        rules = self.sudo().with_context(active_test=False)
        is_shown = self.env.user.has_group("base.group_no_one") or bool(
            rules.search_count([("apply_to", "=", "partner")], limit=1)
        )
        for rule in self:
            rule.shows_apply_to = is_shown or rule.apply_to == "partner"

    @api.depends(lambda self: {"domain", "apply_to", *self._get_event_fields()})
    @api.depends_context("lang", "uid")
    def _compute_condition(self):
        for rule, text in describe(self).items():
            rule.condition = text

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

    @api.depends_context("allowed_company_ids")
    def _compute_win_rate(self):
        rates = self.env["website.crm.score.rule.report"]._get_win_rates(self)
        for rule in self:
            rule.closed_count, rule.win_rate = rates.get(rule._origin.id, (0, 0.0))

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

    @api.depends("rule_type", "domain", "apply_to")
    def _compute_category(self):
        for rule in self:
            # In a form, it follows what the rule comes to look at; a choice is kept as
            # long as that stays. Elsewhere, only the type of a rule changes it.
            saved, is_in_form = rule._origin, not isinstance(rule.id, int)
            guess = rule._guess_category()
            before = (saved.rule_type, saved._guess_category()) if saved else None
            follows = is_in_form and before != (rule.rule_type, guess)
            rule.category = guess if follows else rule.category or guess

    @api.depends("rule_type", "event_type")
    def _compute_event_filters(self):
        for rule in self:
            rule.event_filters = list(rule._get_source()._filters)

    @api.depends(lambda self: {"domain", "apply_to", *self._get_event_fields()})
    def _compute_event_warning(self):
        for rule in self:
            warning = rule._get_source()._find_warning(rule)
            rule.event_warning = warning or rule._find_page_warning()

    def _find_page_warning(self):
        """Return that nobody tracks a page that the domain looks for, or False."""
        address = find_untracked_address(self)
        return bool(address) and self.env._(
            "No tracked page has “%s” in its address, and nobody was seen there "
            "lately. Look how it is written, and whether Track Page is ticked on the "
            "page.",
            address,
        )

    @api.depends("page_id.key", "page_id.url")
    def _compute_page_address(self):
        for rule in self:
            page = rule.page_id.sudo()  # sudo: who writes rules may not read all pages
            # Those of a page that was deleted are kept: it may be made anew.
            rule.page_key = page.key or rule.page_key
            rule.page_path = page.url or rule.page_path

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

    @api.constrains(lambda self: self._get_event_fields())
    def _check_event(self):
        for rule in self.filtered(lambda rule: rule.rule_type == "event"):
            if error := rule._find_event_error() or rule._find_error():
                raise ValidationError(
                    self.env._(
                        "The rule “%(rule)s” cannot count events: %(error)s",
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
        return super().create(
            [self._sign(self._settle_draft(vals)) for vals in vals_list]
        )

    def write(self, vals):
        vals = self._settle_draft(vals)
        if "domain" in vals:
            groups = self._group_by_owners()
            if len(groups) > 1:  # a name is that of different records for each
                return all(rules.write(vals) for _owners, rules in groups)
            vals = {**self._sign(vals, self[:1].apply_to), "error": False}
        elif not self.env.su:
            vals = {name: vals[name] for name in vals if name != "author_id"}
        if self._get_event_fields() & vals.keys():
            vals = {**vals, "error": False}
        if "page_id" in vals and not vals["page_id"]:
            vals = {**vals, "page_key": False, "page_path": False}
        categories = {rule: rule.category for rule in self}
        others = self._find_repurposed(vals)
        others.check_access("write")
        # A change that is refused takes no points.
        with self.env.cr.savepoint() if others else nullcontext():
            # sudo: nobody may write the ledger, but whoever may change the rule
            self.env["website.crm.score.line"].sudo()._drop_rules(others)
            result = super().write(vals)
            if "rule_type" in vals and "category" not in vals:
                for rule in others:
                    rule.category = rule._guess_category()
        if {"value", "active", "max_points", "company_id"} & vals.keys():
            self.env["website.crm.score.line"]._revalue(self)
        self._follow_category(categories)
        return result

    @api.model
    def _search(self, domain, *args, active_test=True, **kwargs):
        # What the list of rules shows, and its groups: archived ones by a filter alone.
        if active_test and self.env.context.get("website_crm_score_with_drafts"):
            domain = Domain(domain)
            if not any(one.field_expr == "active" for one in domain.iter_conditions()):
                domain &= Domain("active", "=", True) | Domain("is_draft", "=", True)
        return super()._search(domain, *args, active_test=active_test, **kwargs)

    @api.model
    def _settle_draft(self, vals):
        """Return ``vals`` of a rule that is switched on, or a draft, but not both."""
        if vals.get("is_draft"):
            return {**vals, "active": False}
        return {**vals, "is_draft": False} if vals.get("active") else vals

    def _follow_category(self, before):
        """Have those who hold points of the rules that changed their category have
        these points in the other part of their score.

        :param dict before: the categories that these rules had
        """
        if moved := self.filtered(lambda rule: rule.category != before[rule]):
            # sudo: of a rule that may be changed, this is what the jobs note
            moved.sudo().category_date = self.env.cr.now()
            # sudo: nobody may write the ledger, but whoever may change the rule
            self.env["website.crm.score.line"].sudo()._resum_holders(moved)

    def _guess_category(self):
        """Return what this rule belongs to by what it looks at."""
        is_engagement = self.rule_type == "event" or looks_at_pages(self)
        return ENGAGEMENT if is_engagement else FIT

    def _draw_up(self, vals):
        """Return this rule, or a new one, as ``vals`` would make it, unsaved; what is
        saved is its origin.

        With all rights, as rules are run.

        :rtype: models.BaseModel
        """
        names = self._fields.keys() & vals.keys()
        vals = {name: vals[name] for name in names if not self._fields[name].readonly}
        if "domain" in vals or not self:
            vals = self._sign(vals, self.apply_to or "lead")
        category = vals.pop("category", None)
        rule = self.sudo().new(origin=self.sudo())
        if not self:
            vals = {**self.default_get(list(self._fields)), **vals}
        rule.update(vals)
        if category or self and "rule_type" not in vals:
            rule.category = category or self.category
        if "page_id" in vals and not vals["page_id"]:
            rule.update({"page_key": False, "page_path": False})
        return rule

    def _find_repurposed(self, vals):
        """Return those of these rules that with ``vals`` are for something or somebody
        else."""
        return self.filtered(
            lambda rule: any(
                name in vals and rule[name] != vals[name]
                for name in ("rule_type", "apply_to")
            )
        )

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
                return name_records(text, get_reader(self), unknown)
        # Fields may be searched by any code, which may raise anything.
        except Exception as error:  # pylint: disable=broad-exception-caught
            if isinstance(error, CONCURRENCY_ERRORS):
                raise
            return text  # the constraint tells what is wrong

    # OWNERS

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
        """Return the domain of the owners with points of these rules.

        Reasons of another company's rules wait until the owner is that company's again.
        """
        groups = self.grouped("company_id").items()
        return Domain.OR(
            Domain("score_ids", "in", rules.ids)
            & (Domain("company_id", "=", company.id) if company else Domain.TRUE)
            for company, rules in groups
        )

    def _count_holders(self):
        """Return how many owners have points of these rules.

        :rtype: int
        """
        return sum(
            owners.with_context(active_test=False).search_count(
                rules._get_holders_domain()
            )
            for owners, rules in self._group_by_owners()
        )

    # EVENTS

    def _get_source(self):
        """Return the source of what this rule counts, see ``_find`` there.

        :rtype: models.BaseModel
        """
        event_type = self.rule_type == "event" and self.event_type
        return self.env["website.crm.score.source"]._find(event_type)

    def _get_events(self):
        """Return the query of the events of this rule, see the source."""
        self.ensure_one()
        return self._get_source()._get_events(self, self._get_owners(self.apply_to))

    @api.model
    def _get_event_fields(self):
        """Return the names of the fields by which rules say what they count.

        They are checked when one of them changes.

        :rtype: set[str]
        """
        limits = {"min_count", "max_count", "max_points", "valid_days", "is_fading"}
        sources = self.env["website.crm.score.source"]._get_all()
        filters = {name for source in sources for name in source._filters}
        return {"rule_type", "event_type", *limits, *filters}

    def _find_event_error(self):
        """Return what is missing or wrong in how events are chosen, or False.

        :rtype: str | bool
        """
        self.ensure_one()
        if error := self._get_source()._find_error(self):
            return error
        if min(self.min_count, self.max_count, self.max_points) < 0:
            return self.env._("a limit cannot be less than 0.")
        if self.valid_days < 0:
            return self.env._("the number of days cannot be less than 0.")
        if self.is_fading and not self.valid_days:
            return self.env._("say within how many days their points fade.")
        return False

    def _get_day_sql(self, date):
        """Return the SQL of the day that ``date`` is on where the author is.

        :param SQL date: a time in UTC
        :rtype: SQL
        """
        zone = self._get_sql_zone(self.tz)
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", date, zone)

    # ACTIONS

    def _get_form_action(self):
        """Return the action that opens this rule, or False if there is none."""
        return bool(self) and {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_open_leads(self):
        """Open the leads and opportunities, or contacts, with points of this rule."""
        self.ensure_one()
        name = "crm_lead" if self.apply_to == "lead" else "res_partner"
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"website_crm_score.{name}_action_scored"
        )
        action["domain"] = list(self._get_holders_domain())
        return action

    def action_open_win_rate(self):
        """Show what became of the leads with points of this rule, and of others."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_score_rule_report_action"
        )
        domain = [("rule_id", "=", self.id)]
        return {**action, "domain": domain, "context": {"active_test": False}}

    def action_open_runs(self):
        """Open what the last runs did with this rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "website_crm_score.website_crm_score_run_line_action"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        return action

    def action_apply(self):
        """Give the points of these rules to all open owners that match them now.

        :return: a notification of how many owners have points of the rules
        :rtype: dict
        """
        self.check_access("write")
        rules = self.sudo().filtered("active")  # sudo: nobody may write the ledger
        self.env["website.crm.pageview"]._sync_recent()
        rules.env["website.crm.score.run"]._score_all(rules, reach="all")
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

        :param list[int] ids: the rules to run; by default all active ones. Owners
            that only some rules looked at stay new for the others.
        :param list[int] rule_ids: the same, for JSON-2, where ``ids`` is a word of the
            interface: of the records whose method is called
        :return: whether all is done; in a scheduled action time can run out
        :rtype: bool
        """
        self.check_access("write")
        self = self.sudo()  # sudo: nobody may write the ledger but this job
        runs = self.env["website.crm.score.run"]
        if runs._go_on():
            return False
        if not self.env["website.crm.pageview"]._sync_recent():
            return False
        if ids is None or ids is False:  # as RPC has it
            ids = rule_ids
        if ids is None or ids is False:
            ledger = self.env["website.crm.score.line"]
            self.env["ir.cron"]._transact(ledger._repair)
            if not self._regrade_all():
                return False
            return runs._score_all(self.search([("active", "=", True)]))
        rules = self.search([("id", "in", ids), ("active", "=", True)])
        return runs._score_all(rules, is_whole=False)

    @api.model
    def _regrade_all(self):
        """Grade leads, and contacts, by other settings than they were graded by.

        :return: whether all were reached
        :rtype: bool
        """
        if not self.env["ir.cron"]._is_job():  # contacts have one of their own
            self.env["res.partner"]._regrade()
        return self.env["crm.lead"]._regrade()

    @api.model
    def _cron_score_new_leads(self):
        """Bring page views up to date and score the leads that are stale.

        Runs when leads are created and every few minutes.
        """
        runs = self.env["website.crm.score.run"]
        if not runs._go_on() and self.env["website.crm.pageview"]._sync_recent():
            self._score_stale_leads(self._find_active("lead"))

    @api.model
    def _score_stale_leads(self, rules):
        """Have ``rules`` look at stale leads; soon again at those that were not ready.

        Core's enrichment, for one, locks new leads while it waits for an answer.
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        stale, is_over = leads._stale_domain(), True
        if leads.search_count(stale & leads._ready_domain(), limit=1):
            is_over = self.env["website.crm.score.run"]._score(rules, reach="due")
        if rules and is_over and leads.search_count(stale, limit=1):
            leads._trigger_scoring(fields.Datetime.now() + LOOK_AGAIN_AFTER)

    @api.model
    def _cron_score_contacts(self):
        """Bring the scores of contacts up to date."""
        runs = self.env["website.crm.score.run"]
        if not runs._go_on() and self.env["res.partner"]._regrade():
            runs._score(self._find_active("partner"))

    @api.model
    def _find_active(self, apply_to):
        return self.search([("active", "=", True), ("apply_to", "=", apply_to)])

    def _note_error(self, error):
        """Note why a run left this rule out, or that it did not.

        :param error: one line, or False
        :return: what was noted
        """
        if self.error and not error:
            # It may have failed on the data alone, as it then still does.
            error = self._find_error(get_reader(self)._scored_domain())
        if self.error != error:
            self.error = error
            if error:
                _logger.warning("Scoring rule %s left out: %s", self.id, error)
        return error

    # EVALUATION

    def _find_error(self, scope=None):
        """Return why the domain of this rule cannot be used, or None.

        :param Domain scope: owners to try it on; by default it is only planned
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
        query = get_query(self, scope)
        if self.rule_type == "event" and not self._find_event_error():
            return get_counts_sql(self, query)
        return query.select()

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
