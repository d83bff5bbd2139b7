from odoo import fields, models

from ..fields import ParentMany2one


class WebsiteCrmScoreRunLine(models.Model):
    """What one rule did in a scoring run.

    It goes with its rule, by a foreign key. The run writes it together with the ledger
    lines of the rule, which is how the deletion of a rule and a run notice each other.
    """

    _name = "website.crm.score.run.line"
    _description = "Rule of a Scoring Run"
    _rec_name = "rule_name"
    _order = "run_id desc, id"
    _log_access = False

    run_id = ParentMany2one(comodel_name="website.crm.score.run")
    rule_id = fields.Many2one(
        comodel_name="website.crm.score",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    rule_name = fields.Char(related="rule_id.name", string="Scoring Rule")
    start_date = fields.Datetime(related="run_id.start_date")
    state = fields.Selection(related="run_id.state")
    matched_count = fields.Integer(
        string="Matched",
        readonly=True,
        help="Leads or contacts that matched, of those that the run looked at.",
    )
    gained_count = fields.Integer(
        string="New",
        default=0,
        required=True,
        readonly=True,
        help="Leads or contacts that matched for the first time, and got the points.",
    )
    seconds = fields.Float(digits=(16, 3), readonly=True)
    error = fields.Text(readonly=True)

    _rule_idx = models.Index("(rule_id, id)")
