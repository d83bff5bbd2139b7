from functools import cache, partial

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.website_crm_score.fields import (
    LedgerMany2one,
    ParentMany2one,
    TechnicalBoolean,
    TechnicalFloat,
    TechnicalInteger,
    TechnicalMany2one,
)
from odoo.addons.website_crm_score.tools.numbers import say_number

from ..planning.reasons import AWAY, LEFT_REASONS, REASONS


class CrmAssignmentPlanLine(models.Model):
    """What a plan has for a lead, why, and what became of it.

    It knows the lead as it was planned: what is carried out later leaves out the leads
    of which that has changed, and says what did.

    Leads are not locked by foreign keys: whoever writes a lead and whoever plans for it
    are not in each other's way.
    """

    _name = "crm.assignment.plan.line"
    _description = "Planned Lead"
    _order = "plan_id desc, sequence, id"
    _log_access = False

    plan_id = ParentMany2one(comodel_name="crm.assignment.plan")
    sequence = fields.Integer(readonly=True)
    lead_id = LedgerMany2one(comodel_name="crm.lead", index="btree_not_null")
    name = fields.Char(string="Lead Name", readonly=True)
    company_id = fields.Many2one(
        comodel_name="res.company", readonly=True, ondelete="cascade"
    )
    score = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="What the lead has when it is assigned, with its duplicates.",
    )
    # What the plan rests on, beside the company: the lead as it was planned.
    lead_score = TechnicalFloat(digits=(16, 2))
    from_team_id = TechnicalMany2one(comodel_name="crm.team")
    from_user_id = TechnicalMany2one(comodel_name="res.users")
    # How long it had no contact, if it is taken back
    idle_hours = TechnicalFloat()
    outcome = fields.Selection(
        selection=[
            ("member", "To a salesperson"),
            ("team", "To a team only"),
            ("merge", "Merged"),
            ("none", "Not assigned"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Selection(
        selection=[(code, reason.name) for code, reason in REASONS.items()],
        required=True,
        readonly=True,
    )
    explanation = fields.Char(string="Why", compute="_compute_explanation")
    team_id = fields.Many2one(comodel_name="crm.team", readonly=True)
    minimum = fields.Float(
        string="Minimum Score", digits=(16, 2), readonly=True, aggregator=None
    )
    member_id = fields.Many2one(comodel_name="crm.team.member", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Salesperson",
        readonly=True,
    )
    # Whose turn it was, of how many who could have got it
    turn = TechnicalInteger()
    turn_count = TechnicalInteger()
    has_filter = TechnicalBoolean()
    # The number of those who share such leads, in the plan
    sharing = TechnicalInteger()
    duplicate_of_id = LedgerMany2one(
        comodel_name="crm.lead", string="Duplicate of", index="btree_not_null"
    )
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("done", "Done"),
            ("left_out", "Left out"),
        ],
        string="Status",
        readonly=True,
        help="Empty if there is nothing to do for the lead.",
    )
    # Whether the salesperson was told of the lead
    is_told = TechnicalBoolean()
    # Whether the one that it was taken back from was told, too
    is_owner_told = TechnicalBoolean()
    left_reason = fields.Selection(
        selection=[(code, reason.name) for code, reason in LEFT_REASONS.items()],
        string="Left out because",
        readonly=True,
    )
    # The lead as it was when it was left out.
    now_score = TechnicalFloat(digits=(16, 2))
    now_team_id = TechnicalMany2one(comodel_name="crm.team")
    now_user_id = TechnicalMany2one(comodel_name="res.users")
    now_plan_id = TechnicalMany2one(
        comodel_name="crm.assignment.plan", help="What assigned the lead meanwhile."
    )

    @api.depends("reason", "left_reason", "score", "team_id", "user_id", "lead_id")
    def _compute_explanation(self):
        for line in self:
            line.explanation = line._explain()

    def _explain(self, say=None):
        """Return in words why the lead has this outcome, or why it was left out.

        :param say: what says numbers in this language; by default :func:`say_number`
        """
        name, reasons = "reason", REASONS
        if self.left_reason:
            name, reasons = "left_reason", LEFT_REASONS
        facts = self._get_facts(say or partial(say_number, self.env))
        known = {name for name, value in facts.items() if value}
        texts = reasons[self[name]].choose_texts(known)
        if not texts:
            return dict(self._fields[name]._description_selection(self.env))[self[name]]
        if not facts["team"]:
            facts["team"] = self.env._("The team")
        sentences = map(self.env._, texts)
        return " ".join(words % facts for words in sentences)

    def _explain_to_users(self):
        """Return ``{lead id: words}``: why leads get to whom they are planned for, each
        in the language of its salesperson."""
        why = {}
        for lang, lines in self.grouped(lambda line: line.user_id.lang).items():
            lines = lines.with_context(lang=lang or self.env.lang)
            say = cache(partial(say_number, lines.env))
            why |= {line.lead_id.id: line._explain(say) for line in lines}
        return why

    def _get_facts(self, say):
        """Return what can be said of this line, by the names in the words."""
        facts = {
            "team": self.team_id.name,
            "user": self.user_id.name or self.env._("The salesperson"),
        }
        if self.left_reason:
            return facts | {
                "minimum": say(self.team_id.min_for_assign),
                "score": say(self.now_score),
                "now_user": self.now_user_id.name,
                "now_team": self.now_team_id.name,
                "plan": self.now_plan_id.display_name,
            }
        return facts | {
            "member": self.outcome == "member",
            "lead": self.duplicate_of_id.exists().name or self.env._("another lead"),
            "score": say(self.score),
            "minimum": say(self.minimum),
            "has_minimum": self.minimum > 0,
            # Teams with a minimum are asked from the highest one down.
            "is_chosen": self.minimum > 0 and not self.from_team_id,
            "filter": self.has_filter,
            "turn": self.turn,
            "turns": self.turn_count > 1 and self.turn_count,
            "until": self._describe_return(),
            "from_user": self.from_user_id.name or self.env._("The salesperson"),
            "hours": say(self.idle_hours, 1),
        }

    def _describe_return(self):
        """Return the day on which the first of those who are away is back."""
        if self.reason != AWAY:
            return False
        shares = self.plan_id.share_ids.filtered("away_until")
        same = shares.filtered(lambda share: share.team_id == self.team_id)
        days = same.mapped("away_until")
        return days and self.env["crm.team.member"]._describe_day(min(days))

    def action_open_lead(self):
        """Open the lead, or what it was merged into.

        :rtype: dict
        :raise UserError: if it is gone
        """
        self.ensure_one()
        lead = self.lead_id.exists() or self.duplicate_of_id.exists()
        if not lead:
            raise UserError(self.env._("This lead does not exist any more."))
        return lead.redirect_lead_opportunity_view()

    def _name_what_is_left(self, lead_id, merged):
        """Have the lines ``merged`` name the lead that is left of theirs, this one: not
        always the one that was expected."""
        if self.outcome != "merge":
            return
        expected = merged.filtered(lambda line: line.outcome != "merge")
        name = self.name
        self.write({"lead_id": False, "name": expected.name})
        expected.write({"lead_id": lead_id, "name": name})
        (merged - expected).duplicate_of_id = lead_id
