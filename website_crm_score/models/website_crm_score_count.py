from odoo import api, fields, models

from ..fields import TechnicalChar, TechnicalDatetime, TechnicalJson
from ..scoring.wording import find_untracked_address


class WebsiteCrmScoreCount(models.AbstractModel):
    """What a rule of the type *event* counts: the events of which source, how many of
    them at least and at most, and for how long.

    The source says by which fields of the rule its events are chosen.
    """

    _name = "website.crm.score.count"
    _description = "Count of Events"

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
    event_filters = TechnicalJson(compute="_compute_event_filters")
    event_warning = TechnicalChar(compute="_compute_event_warning")
    min_count = fields.Integer(
        string="At Least (Times)",
        help="Nothing is given before it has happened so many times; then each time "
        "counts. Empty to give from the first time on.",
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

    changed_date = TechnicalDatetime(
        default=lambda _rule: fields.Datetime.now(),
        copy=False,
        groups="base.group_system",
        help="When what the points are given for last changed.",
    )

    @api.depends("rule_type", "event_type")
    def _compute_event_filters(self):
        for rule in self:
            rule.event_filters = list(rule._get_source()._filters)

    def write(self, vals):
        result = super().write(vals)
        if self._get_meaning_fields() & vals.keys():
            # sudo: of a rule that may be changed, this is what the jobs note
            self.sudo().changed_date = fields.Datetime.now()
        return result

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

    def _get_source(self):
        """Return the source of what this rule counts, see ``_find`` there."""
        event_type = self.rule_type == "event" and self.event_type
        return self.env["website.crm.score.source"]._find(event_type)

    def _get_events(self):
        """Return the query of the events of this rule, see the source."""
        self.ensure_one()
        return self._get_source()._get_events(self, self._get_owners(self.apply_to))

    @api.model
    def _get_event_fields(self):
        """Return the names of the fields by which rules say what they count. They are
        checked when one of them changes."""
        limits = {"min_count", "max_count", "max_points", "valid_days", "is_fading"}
        sources = self.env["website.crm.score.source"]._get_all()
        filters = {name for source in sources for name in source._filters}
        return {"rule_type", "event_type", *limits, *filters}

    def _get_meaning_fields(self):
        """Return the names of the fields by which rules say what they give points for,
        as opposed to how many these are."""
        others = {"active", "apply_to", "domain", "event_based", "take_back"}
        return {"company_id", *others, *self._get_event_fields()}

    def _find_event_error(self):
        """Return what is missing or wrong in how events are chosen, or False."""
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
