import logging
from contextlib import nullcontext

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..scoring.matching import get_reader
from ..scoring.wording import describe
from ..tools.actions import RELOAD, get_action, notify

_logger = logging.getLogger(__name__)


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
    _inherit = [
        "website.crm.score.domain",
        "website.crm.score.count",
        "website.crm.score.visit.filters",
        "website.crm.score.category",
        "website.crm.score.draft",
        "website.crm.score.exchange",
        "website.crm.score.results",
        "website.crm.score.jobs",
    ]
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
        default=5.0,
        help="Added to the score of each lead or contact that matches. May be "
        "negative.",
    )
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
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the last run left this rule out.",
    )

    @api.depends(lambda self: {"domain", "apply_to", *self._get_event_fields()})
    @api.depends_context("lang", "uid")
    def _compute_condition(self):
        for rule, text in describe(self).items():
            rule.condition = text

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
        vals_list = [self._sign(self._settle_draft(vals)) for vals in vals_list]
        return super().create(vals_list)

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
        # What rules of another kind, or for others, gave is not theirs any more.
        kind = {"rule_type", "apply_to"} & vals.keys()
        others = self.filtered(
            lambda rule: any(rule[name] != vals[name] for name in kind)
        )
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

    def _draw_up(self, vals):
        """Return this rule, or a new one, as ``vals`` would make it, unsaved; what is
        saved is its origin. With all rights, as rules are run."""
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

    def unlink(self):
        self.check_access("unlink")
        with self.env.cr.savepoint():  # a deletion that is refused takes no points
            self.env["website.crm.score.line"]._drop_rules(self)
            return super().unlink()

    # ACTIONS

    @api.model
    def get_empty_list_help(self, help_message):
        """Do not ask to create rules of somebody who may not."""
        if self.has_access("create"):
            return super().get_empty_list_help(help_message)
        words = self.env._("There are no scoring rules yet.")
        return Markup('<p class="o_view_nocontent_empty_folder">%s</p>') % words

    def _get_list_action(self, name):
        """Return the action that shows these rules, drafts included."""
        return get_action(
            self.env,
            "website_crm_score.website_crm_score_action",
            display_name=name,
            domain=[("id", "in", self.ids)],
            context={"active_test": False},
        )

    def action_apply(self):
        """Give the points of these rules to all open owners that match them now.

        :return: a notification of how many owners have points of the rules
        :rtype: dict
        """
        self.check_access("write")
        rules = self.sudo().filtered("active")  # sudo: nobody may write the ledger
        self.env["website.crm.pageview"]._sync_recent()
        rules.env["website.crm.score.run"]._score_all(rules, looks_at="all")
        message = self.env._(
            "Leads and contacts with points of the selected rules: %s",
            self._count_holders(),
        )
        return notify(message, next=RELOAD)

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
        chosen = rule_ids if ids is None or ids is False else ids  # as RPC has it
        # sudo: nobody may write the ledger but this job
        return self.sudo()._bring_up_to_date(chosen)

    def _note_error(self, error):
        """Note, in one line, why a run left this rule out, or False if it did not;
        return what was noted."""
        if self.error and not error:
            # It may have failed on the data alone, as it then still does.
            error = self._find_error(get_reader(self)._open_domain())
        if self.error != error:
            self.error = error
            if error:
                _logger.warning("Scoring rule %s left out: %s", self.id, error)
        return error
