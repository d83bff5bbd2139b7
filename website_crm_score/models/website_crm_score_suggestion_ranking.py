from odoo import fields, models

from ..fields import ParentMany2one


class WebsiteCrmScoreSuggestionRanking(models.Model):
    """How a score ranks the newer leads, from which nothing was learnt."""

    _name = "website.crm.score.suggestion.ranking"
    _description = "Ranking of a Suggestion"
    _order = "id"

    suggestion_id = ParentMany2one(comodel_name="website.crm.score.suggestion")
    who = fields.Selection(
        selection=[
            ("suggested", "Suggested rules"),
            ("present", "Present rules"),
            ("new_points", "New points"),
            ("present_points", "Present points"),
            ("core", "Predictive scoring"),
        ],
        string="Score",
        required=True,
        readonly=True,
    )
    lead_count = fields.Integer(string="Leads", readonly=True)
    rule_count = fields.Integer(string="Rules", readonly=True)
    auc = fields.Float(
        string="Ranking",
        digits=(16, 3),
        readonly=True,
        aggregator=None,
        help="How often, of a won and a lost lead, the won one has the higher score: "
        "0.5 is chance, 1 is always.",
    )
    fifth_1 = fields.Float(
        string="Lowest Fifth",
        readonly=True,
        aggregator=None,
        help="How many of the fifth of the leads with the lowest scores were won.",
    )
    fifth_2 = fields.Float(string="2nd Fifth", readonly=True, aggregator=None)
    fifth_3 = fields.Float(string="3rd Fifth", readonly=True, aggregator=None)
    fifth_4 = fields.Float(string="4th Fifth", readonly=True, aggregator=None)
    fifth_5 = fields.Float(
        string="Highest Fifth",
        readonly=True,
        aggregator=None,
        help="How many of the fifth of the leads with the highest scores were won.",
    )
