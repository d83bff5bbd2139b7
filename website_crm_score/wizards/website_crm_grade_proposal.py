from odoo import api, fields, models
from odoo.tools import SQL

from ..scoring.grading import GRADES, Grading
from ..scoring.thresholds import propose
from ..tools.actions import get_action

THRESHOLDS = ("grade_a", "grade_b", "grade_1", "grade_2")


class WebsiteCrmGradeProposal(models.TransientModel):
    """Propose from how many points on leads have which grade, by those that there are,
    and show what would come of it."""

    _name = "website.crm.grade.proposal"
    _description = "Proposal of Grades"

    grade_a = fields.Integer(string="Grade A from a fit of", required=True)
    grade_b = fields.Integer(string="Grade B from a fit of", required=True)
    grade_1 = fields.Integer(string="Grade 1 from an engagement of", required=True)
    grade_2 = fields.Integer(string="Grade 2 from an engagement of", required=True)
    lead_count = fields.Integer(string="Open Leads", compute="_compute_table")
    table = fields.Html(compute="_compute_table", sanitize=False)
    note = fields.Char(compute="_compute_note")

    @api.model
    def default_get(self, fields_list):
        """Propose the thresholds that part the open leads well; the present ones where
        nothing does."""
        grading = Grading.load(self.env)
        fit, engagement = self._propose()
        fit = fit or (grading.grade_a, grading.grade_b)
        engagement = engagement or (grading.grade_1, grading.grade_2)
        proposal = dict(zip(THRESHOLDS, (*fit, *engagement), strict=True))
        return {**super().default_get(fields_list), **proposal}

    @api.depends(*THRESHOLDS)
    def _compute_table(self):
        counts = self._count_leads()
        present = self._count_grades(counts, Grading.load(self.env))
        for wizard in self:
            wizard.lead_count = sum(counts.values())
            wizard.table = self.env["ir.qweb"]._render(
                "website_crm_score.grade_proposal_table",
                {"proposed": self._count_grades(counts, wizard), "present": present},
            )

    @api.depends_context("uid")
    def _compute_note(self):
        fit, engagement = self._propose()
        self.note = {
            (False, False): self.env._(
                "The open leads do not differ in their points: what is set stays."
            ),
            (False, True): self.env._(
                "The open leads do not differ in their fit: what is set for it stays."
            ),
            (True, False): self.env._(
                "The open leads do not differ in their engagement: what is set for it "
                "stays."
            ),
        }.get((bool(fit), bool(engagement)), False)

    def action_use(self):
        """Save these thresholds as the settings, by which all are graded soon.

        :return: the settings, which show them
        :rtype: dict
        """
        self.ensure_one()
        numbers = {name: self[name] for name in THRESHOLDS}
        self.env["res.config.settings"]._set_grading(numbers)
        return get_action(self.env, "crm.crm_config_settings_action", target="main")

    # LEADS

    @api.model
    def _count_leads(self):
        """Return how many open leads have so much fit and engagement, without decimals,
        which thresholds do not have."""
        # sudo: who may change settings need not see leads, of which this is a number
        leads = self.env["crm.lead"].sudo()
        is_scored = fields.Domain("score_date", "!=", False)
        query = leads._search(leads._open_domain() & is_scored)
        fit, engagement = (
            SQL("floor(%s)::integer", SQL.identifier(query.table, name))
            for name in ("score_fit", "score_engagement")
        )
        rows = self.env.execute_query(
            SQL("%s GROUP BY 1, 2", query.select(fit, engagement, SQL("count(*)")))
        )
        return {(fit, engagement): count for fit, engagement, count in rows}

    @api.model
    def _propose(self):
        """Return what is proposed for the fit, and for the engagement."""
        parts = {}, {}
        for points, count in self._count_leads().items():
            for part, value in zip(parts, points, strict=True):
                part[value] = part.get(value, 0) + count
        return [part and propose(part) for part in parts]

    @api.model
    def _count_grades(self, counts, numbers):
        """Return how many leads have which grade by the thresholds of ``numbers``."""
        grades = dict.fromkeys(GRADES, 0)
        for (fit, engagement), count in counts.items():
            letter = (fit < numbers.grade_a) + (fit < numbers.grade_b)
            number = (engagement < numbers.grade_1) + (engagement < numbers.grade_2)
            grades["ABC"[letter] + "123"[number]] += count
        return grades
