from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..scoring.preview import TooSlowError, reading_only
from ..scoring.trial import MAX_EVENTS, Trial
from ..tools.attempt import CONCURRENCY_ERRORS, attempt
from ..tools.rule_domain import describe_error

PATIENCE = 10  # seconds, for each rule


class WebsiteCrmScoreTrial(models.TransientModel):
    """Test scoring rules on a lead or contact: which match, and why others do not.

    Nothing is saved, neither the rules as they are in their form nor this. Who tests
    sees what he may read of the lead.
    """

    _name = "website.crm.score.trial"
    _description = "Test of Scoring Rules"

    # Without a rule, all are tested.
    rule_ids = fields.Many2many(
        comodel_name="website.crm.score", context={"active_test": False}
    )
    unsaved = fields.Json()
    apply_to = fields.Selection(
        selection=lambda self: self.env["website.crm.score"]
        ._fields["apply_to"]
        ._description_selection(self.env),
        compute="_compute_apply_to",
    )
    lead_id = fields.Many2one(comodel_name="crm.lead", context={"active_test": False})
    partner_id = fields.Many2one(comodel_name="res.partner", string="Contact")
    result_html = fields.Html(compute="_compute_result", sanitize=False)

    @api.model
    def default_get(self, fields_list):
        defaults = super().default_get(fields_list)
        names = {"crm.lead": "lead_id", "res.partner": "partner_id"}
        name = names.get(self.env.context.get("active_model"))
        if name in fields_list and self.env.context.get("active_id"):
            defaults.setdefault(name, self.env.context["active_id"])
        return defaults

    @api.depends("rule_ids", "unsaved", "partner_id")
    def _compute_apply_to(self):
        for test in self:
            rule = test.rule_ids[:1]
            apply_to = (test.unsaved or {}).get("apply_to") or rule.apply_to
            test.apply_to = apply_to or ("partner" if test.partner_id else "lead")

    @api.depends("rule_ids", "unsaved", "lead_id", "partner_id")
    def _compute_result(self):
        for test in self:
            results = [test._try(rule) for rule in test._get_rules()]
            test.result_html = bool(test._get_owner()) and self.env["ir.qweb"]._render(
                "website_crm_score.website_crm_score_trial",
                {
                    "results": [self._put_in_words(result) for result in results],
                    "max_events": MAX_EVENTS,
                },
            )

    def _get_owner(self):
        owner = self.partner_id if self.apply_to == "partner" else self.lead_id
        return owner._origin

    def _get_rules(self):
        """Return the rules to test, as they are in their form, with all rights."""
        if not self._get_owner():
            return []
        rules = self.rule_ids._origin
        if self.unsaved:
            rules.browse().check_access("write")
            return [rules[:1]._draw_up(self.unsaved)]
        if not rules:
            of_owner = Domain("apply_to", "=", self.apply_to)
            rules = rules.search(of_owner & rules._shown_domain())
        rules.check_access("read")
        return list(rules.sudo())  # sudo: as rules are run

    # ONE RULE

    def _try(self, rule):
        """Return how ``rule`` does on the owner, see :class:`~.trial.Trial`."""
        owner = self._get_owner()
        owner.check_access("read")
        self.env.flush_all()
        result = {"rule": rule, "line": self._find_line(rule, owner), "error": False}
        lost = (*CONCURRENCY_ERRORS, AccessError)
        # Fields may be searched by any code.
        with (
            attempt(self.env.cr, flush=False, lost=lost) as outcome,
            reading_only(self.env.cr, PATIENCE),
        ):
            error = rule.rule_type == "event" and rule._find_event_error()
            found = {"error": error} if error else Trial(rule, owner).fetch()
            return {**result, **found}
        if isinstance(outcome.error, TooSlowError):
            return {**result, "error": self.env._("this takes too long.")}
        return {**result, "error": describe_error(outcome.error)}

    def _find_line(self, rule, owner):
        # sudo: whoever may read the lead may read its reasons
        lines = self.env["website.crm.score.line"].sudo()
        return lines.search(
            [(owner._ledger_field, "=", owner.id), ("rule_id", "=", rule._origin.id)]
        )

    def _is_match(self, result):
        """Return whether a run of the rule would find something for the lead."""
        if result["error"] or not (result["matches"] and result["is_open"]):
            return False
        if result["rule"].rule_type != "event":
            return True
        count = [event["fate"] for event in result["events"]].count("counted")
        return count >= max(result["rule"].min_count, 1)

    # IN WORDS

    def _put_in_words(self, result):
        """Return what the template shows of a result."""
        rule = result["rule"]
        return {
            **result,
            "condition": rule.with_env(self.env).condition,
            "is_match": self._is_match(result),
            "notes": list(self._iter_notes(result)),
            "events": [
                {**event, "words": self._get_fates(rule)[event["fate"]]}
                for event in result.get("events", [])
            ],
            "points": result["line"].points,
        }

    def _iter_notes(self, result):
        """Yield what is to be said of the rule as a whole."""
        if result["error"]:
            yield result["error"]
            return
        rule = result["rule"]
        if rule.is_draft:
            yield self.env._("It is a draft: nothing scores by it yet.")
        elif not rule.active:
            yield self.env._("It is switched off.")
        if not result["is_open"]:
            yield self.env._("Rules do not look at what is won, lost or archived.")
        elif not result["is_for"]:
            yield self.env._("It is for other companies.")
        if rule.rule_type == "event":
            yield from self._iter_event_notes(result)
        else:
            yield from self._iter_domain_notes(result)

    def _iter_domain_notes(self, result):
        rule, line = result["rule"], result["line"]
        if result["matches"] and not rule.event_based and not line:
            yield self.env._(
                "It looks once, when a lead or contact is new: apply it to "
                "existing ones."
            )
        if line and not result["matches"]:
            if rule.event_based and rule.take_back:
                yield self.env._("It matched before: the next run takes them back.")
            else:
                yield self.env._("It matched before, and points stay.")

    def _iter_event_notes(self, result):
        rule, events = result["rule"], result["events"]
        count = [event["fate"] for event in events].count("counted")
        if count < rule.min_count:
            yield self.env._(
                "It has happened %(count)s of at least %(least)s times.",
                count=count,
                least=rule.min_count,
            )
        if not events:
            yield self.env._("It has not happened.")
        if rule.event_warning:
            yield rule.event_warning

    def _get_fates(self, rule):
        """Return what is said of events, by what became of them."""
        return {
            "counted": self.env._("counts"),
            "early": self.env._("has not happened yet"),
            "expired": self.env._("more than %s days ago", rule.valid_days)
            if rule.valid_days > 1
            else self.env._("more than a day ago"),
            "beyond": self.env._("only the last %s count", rule.max_count)
            if rule.max_count > 1
            else self.env._("only the last one counts"),
            **rule._get_source().with_env(self.env)._get_uncounted_reasons(rule),
        }
